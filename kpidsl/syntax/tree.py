"""The typed tree of a .kpi file. Spans and comments do not count in equality; neither does the keywords' language."""

from collections.abc import Iterator
from dataclasses import field
from fractions import Fraction
from typing import Any

from kpidsl.syntax.expressions import (
    Aggregate,
    BandRow,
    Bands,
    Binary,
    Block,
    Calendar,
    Call,
    CaseRow,
    ChoiceOf,
    Choose,
    Compare,
    Expr,
    Full,
    GroupSize,
    Ident,
    Interval,
    IsMissing,
    IsOneOf,
    Logic,
    Lookup,
    Missing,
    Name,
    Node,
    Not,
    OneSided,
    Otherwise,
    Per,
    PointRow,
    Points,
    Previous,
    Quantity,
    Rows,
    Signed,
    Slope,
    Text,
    Total,
    YesNo,
)  # fmt: skip
from kpidsl.text.source import Span
from kpidsl.values import node as values
from kpidsl.values.node import changed, node, node_fields

# Expressions stand in a file of their own; for those who use the tree they belong to it.
__all__ = [
    "Aggregate", "BandRow", "Bands", "Binary", "Block", "Calendar", "Call", "CaseRow", "ChoiceOf", "Choose", "Compare",
    "Expr", "Full", "GroupSize", "Ident", "Interval", "IsMissing", "IsOneOf", "Logic", "Lookup", "Missing", "Name",
    "Node", "Not", "OneSided", "Otherwise", "Per", "PointRow", "Points", "Previous", "Quantity", "Rows", "Signed",
    "Slope", "Text", "Total", "YesNo",
]  # fmt: skip


# ---- lines


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


@node
class Cited(Node):
    """The clause of the written document on which a ledger rests."""

    text: str


@node
class Exempt(Node):
    """When a ledger is not scored."""

    when: "Expr"


@node
class Spread(Node):
    """The worth of what is not applicable in a section goes to the rest, of which there are at least `least`."""

    least: int | None


@node
class Posting(Node):
    """`verb` is START, ADD, DEDUCT, MULTIPLY_BY, AT_MOST, AT_LEAST or OVERRIDE."""

    verb: str
    amount: "Expr"
    when: "Expr | None"


@node
class Ledger(Node):
    """`role` is SECTION, RULE, PART, PAYOUT or TOTAL. `edit`: FILL, REPLACE or REMOVE of the parent's ledger, or empty.

    An open rule waits for a FILL of its name.
    """

    role: str
    name: Ident
    label: str | None
    worth: Fraction | None
    open: bool
    rows: tuple["LedgerLine", ...] = ()
    edit: str = ""


@node
class Require(Node):
    """What the worth of a ledger must be of all, here and in every file that extends this one; `source` says why."""

    name: Ident
    op: str
    share: Fraction
    source: str | None


@node
class GradeBand(Node):
    """The grade of the values that a band holds."""

    band: "OneSided | Interval | Otherwise"
    grade: Ident


@node
class GradeOverride(Node):
    """The grade whatever the points, when `when` holds."""

    grade: Ident
    when: "Expr"


@node
class Quota(Node):
    """At most so many of a group have a grade, or the `share` of it; the others have the grade of the next row.

    `stay`: those that are equal at the edge all keep the grade; else they all lose it.
    """

    grade: Ident
    limit: Fraction
    share: bool
    within: tuple[Ident, ...]
    lowest_first: bool
    stay: bool


@node
class Grade(Node):
    """A level by a value; overrides and quotas change the level and leave the points."""

    name: Ident
    label: str | None
    value: "Expr"
    rows: tuple[GradeBand | GradeOverride | Quota | Cited, ...] = ()


@node
class Rank(Node):
    """A place by a value, among all or within groups; `ties` is TIES_SHARE, TIES_DENSE or TIES_BY `breakers`."""

    name: Ident
    label: str | None
    value: "Expr"
    within: tuple[Ident, ...]
    lowest_first: bool
    ties: str
    breakers: tuple["Expr", ...]


TOTAL = ""
"""The name of the total, which no policy can declare."""


@node
class Stretch(Node):
    """Periods of `unit` from `first` to `last`."""

    unit: str
    first: Calendar
    last: Calendar


@node
class Whose(Node):
    """Which subject, and which of its periods, a line of an example is about; None for every one."""

    subject: str | None
    periods: Stretch | None


@node
class Setting(Node):
    """A name and the value that it is given, or that is expected of it; the total's name is TOTAL."""

    name: Ident
    value: "Expr | Missing"


@node
class Given(Node):
    """Facts of an example; with `events`, a row of these events."""

    settings: tuple[Setting, ...]
    whose: Whose | None = None
    events: Ident | None = None


@node
class Expect(Node):
    """What an example comes to."""

    settings: tuple[Setting, ...]
    whose: Whose | None = None


@node
class Example(Node):
    """A case that is worked out by hand, in the policy that it proves."""

    title: str
    rows: tuple[Given | Expect, ...] = ()


@node
class Replacement(Node):
    """A declaration in the place of the parent's of its name."""

    line: "Param | Table | Let | Ledger | Grade | Rank"


@node
class Removal(Node):
    """Takes a declaration of the parent out; `role` is PARAM, TABLE, LET, PAYOUT, GRADE or RANK."""

    role: str
    name: Ident


@node
class Assess(Node):
    """What is assessed once a `unit`, over the periods within it."""

    unit: str
    rows: tuple["FileLine", ...] = ()


LedgerLine = Cited | Let | Exempt | Posting | Ledger | Spread
FileLine = (
    Header | Extends | Facts | Events | Param | Table | Let | Ledger | Grade | Rank | Example | Require | Replacement
    | Removal | Assess
)  # fmt: skip


@node
class File(values.Node):
    """The lines of a file, and its comments."""

    path: str = field(compare=False)
    lines: tuple[FileLine, ...]
    comments: tuple[str, ...] = field(compare=False)


def canonical(tree: Any) -> str:
    """A text that is the same for equal trees, whatever their keywords' language, layout and comments."""
    if isinstance(tree, values.Node):
        inner = " ".join(canonical(getattr(tree, f.name)) for f in node_fields(tree) if f.compare)
        return f"({type(tree).__name__} {inner})"
    if isinstance(tree, tuple):
        return "[" + " ".join(map(canonical, tree)) + "]"
    return repr(str(tree) if isinstance(tree, Fraction) else tree)


def with_rows(head: Any, rows: tuple[Any, ...]) -> Any:
    """`head`, a line that heads a block, holding the rows of that block."""
    match head:
        case Posting(amount=Bands() | Points() | Choose()):
            return changed(head, amount=with_rows(head.amount, rows))
        case Let(value=Bands() | Points() | Choose()):
            return changed(head, value=with_rows(head.value, rows))
        case Replacement():
            return changed(head, line=with_rows(head.line, rows))
    return changed(head, rows=rows)


def walk(tree: Any) -> Iterator[Any]:
    """`tree` and every node in it, outermost first."""
    pending = [tree]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple) and not isinstance(current, Span):
            pending += reversed(current)
        elif isinstance(current, Node):
            yield current
            pending += [getattr(current, f.name) for f in reversed(node_fields(current)) if f.name != "span"]
