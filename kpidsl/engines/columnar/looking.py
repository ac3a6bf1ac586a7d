"""What a program looks at beyond a subject's row: rows of events, and results of periods, its own among them."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.engines.rows import first_day
from kpidsl.values.calendar import MONTHS, last_day, periods, shift, start
from kpidsl.values.kinds import Base


class Reach(NamedTuple):
    """Rows of events, or results of periods of a `unit`, as far back as the `window` goes; `least` of them."""

    rows: str
    unit: Base | None = None
    window: tuple[Base, int] | None = None
    least: int | None = None


class Stretch(NamedTuple):
    """From where to where a reach goes in a period: days, the last of its periods, and how many these are."""

    first: date
    last: date
    end: date
    periods: int


def reach(expr: n.Aggregate) -> Reach:
    return Reach(expr.rows, expr.unit, expr.window, expr.least)


def reaches(program: Program) -> list[Reach]:
    """Every reach of a level, each once."""
    found = (reach(expr) for expr in n.walk(program.definitions) if isinstance(expr, n.Aggregate))
    return list(dict.fromkeys(found))


def looks_back(program: Program) -> bool:
    """Whether a level uses what it came to in earlier periods."""
    return any(isinstance(expr, n.Previous) or (isinstance(expr, n.Aggregate) and expr.unit is program.unit is not None)
               for expr in n.walk(program.definitions))  # fmt: skip


def looked_at(program: Program, unit: Base | None) -> set[str]:
    """The names of a level's facts and results that it, or a longer one, uses of periods."""
    return {name for level in program.levels for expr in n.walk(level.definitions) for name in _names(expr, unit)}


def _names(expr: n.Node, unit: Base | None) -> Iterator[str]:
    if isinstance(expr, n.Previous):
        yield expr.name
    if isinstance(expr, n.Aggregate) and expr.unit is unit is not None:
        yield from (inner.name for inner in n.walk((expr.value, expr.where))
                    if isinstance(inner, n.Column) and inner.of_event)  # fmt: skip


def stretch(of: Reach, unit: Base, period: date) -> Stretch:
    """How far a reach goes in a period of the level that it belongs to."""
    last = last_day(unit, period)
    first = first_day(of.window, last) if of.window is not None else date.min
    if of.unit is None:
        return Stretch(first, last, last, 0)
    end = start(of.unit, last) if of.unit is not unit else shift(unit, period, -1)
    return Stretch(first, last, end, len(periods(of.unit, first, last)) if of.window is not None else 0)


def back(unit: Base, day: str, end: str) -> str:
    """SQL of how many periods a day is before the end."""
    return f"(date_diff('month', {day}, {end}) // {MONTHS[unit]})"
