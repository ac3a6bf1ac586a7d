"""Policies that are made up reach every node of the core, and every shape that its fields can have."""

from collections.abc import Iterator
from random import Random
from typing import Any, get_type_hints

from generated.compare import program_of
from generated.policies import period_text, policy_text

from kpidsl.core import nodes as n
from kpidsl.core import program as p
from kpidsl.values.kinds import PERIODS
from kpidsl.values.node import Node
from kpidsl.values.rounding import Mode

SEEDS = 600
COUNTS = {"POINTS", "PERCENT", "PP", "COUNT", "NUMBER", "MONEY", "DAYS"}
NAMED = {*COUNTS, "DATE", "YES_NO", "TEXT", "ONE_OF", *map(str, PERIODS)}
WORDS = {
    "Arithmetic.op": {"+", "-", "*", "/"}, "Comparison.op": {">=", "<=", ">", "<", "=", "!="},
    "Logic.op": {"and", "or", "not"}, "Round.mode": set(Mode), "Rank.ties": {"share", "dense", "by"},
    "Aggregate.function": {"count", "sum", "average", "highest", "lowest", "streak"},
    "Among.function": {"sum", "average", "highest", "lowest"},
    "Line.verb": {"start", "add", "deduct", "multiply", "at most", "at least", "override", "round", "carry", "spread"},
    "Ledger.role": {"total", "section", "rule", "part", "payout"},
    "Literal.value": {"Fraction", "bool", "str", "date", "NoneType"},
    "Aggregate.unit": {*PERIODS}, "Aggregate.window": {None, *PERIODS},
    "Column.kind": NAMED, "Comparison.kind": NAMED, "Named.kind": {*COUNTS, "YES_NO", "TEXT"}, "Field.kind": NAMED,
    "Previous.kind": NAMED, "Aggregate.kind": COUNTS, "Interpolate.kind": COUNTS, "Ledger.kind": {"POINTS", "MONEY"},
}  # fmt: skip
"""What stands in fields whose type does not say it."""
FULL = {"Cases.rows", "Logic.arguments", "Extreme.arguments", "Among.arguments", "Table.fields"}
"""What the language does not let be empty."""
STREAKS = {f"streak of {rows}, as far as they go, every" for rows in ("its own", "shorter")}
OVER = STREAKS | {f"{function} of {rows}" for function in WORDS["Aggregate.function"] - {"streak"} for rows in (
    "events, as far as they go, every", "events, this period, every", "events, so far back, every",
    "shorter, this period, every", "shorter, this period, least", "shorter, so far back, every",
    "shorter, so far back, least", "its own, this period, every", "its own, so far back, every",
    "its own, so far back, least")}  # fmt: skip
"""What aggregates go over; a streak has no other forms that the columnar engine knows."""
UNTOLD = {"place", "period", "default"}
"""Where a node comes from, and what is seen by the kind of a field."""


def shapes(of: Node) -> Iterator[str]:
    """What the fields of a node are like: what word it is, whether there is something."""
    for name in of.__match_args__:
        if name not in UNTOLD:
            field, value = f"{type(of).__name__}.{name}", getattr(of, name)
            yield f"{field} {_shape(field, value)}"


def _shape(field: str, value: Any) -> str:
    if field in WORDS:
        said = getattr(value, "base", value)
        return type(value).__name__ if field == "Literal.value" else str(said[0] if isinstance(said, tuple) else said)
    if isinstance(value, bool) or value is None:
        return str(value)
    return "some" if value or not isinstance(value, tuple) else "()"


def wanted(kind: type) -> Iterator[str]:
    """What the fields of a class of nodes can be like, as far as their types say."""
    for name, hint in get_type_hints(kind, vars(n)).items():
        field = f"{kind.__name__}.{name}"
        if name not in kind.__match_args__ or name in UNTOLD:     # type: ignore[attr-defined]
            continue
        if field in WORDS:
            yield from (f"{field} {word}" for word in WORDS[field])
        elif hint is bool:
            yield from (f"{field} True", f"{field} False")
        else:
            yield f"{field} some"
            yield from [f"{field} None"] * (type(None) in getattr(hint, "__args__", ()))
            yield from [f"{field} ()"] * (str(hint).startswith("tuple") and field not in FULL)


def goes_over(of: n.Aggregate, level: p.Program) -> str:
    """What an aggregate goes over: events, or periods; how far back, and whether all have to be there."""
    rows = "events" if of.unit is None else "its own" if of.unit is level.unit else "shorter"
    far = "so far back" if of.window else "as far as they go"
    far = "this period" if of.window == (level.unit, 1) else far
    return f"{of.function} of {rows}, {far}, {'least' if of.least else 'every'}"


def reached(program: p.Program) -> Iterator[str]:
    for level in program.levels:
        for table in (level.facts, *level.events):
            yield from shapes(table)
            yield from (shape for field in table.fields for shape in shapes(field))
        for node in n.walk(level.definitions):
            yield from shapes(node)
            yield from [goes_over(node, level)] if isinstance(node, n.Aggregate) else []


def test_every_construct_is_made_up() -> None:
    found: set[str] = set()
    for seed in range(SEEDS):
        program = program_of((period_text if seed % 4 else policy_text)(Random(seed)))
        if isinstance(program, p.Program):
            found.update(reached(program))
    checked_only = (n.Claim, n.Trend, n.Node)
    kinds = [kind for kind in vars(n).values() if isinstance(kind, type) and issubclass(kind, n.Node)]
    asked = {shape for kind in (*kinds, p.Table, p.Field) if kind not in checked_only for shape in wanted(kind)}
    assert not sorted((asked | OVER) - found)
