"""Facts that lead a value into a region, looked for among edges and at random, and confirmed by the exact engine."""

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Case, Event
from kpidsl.engines.environment import FailedError, Trace
from kpidsl.engines.evaluate import evaluate
from kpidsl.engines.exact import work
from kpidsl.values.calendar import start
from kpidsl.values.domains import Domain
from kpidsl.values.kinds import PERIODS, Base, Value
from kpidsl.values.node import changed
from kpidsl.values.numerals import written

TRIES = 400
MOST_EVENTS = 3
DAY = date(2014, 5, 15)
SHARES = [Fraction(at, 1000) for at in (0, 300, 390, 400, 500, 795, 799, 800, 850, 899, 900, 950, 985, 990, 1000)]
NUMBERS = [Fraction(at) for at in (0, 1, 2, 3, 5, 7, 9, 10, 19, 50, 79, 99, 100, 101, 109, 119, 120, 1000, 3000)]
Facts = str
"""A row as an example would give it: collected = 79, target = 100."""


def witness(program: Program, subject: n.Expr | None, region: Domain) -> Facts | None:
    """A row of facts for which `subject` comes into `region`; None where none is found."""
    if subject is None:
        return None
    draw = random.Random(2014)
    alone = changed(program, above=None)
    for _ in range(TRIES):
        case = draw_case(alone, draw)
        env = work(alone, [[case]])[0][0].env
        try:
            value = evaluate(subject, env, Trace())
        except FailedError:
            continue
        if isinstance(value, Fraction) and region.holds(value):
            return facts_text(program, subject, case)
    return None


def draw_case(program: Program, draw: random.Random) -> Case:
    """One subject with some events."""
    facts = {item.name: _cell(item, draw) for item in program.facts.fields}
    events = {table.name: [Event(at, _row(table, draw), DAY) for at in range(draw.randint(0, MOST_EVENTS))]
              for table in program.events}  # fmt: skip
    return Case(0, facts, events)


def facts_text(program: Program, of: n.Expr, case: Case) -> Facts:
    """Those facts and events on which a value hangs."""
    used = _used(program, of)
    rows = [_assigned([item for item in program.facts.fields if item.name in used], case.facts)]
    for table in program.events:
        if table.name in used:
            telling = [item for item in table.fields if item.kind.base is not Base.TEXT]
            rows += [f"{table.name} ({_assigned(telling, event.values)})" for event in case.events[table.name]]
    return ", ".join(filter(None, rows))


def _assigned(fields: Iterable[Field], cells: Mapping[str, Value]) -> str:
    words = ("yes", "no", "missing")
    return ", ".join(f"{item.name} = {written(cells[item.name], item.kind, words)}" for item in fields)


def _row(table: Table, draw: random.Random) -> Mapping[str, Value]:
    return {item.name: _cell(item, draw) for item in table.fields}


def _cell(item: Field, draw: random.Random) -> Value:
    """A value that the field admits, most likely a round one or an end of its range."""
    match item.kind.base:
        case Base.TEXT:
            return "a"
        case Base.ONE_OF:
            return draw.choice(item.kind.options)
        case Base.YES_NO:
            return draw.random() < 0.5
        case Base.DATE:
            return DAY
    if item.kind.base in PERIODS:
        return start(item.kind.base, DAY)
    values = SHARES if item.kind.base in (Base.PERCENT, Base.PP) else NUMBERS
    ends = [end for end in (item.range.low, item.range.high) if end is not None]
    fit = [value for value in (*values, *ends) if item.range.holds(value)]
    low = item.range.low if item.range.low is not None else Fraction(-100)
    high = item.range.high if item.range.high is not None else low + 300
    loose = low + (high - low) * Fraction(draw.randint(0, 1000), 1000)
    whole = Fraction(round(loose)) if item.kind.base is Base.COUNT else loose
    return draw.choice(fit) if (fit and draw.random() < 0.7) or not item.range.holds(whole) else whole


def _used(program: Program, subject: n.Expr) -> set[str]:
    """Names of the facts and events that `subject` hangs on, through lets and ledgers too."""
    names: set[str] = set()
    pending: list[str] = []
    definitions = {item.name: item for item in program.definitions}

    def look(node: object) -> Iterator[str]:
        for found in n.walk(node):
            if isinstance(found, n.Column) and not found.of_event:
                names.add(found.name)
            if isinstance(found, n.Aggregate):
                names.add(found.rows)
            if isinstance(found, n.Ref):
                yield found.name

    seen: set[str] = set()
    pending += look(subject)
    while pending:
        name = pending.pop()
        if name not in seen and name in definitions:
            seen.add(name)
            pending += look(definitions[name])
    return names
