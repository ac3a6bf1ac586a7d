"""Facts for a policy: at the ends of its bands, equal to one another, empty, negative, huge, with many decimals."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from generated.amounts import DAYS, WORDS

from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Case, Event, Row
from kpidsl.values.kinds import Base, Value

MOST_ROWS = 12
_NUMBER = re.compile(r"(?<![\w.-])(\d+(?:\.\d+)?)(%|pp)?")
WILD = [Fraction(10) ** 12, Fraction(2) ** 63, Fraction(10) ** 25 + 1, Fraction(10) ** 40, Fraction(1, 10**9),
        Fraction(123456789, 1000), Fraction(1, 10**15)]  # fmt: skip
SHARES = (Base.PERCENT, Base.PP)


def pools(text: str) -> tuple[list[Fraction], list[Fraction]]:
    """Numbers and shares that a policy names."""
    numbers, shares = {Fraction(0), Fraction(1)}, {Fraction(0), Fraction(1)}
    for digits, sign in _NUMBER.findall(text):
        value = Fraction(digits)
        (shares if sign else numbers).add(value / 100 if sign else value)
    return sorted(numbers), sorted(shares)


def cases(program: Program, text: str, draw: Random) -> list[Case]:
    """Several rows of facts, each with its rows of events."""
    named = pools(text)
    count = draw.choice([1, 1, 2, 3, 4, 5, 6, 8, MOST_ROWS])
    wild = draw.random() < 0.06
    columns = {item.name: _values(item, named, draw, wild) for item in program.facts.fields}
    found = []
    for at in range(count):
        facts = {item.name: draw.choice(columns[item.name]) for item in program.facts.fields}
        facts[program.subject] = f"s{at + 1}"
        found.append(Case(at + 2, facts, {table.name: [] for table in program.events}))
    for table in program.events:
        _give(table, found, named, draw, wild)
    return found


def _give(table: Table, owners: Sequence[Case], named: tuple[list[Fraction], list[Fraction]], draw: Random,
          wild: bool) -> None:  # fmt: skip
    columns = {item.name: _values(item, named, draw, wild) for item in table.fields}
    number = 1
    for owner in owners:
        for _ in range(draw.choice([0, 0, 1, 2, 4])):
            number += 1
            row: Row = {name: draw.choice(values) for name, values in columns.items()}
            mine = {**row, table.owner: owner.facts["who"]}
            owner.events[table.name].append(Event(number, mine))     # type: ignore[attr-defined]


def _values(item: Field, named: tuple[list[Fraction], list[Fraction]], draw: Random, wild: bool) -> list[Value]:
    """The few values that a column has, so that many are equal."""
    few = draw.choice([1, 2, 3, 5])
    found = [_value(item, named, draw, wild) for _ in range(few)]
    if item.optional and draw.random() < 0.6:
        found += [None] * max(1, few // 2)
    return found


def _value(item: Field, named: tuple[list[Fraction], list[Fraction]], draw: Random, wild: bool) -> Value:
    match item.kind.base:
        case Base.TEXT:
            return draw.choice(WORDS)
        case Base.ONE_OF:
            return draw.choice(item.kind.options)
        case Base.YES_NO:
            return draw.random() < 0.5
        case Base.DATE:
            return date.fromisoformat(draw.choice(DAYS)) + timedelta(draw.choice([-1, 0, 0, 1]))
    for _ in range(8):
        value = _number(item, named, draw, wild)
        if item.range.holds(value):
            return value
    return _inside(item)


def _number(item: Field, named: tuple[list[Fraction], list[Fraction]], draw: Random, wild: bool) -> Fraction:
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
