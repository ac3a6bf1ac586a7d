"""A policy: what the files together declare, with every name resolved."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kpidsl.syntax import tree as t
from kpidsl.values import kinds as k
from kpidsl.values.kinds import Base, Kind, Range

FACT, EVENTS, PARAM, TABLE, LET, LEDGER = "FACTS", "EVENTS", "PARAM", "TABLE", "LET", "RULE"
GRADE, RANK = "GRADE", "RANK"


@dataclass(frozen=True)
class Symbol:
    """What a name stands for. `role` is one of the constants above; `kind` is None for events."""

    name: str
    role: str
    kind: Kind | None
    node: t.Fact | t.Events | t.Param | t.Table | t.Let | t.Ledger | t.Grade | t.Rank

    @property
    def word(self) -> str:
        """The token that a writer declares it with."""
        return self.node.role if isinstance(self.node, t.Ledger) else self.role


@dataclass(frozen=True)
class Policy:
    title: str
    edition: str | None
    subject: str
    within: tuple[str, ...]
    period: str | None
    roundings: Mapping[str, t.Rounding]
    facts: tuple[t.Fact, ...]
    events: tuple[t.Events, ...]
    params: tuple[t.Param, ...]
    tables: tuple[t.Table, ...]
    ledgers: tuple[t.Ledger, ...]
    results: tuple[t.Grade | t.Rank, ...]
    examples: tuple[t.Example, ...]
    symbols: Mapping[str, Symbol]
    order: tuple[str, ...]
    files: tuple[t.File, ...]

    @property
    def hash(self) -> str:
        """The same for equal trees, in whatever language and layout; comments and examples do not count."""
        lines = (line for file in self.files for line in file.lines if not isinstance(line, t.Example))
        text = "\n".join(map(t.canonical, lines))
        return hashlib.sha256(text.encode()).hexdigest()


def kind_of(node: t.Kind) -> Kind:
    if node.base == "MONEY":
        return Kind(Base.MONEY, currency="YUAN")
    return Kind(Base(node.base), options=tuple(option.text for option in node.options))


def range_of(kind: Kind, bounds: tuple[t.Bound, ...]) -> Range:
    """What the declaration allows; a count without a lower bound starts at 0."""
    low, low_open, high, high_open = None, False, None, False
    for bound in bounds:
        value = constant(bound.value)
        if bound.side in ("FROM", "ABOVE"):
            low, low_open = value, bound.side == "ABOVE"
        else:
            high, high_open = value, bound.side == "BELOW"
    if kind.base is Base.COUNT and low is None:
        low = Fraction(0)
    return Range(low, low_open, high, high_open)


def constant(node: t.Expr) -> Fraction | None:
    """The number that a literal writes, with its sign; None for anything else."""
    match node:
        case t.Quantity(value=value):
            return value
        case t.Signed(negative=negative, value=inner):
            value_or_none = constant(inner)
            return -value_or_none if negative and value_or_none is not None else value_or_none
    return None


def literal(node: t.Expr) -> k.Value:
    """The value of a literal as `param` and `default` write it; a name stands for an option."""
    match node:
        case t.Quantity(value=value) | t.YesNo(value=value):
            return value
        case t.Text(text=text) | t.Name(text=text):
            return text
        case t.Calendar():
            return day(node)
    raise TypeError(f"not a literal: {type(node).__name__}")


def day(node: t.Calendar) -> date | None:
    try:
        return date.fromisoformat(node.text)
    except ValueError:
        return None


def quantity_kind(node: t.Quantity) -> Kind:
    return Kind(Base.MONEY, currency="YUAN") if node.unit == "YUAN" else Kind(Base(node.unit))


def parts_of(ledger: t.Ledger) -> list[t.Ledger]:
    return [row for row in ledger.rows if isinstance(row, t.Ledger)]


def names_used(node: t.Node, symbols: Mapping[str, Symbol]) -> list[str]:
    """Names of the policy in `node`; in an aggregate, the columns of its events are not among them."""
    columns: set[int] = set()
    for found in t.walk(node):
        if isinstance(found, t.Aggregate) and found.events.text in symbols:
            events = symbols[found.events.text].node
            own = {row.name.text for row in events.rows} if isinstance(events, t.Events) else set()
            inner = t.walk((found.value, found.where))
            columns |= {id(name) for name in inner if isinstance(name, t.Name) and name.text in own}
    return [found.text for found in t.walk(node) if isinstance(found, t.Name) and id(found) not in columns]


def worth_of_all(ledgers: tuple[t.Ledger, ...] | list[t.Ledger]) -> Fraction:
    """What sections and loose rules are worth together."""
    return sum((ledger.worth for ledger in ledgers if ledger.worth is not None), Fraction(0))


def all_ledgers(ledgers: tuple[t.Ledger, ...] | list[t.Ledger]) -> list[t.Ledger]:
    """The ledgers and all within them, outermost first."""
    return [found for ledger in ledgers for found in (ledger, *all_ledgers(parts_of(ledger)))]
