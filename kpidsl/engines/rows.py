"""Which rows an aggregate goes over: events and results of periods, as far back as it reaches."""

from collections.abc import Collection
from datetime import date

from kpidsl.core import nodes as n
from kpidsl.core.results import Event
from kpidsl.engines.environment import Environment, FailedError
from kpidsl.values.calendar import label, last_day, periods, shift, start
from kpidsl.values.kinds import Base


def rows_of(expr: n.Aggregate, env: Environment) -> list[Event]:
    """The rows in the window, in order. Raises FailedError where a period in it has no results."""
    if env.unit is None or env.period is None or (expr.unit is None and expr.window is None):
        return list(env.events.get(expr.rows, ()))
    rows = [*env.history, env.so_far()] if expr.unit is env.unit else list(env.events.get(expr.rows, ()))
    last = last_day(env.unit, env.period)
    if expr.window is None:
        return _backwards(rows, expr.unit, last, env.lost.get(expr.rows, ()))
    first = first_day(expr.window, last)
    within = [row for row in rows if row.day is not None and first <= row.day <= last]
    if expr.unit is not None:
        _complete(within, expr, first, last)
    return within


def first_day(window: tuple[Base, int], last: date) -> date:
    """The first day of a window that ends on the `last` one."""
    unit, count = window
    try:
        return shift(unit, last, 1 - count)
    except OverflowError:
        return date.min


def _complete(rows: list[Event], expr: n.Aggregate, first: date, last: date) -> None:
    """Every period of the window must be there, or as many as the policy says; a divisor never shrinks by accident."""
    assert expr.unit is not None
    there = {row.day for row in rows}
    wanted = periods(expr.unit, first, last)
    if len(there) < (len(wanted) if expr.least is None else expr.least):
        lacking = [label(expr.unit, day) for day in wanted if day not in there]
        raise FailedError("E006", ", ".join(lacking))


def _backwards(rows: list[Event], unit: Base | None, last: date, lost: Collection[date]) -> list[Event]:
    """From the last period back to the first that there is; a gap before earlier ones is a failure, or one `lost`."""
    assert unit is not None
    by_day = {row.day: row for row in rows if row.day is not None and row.day <= last}
    found: list[Event] = []
    day = start(unit, last)
    while day in by_day:
        found.append(by_day[day])
        day = shift(unit, day, -1)
    if day in lost or any(other < day for other in (*by_day, *lost)):
        raise FailedError("E006", label(unit, day))
    return found
