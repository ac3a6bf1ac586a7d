"""Facts that the tables admit, drawn among round values, ends of ranges and what the policy itself compares with."""

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from kpidsl.check.hanging import direct, hanging, reach
from kpidsl.core import nodes as n
from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Case, Event
from kpidsl.engines.exact import Worked, work
from kpidsl.values.calendar import last_day, periods, start
from kpidsl.values.kinds import PERIODS, Base, Range, Value
from kpidsl.values.node import changed

MOST_EVENTS = 3
DAY = date(2014, 5, 15)
SHARES = [Fraction(at, 1000) for at in (0, 300, 390, 400, 500, 795, 799, 800, 850, 899, 900, 950, 985, 990, 1000)]
NUMBERS = [Fraction(at) for at in (0, 1, 2, 3, 5, 7, 9, 10, 19, 50, 79, 99, 100, 101, 109, 119, 120, 1000, 3000)]
STEPS = {Base.COUNT: Fraction(1), Base.PERCENT: Fraction(1, 1000), Base.PP: Fraction(1, 1000)}
"""How near to an edge is just beside it; of other kinds a hundredth."""


@dataclass(frozen=True)
class Drawn:
    """One subject: values for the parameters that have none, and a case of each level.

    Over longer periods every shorter one in them has the same facts.
    """

    params: Mapping[str, Value]
    cases: tuple[Case, ...]

    def taking(self, name: str, value: Value) -> "Drawn":
        """With another value of a fact or parameter."""
        params = {**self.params, **({name: value} if name in self.params else {})}
        taken = tuple(case._replace(facts={**case.facts, name: value}) if name in case.facts else case
                      for case in self.cases)  # fmt: skip
        return Drawn(params, taken)


class Draws:
    """Draws of facts for one program, the same ones in every run."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.random = random.Random(2014)
        self.params = [*unset(program)]
        self.fit: dict[int, list[Value]] = {}
        self.named: dict[str, list[Value]] = {}
        for level in program.levels:
            found = edges(level)
            for item in (*level.facts.fields, *self.params, *(each for table in level.events for each in table.fields)):
                self.fit[id(item)] = values(item, found.get(item.name, ()))
            for item in (*level.facts.fields, *self.params):
                self.named[item.name] = [*self.fit[id(item)], *([None] if may_lack(item) else [])]

    def drawn(self) -> Drawn:
        params = {item.name: self._cell(item) for item in self.params}
        return Drawn(params, tuple(self._case(level) for level in self.program.levels))

    def tried(self, item: Field) -> Sequence[Value]:
        """The values of a field that are worth trying, in order."""
        return self.fit[id(item)]

    def filled(self, drawn: Drawn) -> Drawn:
        """The same with no cell empty."""
        levels = zip(self.program.levels, drawn.cases, strict=True)
        return Drawn(drawn.params, tuple(self._filled(level, case) for level, case in levels))

    def _filled(self, level: Program, case: Case) -> Case:
        events = {table.name: [each._replace(values=self._full(table, each.values)) for each in case.events[table.name]]
                  for table in level.events}  # fmt: skip
        return Case(0, self._full(level.facts, case.facts), events)

    def _full(self, table: Table, cells: Mapping[str, Value]) -> Mapping[str, Value]:
        lacking = [item for item in table.fields if cells.get(item.name) is None]
        return {**cells, **{item.name: self._value(item) for item in lacking}}

    def _case(self, level: Program) -> Case:
        """One subject with some events."""
        facts = {item.name: self._cell(item) for item in level.facts.fields}
        events = {table.name: [Event(at, self._row(table), DAY) for at in range(self.random.randint(0, MOST_EVENTS))]
                  for table in level.events}  # fmt: skip
        return Case(0, facts, events)

    def _row(self, table: Table) -> Mapping[str, Value]:
        return {item.name: self._cell(item) for item in table.fields}

    def _cell(self, item: Field) -> Value:
        """A value that the field admits, most likely a round one or an edge; at times none, where it may be empty."""
        return None if may_lack(item) and self.random.random() < 0.2 else self._value(item)

    def _value(self, item: Field) -> Value:
        draw, fit = self.random, self.fit[id(item)]
        if not item.kind.numeric:
            return draw.choice(fit)
        loose = _loose(item, draw.randint(0, 1000))
        return draw.choice(fit) if (fit and draw.random() < 0.7) or not item.range.holds(loose) else loose


def may_lack(item: Field) -> bool:
    return item.optional and item.default is None


def _loose(item: Field, at: int) -> Fraction:
    """A value `at` thousandths of the way through the range, or through the lower part of one without an end."""
    low = item.range.low if item.range.low is not None else Fraction(-100)
    high = item.range.high if item.range.high is not None else low + 300
    value = low + (high - low) * Fraction(at, 1000)
    return Fraction(round(value)) if item.kind.base is Base.COUNT else value


def values(item: Field, found: Collection[Value]) -> list[Value]:
    """Values of a field to try, in order: its `found` edges among them."""
    match item.kind.base:
        case Base.TEXT:
            return ["a"]
        case Base.ONE_OF:
            return list(item.kind.options)
        case Base.YES_NO:
            return [False, True]
        case Base.DATE:
            days = [edge for edge in found if isinstance(edge, date)]
            return [*sorted({DAY, *(day + timedelta(days=by) for day in days for by in (-1, 0, 1))})]
    if item.kind.base in PERIODS:
        return [start(item.kind.base, DAY)]
    near = STEPS.get(item.kind.base, Fraction(1, 100))
    beside = [edge + by for edge in found if isinstance(edge, Fraction) for by in (-near, Fraction(0), near)]
    ends = [end for end in (item.range.low, item.range.high) if end is not None]
    round_ones = SHARES if item.kind.base in (Base.PERCENT, Base.PP) else NUMBERS
    every = {value for value in (*round_ones, *ends, *beside) if item.range.holds(value)}
    return [*sorted(value for value in every if item.kind.base is not Base.COUNT or value.denominator == 1)]


def edges(level: Program) -> dict[str, set[Value]]:
    """By fact what it is compared with, itself or what is worked out from it."""
    found: dict[str, set[Value]] = {}
    known = hanging(level)
    for each in n.walk(level.definitions):
        match each:
            case n.Comparison(left=left, right=n.Literal(value=value)) if value is not None:
                for name in reach(direct(left, level), known):
                    found.setdefault(name, set()).add(value)
    return found


def unset(program: Program) -> Iterator[Field]:
    """The parameters that an operator must give."""
    for item in program.definitions:
        match item:
            case n.Named(expr=n.Literal(value=None), range=Range() as limits):
                yield Field(item.name, item.label, item.kind, limits)


def of_row(level: Program, row: Mapping[str, Value]) -> Drawn:
    """Facts and parameters by name, as the solver has them, and no events."""
    params = {item.name: row[item.name] for item in unset(level)}
    return Drawn(params, (Case(0, row, {table.name: [] for table in level.events}),))


def telling(drawn: Drawn, holds: Callable[[Drawn], bool], draws: Draws) -> tuple[Drawn, set[str]]:
    """The draw, without its events where what `holds` of it holds without them too; and the facts that do not matter to
    that, whatever is tried for them.
    """
    few = without_events(drawn)
    kept = few if holds(few) else drawn
    every = draws.named.items()
    return kept, {name for name, tried in every if all(holds(kept.taking(name, value)) for value in tried)}


def without_events(drawn: Drawn) -> Drawn:
    return Drawn(drawn.params, tuple(case._replace(events={name: [] for name in case.events}) for case in drawn.cases))


def with_params(program: Program, params: Mapping[str, Value]) -> Program:
    """The program once its parameters are given, on every level."""
    if not params:
        return program
    definitions = tuple(changed(item, expr=n.Literal(item.place, params[item.name]))
                        if isinstance(item, n.Named) and item.name in params else item
                        for item in program.definitions)  # fmt: skip
    above = with_params(program.above, params) if program.above else None
    return changed(program, definitions=definitions, above=above)


def worked(program: Program, drawn: Drawn) -> list[Worked]:
    """What becomes of it on each level; of several periods, in the last."""
    given = with_params(program, drawn.params)
    return [finished[-1] for finished in work(given, _repeated(program.levels, drawn))]


def _repeated(levels: Sequence[Program], drawn: Drawn) -> list[list[Case]]:
    """The cases of every level, over as many periods as the longest one has."""
    spans = _spans(levels)
    common = {name: drawn.cases[0].facts[name] for name in (levels[0].subject, *levels[0].within)}
    found: list[list[Case]] = []
    for level, case, span in zip(levels, drawn.cases, spans, strict=True):
        events = {table.name: [*_spread(table, case.events[table.name], spans[0])] for table in level.events}
        dated = [{level.dated: day} if level.dated else {} for day in span]
        found.append([Case(0, {**common, **case.facts, **day}, events) for day in dated])
    return found


def _spans(levels: Sequence[Program]) -> list[list[date]]:
    """The periods of every level in the longest one that DAY is in; one day where there are no longer ones."""
    longest = levels[-1].unit
    if longest is None or len(levels) == 1:
        return [[start(longest, DAY) if longest else DAY]]
    first, last = start(longest, DAY), last_day(longest, DAY)
    return [periods(level.unit, first, last) for level in levels if level.unit]


def _spread(table: Table, rows: Sequence[Event], days: Sequence[date]) -> Iterator[Event]:
    """The same events in every period; those of a register without days are there once."""
    if not table.dated:
        yield from rows
        return
    kind = next(item.kind.base for item in table.fields if item.name == table.dated)
    for day in days:
        when = start(kind, day) if kind in PERIODS else day
        yield from (Event(row.number, {**row.values, table.dated: when}, when) for row in rows)

