"""The typed tree of what a file declares: its header, facts, events, parameters, tables and lets."""

from fractions import Fraction

from kpidsl.syntax.expressions import Calendar, Expr, Ident, Node
from kpidsl.values.node import node


@node
class Kind(Node):
    """`base` is a token: COUNT, PERCENT, …; `options` only for ONE_OF."""

    base: str
    options: tuple[Ident, ...] = ()


@node
class Bound(Node):
    """`side` is FROM, TO, ABOVE or BELOW."""

    side: str
    value: "Expr"


@node
class Fact(Node):
    """A column of facts; `label` is its header where that is not its name."""

    name: Ident
    label: str | None
    kind: Kind
    bounds: tuple[Bound, ...]
    optional: bool
    default: "Expr | None"
    scored: bool


@node
class Facts(Node):
    """The facts of a subject."""

    rows: tuple[Fact, ...] = ()


@node
class Events(Node):
    """A table with many rows a subject; `by` is the column that dates a row."""

    name: Ident
    label: str | None
    by: Ident | None
    rows: tuple[Fact, ...] = ()


@node
class ParamRow(Node):
    """The value of a parameter from a day on."""

    since: Calendar
    value: "Expr"


@node
class Param(Node):
    """A value that the policy, or whoever runs it, sets; with `rows`, by date."""

    name: Ident
    label: str | None
    kind: Kind
    bounds: tuple[Bound, ...]
    value: "Expr | None"
    rows: tuple[ParamRow, ...] = ()


@node
class TableHeader(Node):
    """The keys along the second axis."""

    keys: tuple[Ident, ...]


@node
class TableRow(Node):
    """The cells of one key of the first axis; a cell that is missing is not assessed."""

    key: Ident
    cells: tuple["Expr", ...]


@node
class TableSince(Node):
    """The rows after this one hold from a day on."""

    since: Calendar


@node
class Table(Node):
    """Cells by one or two keys."""

    name: Ident
    label: str | None
    by: tuple[Ident, ...]
    kind: Kind
    rows: tuple[TableHeader | TableRow | TableSince, ...] = ()


@node
class Let(Node):
    """`kind` is what the writer says that the value is; None where it follows from the value."""

    name: Ident
    label: str | None
    kind: Kind | None
    value: "Expr"


@node
class Subject(Node):
    """Who is assessed, and the groups they are in."""

    name: Ident
    within: tuple[Ident, ...]


@node
class Period(Node):
    """`unit` is MONTH, QUARTER or YEAR; `by` the fact that says which one."""

    unit: str
    by: Ident | None


@node
class Rounding(Node):
    """`scope` is ROUND_EACH_LINE, _RULE, _SECTION, _PAYOUT or ROUND_TOTAL; `mode` a rounding token."""

    scope: str
    decimals: Fraction
    mode: str


@node
class Header(Node):
    """The title of a policy, and what holds for all of it."""

    title: str
    edition: str | None
    rows: tuple[Subject | Period | Rounding, ...] = ()


@node
class Extends(Node):
    """The file on which this one rests."""

    path: str
