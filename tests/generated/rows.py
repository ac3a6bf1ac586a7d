"""Facts for a policy: at the ends of its bands, equal to one another, empty, negative, huge, with many decimals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import NamedTuple

from generated.literals import DAYS, WORDS

from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Row
from kpidsl.facts.periods import has_facts
from kpidsl.values.calendar import MONTHS, last_day, shift, start
from kpidsl.values.kinds import PERIODS, Base, Value

MOST_ROWS = 12
FIRST_DAYS = (*[date(2014, 1, 1)] * 4, date(2013, 10, 1), date(2013, 11, 1), date(2014, 3, 1))

_NUMBER = re.compile(r"(?<![\w.-])(\d+(?:\.\d+)?)(%|pp)?")
WILD = [Fraction(10) ** 12, Fraction(2) ** 63, Fraction(10) ** 25 + 1, Fraction(10) ** 40, Fraction(1, 10**9),
        Fraction(123456789, 1000), Fraction(1, 10**15)]  # fmt: skip
SHARES = (Base.PERCENT, Base.PP)
Named = tuple[list[Fraction], list[Fraction]]
"""Numbers and shares that a policy names."""


class Line(NamedTuple):
    """A row of a table; a bad one could be read as far as whose it is, and when."""

    values: Row
    good: bool = True


Made = Mapping[tuple[str, str], Sequence[Line]]
"""The rows of every table, by the period of its level, where there are periods, and its name; of facts it is empty."""


@dataclass(frozen=True)
class Maker:
    """Makes facts for one program."""

    draw: Random
    named: Named
    wild: bool

    def columns(self, table: Table) -> dict[str, list[Value]]:
        return {item.name: _values(item, self.named, self.draw, self.wild) for item in table.fields}

    def line(self, columns: Mapping[str, Sequence[Value]], fixed: Row, bad: float) -> Line:
        drawn = {name: self.draw.choice(values) for name, values in columns.items()}
        return Line({**drawn, **fixed}, self.draw.random() >= bad)


def pools(text: str) -> Named:
    numbers, shares = {Fraction(0), Fraction(1)}, {Fraction(0), Fraction(1)}
    for digits, sign in _NUMBER.findall(text):
        value = Fraction(digits)
        (shares if sign else numbers).add(value / 100 if sign else value)
    return sorted(numbers), sorted(shares)


def made(program: Program, text: str, draw: Random) -> Made:
    """Several rows of facts, and of every table of events."""
    maker = Maker(draw, pools(text), draw.random() < 0.06)
    if program.dated:
        return dict(_periods(program, maker))
    columns = maker.columns(program.facts)
    count = draw.choice([1, 1, 2, 3, 4, 5, 6, 8, MOST_ROWS])
    names = [f"s{at + 1}" for at in range(count)]
    found = {("", ""): [maker.line(columns, {program.subject: name}, 0) for name in names]}
    return found | {("", table.name): _events(table, names, None, maker) for table in program.events}


def _events(table: Table, names: Sequence[str], span: tuple[date, date] | None, maker: Maker) -> list[Line]:
    """Rows of each subject, of days in the span and around it; some cannot be read."""
    columns, found = maker.columns(table), []
    plain = [item.name for item in table.fields if item.name not in (table.owner, table.dated)]
    legible = all(item.kind.base is Base.TEXT for item in table.fields if item.name in plain)
    for name in names:
        for _ in range(maker.draw.choice([0, 0, 1, 2, 4])):
            day: Row = {}
            if span is not None and table.dated:
                days = (span[1] - span[0]).days
                on = span[0] + timedelta(maker.draw.randint(-100, days + 40))
                day = {table.dated: _as_kind(on, next(i.kind.base for i in table.fields if i.name == table.dated))}
            bad = 0.01 if span is not None and not legible else 0
            found.append(maker.line(columns, {**day, table.owner: name}, bad))
    if span is not None and maker.draw.random() < 0.5:
        maker.draw.shuffle(found)
    return found


def _as_kind(day: date, base: Base) -> date:
    return start(base, day) if base in PERIODS else day


# ---- periods


def _periods(program: Program, maker: Maker) -> Iterator[tuple[tuple[str, str], list[Line]]]:
    """Rows of a few subjects over some periods, with holes, and of longer periods where these have facts."""
    assert program.unit is not None
    draw, unit = maker.draw, program.unit
    names = [f"s{at + 1}" for at in range(draw.choice([1, 1, 2, 3, 4]))]
    days = _stretch(program, draw)
    rows = _of_periods(program, names, days, maker)
    yield (unit, ""), rows
    there = sorted(line.values[program.dated] for line in rows) or days     # type: ignore[type-var]
    span = there[0], last_day(unit, there[-1])     # type: ignore[type-var, arg-type]
    known: dict[str, list[Line]] = {}
    for level in program.levels:
        assert level.unit is not None
        if level is not program and has_facts(level.facts):
            yield (level.unit, ""), _of_longer(level, names, span, maker)
        for table in level.events:
            if table.name not in known:
                known[table.name] = _events(table, names, span, maker)
            yield (level.unit, table.name), known[table.name]


def _stretch(program: Program, draw: Random) -> list[date]:
    """Periods that follow each other; enough of them for the longest level, mostly."""
    assert program.unit is not None
    longest = program.levels[-1].unit
    assert longest is not None
    whole = MONTHS[longest] // MONTHS[program.unit]
    twice = 2 * whole if whole < 12 else whole + 2
    count = draw.choice([1, 2, 2, 3, 3, 5] if whole == 1 else [whole, whole, whole + 1, twice, 2])
    first = start(program.unit, draw.choice(FIRST_DAYS))
    return [shift(program.unit, first, at) for at in range(count)]


def _of_periods(program: Program, names: Sequence[str], days: Sequence[date], maker: Maker) -> list[Line]:
    draw, columns = maker.draw, maker.columns(program.facts)
    often, bad = draw.choice([1, 1, 1, 0.9, 0.6] if len(days) < 8 else [1, 0.5, 0.3]), draw.choice([0, 0, 0.06])
    found = []
    for name in names:
        groups = {group: draw.choice(columns[group]) for group in program.within}
        for day in days[draw.choice([0, 0, 0, 0, 1, 2]) :]:
            if draw.random() < often:
                moved = {} if draw.random() < 0.05 else groups
                fixed = {**moved, program.subject: name, program.dated: day}
                found.append(maker.line(columns, fixed, bad))
    if draw.random() < 0.5:
        draw.shuffle(found)
    return found


def _of_longer(level: Program, names: Sequence[str], span: tuple[date, date], maker: Maker) -> list[Line]:
    """A row for each subject and longer period, mostly; now and then for one that is not whole."""
    assert level.unit is not None
    draw, columns, found = maker.draw, maker.columns(level.facts), []
    day = start(level.unit, span[0])
    while day <= span[1]:
        whole = span[0] <= day and last_day(level.unit, day) <= span[1]
        for name in names:
            if draw.random() < (0.92 if whole else 0.03):
                found.append(maker.line(columns, {level.subject: name, level.dated: day}, 0.03))
        day = shift(level.unit, day, 1)
    if draw.random() < 0.5:
        draw.shuffle(found)
    return found


# ---- values


def _values(item: Field, named: Named, draw: Random, wild: bool) -> list[Value]:
    """The few values that a column has, so that many are equal."""
    few = draw.choice([1, 2, 3, 5])
    found = [_value(item, named, draw, wild) for _ in range(few)]
    if item.optional and draw.random() < 0.6:
        found += [None] * max(1, few // 2)
    return found


def _value(item: Field, named: Named, draw: Random, wild: bool) -> Value:
    match item.kind.base:
        case Base.TEXT:
            return draw.choice(WORDS)
        case Base.ONE_OF:
            return draw.choice(item.kind.options)
        case Base.YES_NO:
            return draw.random() < 0.5
        case Base.DATE:
            return date.fromisoformat(draw.choice(DAYS["date"])) + timedelta(draw.choice([-1, 0, 0, 1]))
        case Base.MONTH | Base.QUARTER | Base.YEAR:
            return shift(item.kind.base, draw.choice(FIRST_DAYS), draw.choice([-1, 0, 0, 1]))
    for _ in range(8):
        value = _number(item, named, draw, wild)
        if item.range.holds(value):
            return value
    return _inside(item)


def _number(item: Field, named: Named, draw: Random, wild: bool) -> Fraction:
    base = item.kind.base
    if wild and draw.random() < 0.4:
        value = draw.choice(WILD) * draw.choice([1, -1, 3])
    else:
        value = draw.choice(named[base in SHARES])
        if draw.random() < 0.1 and item.range.high is not None:
            value = item.range.high
        last = Fraction(1) if base is Base.COUNT else Fraction(1, draw.choice([100, 10_000, 10**6]))
        value += last * draw.choice([0, 0, 0, 1, -1, 2, 37])
        value *= draw.choice([1, 1, 1, 1, -1])
    return Fraction(int(value)) if base is Base.COUNT else value


def _inside(item: Field) -> Fraction:
    """A value that the range holds, whatever it is."""
    low, high = item.range.low, item.range.high
    if low is None:
        return (high or Fraction(0)) - 1
    return low + 1 if high is None or low + 1 < high else (low + high) / 2
