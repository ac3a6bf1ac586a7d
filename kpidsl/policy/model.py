"""A policy: what the files together declare, with every name resolved."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from kpidsl.syntax import tree as t
from kpidsl.values import kinds as k
from kpidsl.values.calendar import read_any
from kpidsl.values.kinds import Base, Kind, Range
from kpidsl.values.node import Node, node

FACT, EVENTS, PARAM, TABLE, LET, LEDGER = "FACTS", "EVENTS", "PARAM", "TABLE", "LET", "RULE"
GRADE, RANK = "GRADE", "RANK"


@node
class Symbol(Node):
    """What a name stands for. `role` is one of the constants above; `kind` is None for events.

    The total's name is `t.TOTAL`.
    """

    name: str
    role: str
    kind: Kind | None
    node: t.Fact | t.Events | t.Param | t.Table | t.Let | t.Ledger | t.Grade | t.Rank

    @property
    def word(self) -> str:
        """The token that a writer declares it with."""
        return self.node.role if isinstance(self.node, t.Ledger) else self.role


Below = Mapping[str, Mapping[str, Kind]]
"""By unit of time, the results of the shorter periods: their names and kinds."""


@node
class Policy(Node):
    """One level of a policy: what is assessed once a period of `unit`, the fact `dated` telling which.

    There is neither where a policy has no periods. `below` are the levels within this one, `above` is the next one.
    `order` is that in which names can be worked out, `needs` what each of them hangs on itself.
    """

    title: str
    edition: str | None
    subject: str
    within: tuple[str, ...]
    unit: str
    dated: t.Ident | None
    roundings: Mapping[str, t.Rounding]
    facts: tuple[t.Fact, ...]
    events: tuple[t.Events, ...]
    params: tuple[t.Param, ...]
    tables: tuple[t.Table, ...]
    ledgers: tuple[t.Ledger, ...]
    total: t.Ledger
    payouts: tuple[t.Ledger, ...]
    results: tuple[t.Grade | t.Rank, ...]
    examples: tuple[t.Example, ...]
    claims: tuple[t.Claim | t.Trend, ...]
    symbols: Mapping[str, Symbol]
    order: tuple[str, ...]
    needs: Mapping[str, Sequence[str]]
    files: tuple[t.File, ...]
    below: Below
    above: "Policy | None" = None

    @property
    def levels(self) -> "tuple[Policy, ...]":
        """This level and those above it."""
        return (self, *(self.above.levels if self.above else ()))

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


def literal(node: t.Expr, kind: Kind | None = None) -> k.Value:
    """The value of a literal as `param` and `default` write it; a name stands for an option."""
    match node:
        case t.Quantity(value=value) if kind == k.YEAR:
            return date(int(value), 1, 1)
        case t.Quantity(value=value) | t.YesNo(value=value):
            return value
        case t.Text(text=text) | t.Name(text=text):
            return text
        case t.Calendar():
            return day(node)
    raise TypeError(f"not a literal: {type(node).__name__}")


def day(node: t.Calendar) -> date | None:
    """The day, or the first day of the period, that is written."""
    try:
        return date.fromisoformat(node.text)
    except ValueError:
        found = read_any(node.text)
        return found[0] if found else None


def calendar_kind(node: t.Calendar) -> Kind:
    """A day has three parts; what has fewer is a period."""
    found = read_any(node.text) if node.text.count("-") < 2 else None
    return Kind(found[1]) if found else k.DATE


def is_year(node: t.Expr) -> bool:
    """Whether a bare number can be a year."""
    return isinstance(node, t.Quantity) and node.unit == "NUMBER" and node.value in range(1900, 3000)


def is_zero(node: object) -> bool:
    return isinstance(node, t.Quantity) and node.value == 0 and node.unit == "NUMBER"


def quantity_kind(node: t.Quantity) -> Kind:
    return Kind(Base.MONEY, currency="YUAN") if node.unit == "YUAN" else Kind(Base(node.unit))


def parts_of(ledger: t.Ledger) -> list[t.Ledger]:
    return [row for row in ledger.rows if isinstance(row, t.Ledger)]


def columns_of(rows: t.Rows, symbols: Mapping[str, Symbol], below: Below) -> Mapping[str, Kind]:
    """What the rows that an aggregate goes over hold; those of its own level hold the names of the policy itself."""
    if rows.name is None:
        return below.get(rows.unit, {})
    symbol = symbols.get(rows.name.text)
    events = symbol.node if symbol else None
    return {row.name.text: kind_of(row.kind) for row in events.rows} if isinstance(events, t.Events) else {}


def names_used(node: Any, symbols: Mapping[str, Symbol], below: Below) -> list[str]:
    """Names of the policy in `node`, the total's among them; not those that are columns of an aggregate's rows."""
    columns: set[int] = set()
    for found in t.walk(node):
        if isinstance(found, t.Aggregate):
            own = columns_of(found.rows, symbols, below)
            inner = t.walk((found.value, found.where))
            columns |= {id(name) for name in inner if _name(name) in own}
    return [name for found in t.walk(node) if id(found) not in columns and (name := _name(found)) is not None]


def _name(node: t.Node) -> str | None:
    match node:
        case t.Name(text=text):
            return text
        case t.Total():
            return t.TOTAL
        case t.GroupSize(rank=rank):
            return rank.text
    return None


def bounds_of(band: t.OneSided | t.Interval | t.Otherwise) -> tuple[t.Expr, ...]:
    match band:
        case t.OneSided(bound=bound):
            return (bound,)
        case t.Interval(low=low, high=high):
            return (low, high)
    return ()


def worth_of_all(ledgers: tuple[t.Ledger, ...] | list[t.Ledger]) -> Fraction:
    """What sections and loose rules are worth together; a section that does not say it, what its rules are."""
    return sum((_own_worth(ledger) for ledger in ledgers), Fraction(0))


def _own_worth(ledger: t.Ledger) -> Fraction:
    if ledger.worth is None and ledger.role == "SECTION":
        return worth_of_all(parts_of(ledger))
    return ledger.worth or Fraction(0)


def all_ledgers(ledgers: tuple[t.Ledger, ...] | list[t.Ledger]) -> list[t.Ledger]:
    """The ledgers and all within them, outermost first."""
    return [found for ledger in ledgers for found in (ledger, *all_ledgers(parts_of(ledger)))]
