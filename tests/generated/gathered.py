"""What is gathered from events and from the results of periods, and what was in the period before."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from generated.literals import COMPARE, default
from generated.scope import LENGTHS, NUMERIC, Rows, Scope


class Writing(NamedTuple):
    """What writes an amount of a kind, and a condition, down to a depth."""

    amount: Callable[[Scope, str, int], str]
    condition: Callable[[Scope, int], str]


def gathered(scope: Scope, kind: str, depth: int, writing: Writing) -> str:
    """A count, sum, mean or end over events or over periods, or how many in a row; now and then within another."""
    if len(scope.inside) > 1 or (scope.inside and not scope.chance(25)):
        return ""
    sources = [*scope.events, *over_periods(scope)]
    if not sources:
        return ""
    return gathered_from(scope, scope.pick(sources), kind, depth, writing)


def over_periods(scope: Scope) -> list[Rows]:
    """Periods that can be looked at: the shorter ones, and those of this level."""
    own = [Rows(scope.unit, dated=True)] if scope.unit else []
    return [*scope.results, *scope.results, *own]


def gathered_from(scope: Scope, rows: Rows, kind: str, depth: int, writing: Writing) -> str:
    """The same over these rows; empty where they have no value of this kind."""
    within = replace(scope, inside=(*scope.inside, rows), has_full=False)
    if kind == "count" and rows.periods and scope.chance(40):
        far = f"last {scope.draw.randint(1, 3)} " if scope.chance(4) else ""
        return f"(streak of {far}{rows.name} where {writing.condition(within, 1)})"
    over, where = _reach(scope, rows), ""
    if scope.chance(65):
        matched = counted_for_each(within) if scope.chance(15) else ""
        where = f" where {matched or writing.condition(within, 1)}"
    if kind == "count" and scope.chance(60):
        return f"(count of {over}{where})"
    value = _value(within, kind, depth, writing)
    functions = ("sum", "highest", "lowest") if kind == "count" else ("sum", "average", "average", "highest", "lowest")
    return f"({scope.pick(functions)} of {value} in {over}{where})" if value else ""


def counted_for_each(scope: Scope) -> str:
    """How many rows of events there are that match the row one is at, held against a number."""
    others = [rows for rows in scope.events if rows not in scope.inside]
    if len(scope.inside) != 1 or not others:
        return ""
    rows, around = scope.pick(others), scope.inside[0].columns
    kinds = [kind for kind in rows.columns if kind in around]
    if not kinds:
        return ""
    kind = scope.pick(kinds)
    sign = scope.pick(COMPARE if kind in NUMERIC else COMPARE[-2:])
    where = f"{scope.pick(rows.columns[kind])} {sign} {scope.pick(around[kind])}"
    return f"(count of {_reach(scope, rows)} where {where}) {scope.pick(COMPARE)} {scope.pick('012')}"


def _value(within: Scope, kind: str, depth: int, writing: Writing) -> str:
    """What is taken of each row; of a shorter period it is made of the values of that."""
    rows = within.inside[-1]
    own = rows.columns.get(kind, [])
    if rows not in within.results:
        return within.pick(own) if own and within.chance(60) else writing.amount(within, kind, depth)
    if own and within.chance(20):
        return f"max({within.pick(own)}, {writing.amount(within, kind, depth)})"
    return within.pick(own) if own else ""


def _reach(scope: Scope, rows: Rows) -> str:
    """The rows, and how far back one goes; of the periods of this level that must be said."""
    if not rows.periods:
        far = scope.unit and rows.dated and scope.chance(35)
        return f"{rows.name} last {scope.draw.randint(1, 4)} {scope.pick(tuple(LENGTHS))}" if far else rows.name
    count = scope.pick((1, 1, 2, 2, 3, 12)) if rows.name == scope.unit or scope.chance(35) else 0
    most = count or LENGTHS[scope.unit] // LENGTHS[rows.name]
    fewer = scope.pick((1, 1, 1, min(most, 2)))
    least = f" no fewer than {fewer}" if scope.chance(90 if rows.name == scope.unit else 60) else ""
    return f"{f'last {count} ' if count else ''}{rows.name}{least}"


def before(scope: Scope, kind: str) -> str:
    """What something was in the period before, itself perhaps."""
    own = [name for of, name in (scope.itself, ("points", "total")) if of == kind]
    names = [*own, *own, *scope.kept(kind)]
    return previous(scope, kind, scope.pick(names)) if names else ""


def previous(scope: Scope, kind: str, name: str) -> str:
    first = f" default {default(scope, kind, name)}" if kind != "year" and scope.chance(90) else ""
    return f"(previous {name}{first})"
