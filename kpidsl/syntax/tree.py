"""The typed tree of a .kpi file. Spans and comments do not count in equality; neither does the keywords' language."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from kpidsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ident(Node):
    """A name where it is declared or listed."""

    text: str


# ---- expressions


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    """A number with its unit, a token of the word table: NUMBER, PERCENT, PP, YUAN or DAYS. 80% is 4/5."""

    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    text: str


@dataclass(frozen=True, slots=True)
class YesNo(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Calendar(Node):
    """A day, 2014-05-31; or a month, 2014-05."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Full(Node):
    """The worth of the ledger around it."""


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """As an outcome: no score, which is not 0."""


@dataclass(frozen=True, slots=True)
class Signed(Node):
    negative: bool
    value: "Expr"


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`op` is PLUS, MINUS, STAR or SLASH."""

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`op` is GE, LE, GT, LT, EQ or NE."""

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`op` is AND or OR."""

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Not(Node):
    value: "Expr"


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    value: "Expr"


@dataclass(frozen=True, slots=True)
class IsOneOf(Node):
    value: "Expr"
    options: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function` is ROUND, TRUNCATE, FLOOR, CEIL, MIN, MAX or ABS; `mode` a rounding token or empty."""

    function: str
    arguments: tuple["Expr", ...]
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Lookup(Node):
    table: Ident
    keys: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`function` is COUNT_OF, SUM_OF, AVERAGE_OF, HIGHEST_OF or LOWEST_OF over the rows of `events`."""

    function: str
    value: "Expr | None"
    events: Ident
    where: "Expr | None"


@dataclass(frozen=True, slots=True)
class Per(Node):
    """`amount` for each `unit` in `measured`; `steps` is PER, PER_EACH_FULL or PER_EACH_STARTED."""

    amount: "Expr"
    steps: str
    unit: Quantity
    measured: "Expr"


# ---- blocks


@dataclass(frozen=True, slots=True)
class OneSided(Node):
    op: str
    bound: "Expr"


@dataclass(frozen=True, slots=True)
class Interval(Node):
    low_open: bool
    low: "Expr"
    high: "Expr"
    high_open: bool


@dataclass(frozen=True, slots=True)
class Otherwise(Node):
    pass


@dataclass(frozen=True, slots=True)
class Slope(Node):
    """From `start` at the lower end of its band to `stop` at the upper end, on a straight line."""

    start: "Expr"
    stop: "Expr"


@dataclass(frozen=True, slots=True)
class BandRow(Node):
    band: OneSided | Interval | Otherwise
    outcome: "Expr | Slope | Missing"


@dataclass(frozen=True, slots=True)
class Bands(Node):
    subject: "Expr"
    rows: tuple[BandRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PointRow(Node):
    at: "Expr"
    value: "Expr"


@dataclass(frozen=True, slots=True)
class Points(Node):
    """Straight lines between the points; the end values beyond them."""

    subject: "Expr"
    rows: tuple[PointRow, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRow(Node):
    case: "Expr | Otherwise"
    outcome: "Expr | Missing"


@dataclass(frozen=True, slots=True)
class Choose(Node):
    rows: tuple[CaseRow, ...] = ()


Block = Bands | Points | Choose
Expr = (
    Quantity | Text | YesNo | Calendar | Name | Full | Missing | Signed | Binary | Compare | Logic | Not | IsMissing
    | IsOneOf | Call | Lookup | Aggregate | Per | Bands | Points | Choose
)  # fmt: skip


# ---- lines


@dataclass(frozen=True, slots=True)
class Kind(Node):
    """`base` is a token: COUNT, PERCENT, …; `options` only for ONE_OF."""

    base: str
    options: tuple[Ident, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """`side` is FROM, TO, ABOVE or BELOW."""

    side: str
    value: "Expr"


@dataclass(frozen=True, slots=True)
class Fact(Node):
    name: Ident
    label: str | None
    kind: Kind
    bounds: tuple[Bound, ...]
    optional: bool
    default: "Expr | None"
    scored: bool


@dataclass(frozen=True, slots=True)
class Facts(Node):
    rows: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Events(Node):
    name: Ident
    label: str | None
    rows: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Param(Node):
    name: Ident
    label: str | None
    kind: Kind
    bounds: tuple[Bound, ...]
    value: "Expr | None"


@dataclass(frozen=True, slots=True)
class TableHeader(Node):
    keys: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class TableRow(Node):
    key: Ident
    cells: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    name: Ident
    label: str | None
    by: tuple[Ident, ...]
    kind: Kind
    rows: tuple[TableHeader | TableRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Let(Node):
    name: Ident
    label: str | None
    value: "Expr"


@dataclass(frozen=True, slots=True)
class Subject(Node):
    name: Ident
    within: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class Period(Node):
    """`unit` is MONTH, QUARTER or YEAR."""

    unit: str


@dataclass(frozen=True, slots=True)
class Rounding(Node):
    """`scope` is ROUND_EACH_LINE, ROUND_EACH_RULE, ROUND_EACH_SECTION or ROUND_TOTAL; `mode` a rounding token."""

    scope: str
    decimals: Fraction
    mode: str


@dataclass(frozen=True, slots=True)
class Header(Node):
    title: str
    edition: str | None
    rows: tuple[Subject | Period | Rounding, ...] = ()


@dataclass(frozen=True, slots=True)
class Extends(Node):
    path: str


@dataclass(frozen=True, slots=True)
class Cited(Node):
    """The clause of the written document on which a ledger rests."""

    text: str


@dataclass(frozen=True, slots=True)
class Exempt(Node):
    when: "Expr"


@dataclass(frozen=True, slots=True)
class Posting(Node):
    """`verb` is START, ADD, DEDUCT, MULTIPLY_BY, AT_MOST, AT_LEAST or OVERRIDE."""

    verb: str
    amount: "Expr"
    when: "Expr | None"


@dataclass(frozen=True, slots=True)
class Ledger(Node):
    """`role` is SECTION, RULE, PART or FILL; an open rule waits for a FILL of its name."""

    role: str
    name: Ident
    label: str | None
    worth: Fraction | None
    open: bool
    rows: tuple["LedgerLine", ...] = ()


LedgerLine = Cited | Let | Exempt | Posting | Ledger
FileLine = Header | Extends | Facts | Events | Param | Table | Let | Ledger


@dataclass(frozen=True, slots=True)
class File:
    path: str = field(compare=False)
    lines: tuple[FileLine, ...]
    comments: tuple[str, ...] = field(compare=False)


def canonical(tree: Any) -> str:
    """A text that is the same for equal trees, whatever their keywords' language, layout and comments."""
    if is_dataclass(tree) and not isinstance(tree, type):
        inner = " ".join(canonical(getattr(tree, f.name)) for f in fields(tree) if f.compare)
        return f"({type(tree).__name__} {inner})"
    if isinstance(tree, tuple):
        return "[" + " ".join(map(canonical, tree)) + "]"
    return repr(str(tree) if isinstance(tree, Fraction) else tree)


def with_rows(node: Any, rows: tuple[Any, ...]) -> Any:
    """`node`, a line that heads a block, holding the rows of that block."""
    match node:
        case Posting(amount=Bands() | Points() | Choose()):
            return replace(node, amount=with_rows(node.amount, rows))
        case Let(value=Bands() | Points() | Choose()):
            return replace(node, value=with_rows(node.value, rows))
    return replace(node, rows=rows)


def walk(node: Any) -> Iterator[Any]:
    """`node` and every node in it, outermost first."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple) and not isinstance(current, Span):
            pending += reversed(current)
        elif isinstance(current, Node):
            yield current
            pending += [getattr(current, f.name) for f in reversed(fields(current)) if f.name != "span"]
