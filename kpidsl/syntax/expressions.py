"""The typed tree of amounts and conditions. Spans do not count in equality; neither does the keywords' language."""

from dataclasses import field
from fractions import Fraction

from kpidsl.text.source import Span
from kpidsl.values import node as values
from kpidsl.values.node import node


@node
class Node(values.Node):
    """A node with its place in the text."""

    span: Span = field(compare=False, repr=False)


@node
class Ident(Node):
    """A name where it is declared or listed."""

    text: str


@node
class Quantity(Node):
    """A number with its unit, a token of the word table: NUMBER, PERCENT, PP, YUAN or DAYS. 80% is 4/5."""

    value: Fraction
    unit: str


@node
class Text(Node):
    """A text between quotes."""

    text: str


@node
class YesNo(Node):
    """The literal yes or no."""

    value: bool


@node
class Calendar(Node):
    """A day, 2014-05-31; or a month, 2014-05."""

    text: str


@node
class Name(Node):
    """A name where it is used."""

    text: str


@node
class Total(Node):
    """The total, as a value."""


@node
class Full(Node):
    """The worth of the ledger around it."""


@node
class Missing(Node):
    """As an outcome: no score, which is not 0."""


@node
class Signed(Node):
    """A value with a sign before it."""

    negative: bool
    value: "Expr"


@node
class Binary(Node):
    """`op` is PLUS, MINUS, STAR or SLASH."""

    op: str
    left: "Expr"
    right: "Expr"


@node
class Compare(Node):
    """`op` is GE, LE, GT, LT, EQ or NE."""

    op: str
    left: "Expr"
    right: "Expr"


@node
class Logic(Node):
    """`op` is AND or OR."""

    op: str
    left: "Expr"
    right: "Expr"


@node
class Not(Node):
    """What holds where `value` does not."""

    value: "Expr"


@node
class IsMissing(Node):
    """Whether `value` has no value."""

    value: "Expr"


@node
class IsOneOf(Node):
    """Whether `value` is among `options`."""

    value: "Expr"
    options: tuple[Ident, ...]


@node
class Call(Node):
    """`function` is ROUND, TRUNCATE, FLOOR, CEIL, MIN, MAX or ABS; `mode` a rounding token or empty."""

    function: str
    arguments: tuple["Expr", ...]
    mode: str = ""


@node
class Lookup(Node):
    """A cell of a table."""

    table: Ident
    keys: tuple["Expr", ...]


@node
class Rows(Node):
    """What an aggregate goes over: the rows of events `name`; where there is none, the results of periods of `unit`.

    `last`: how many units of time back, with the unit; None for the period that is assessed. `least`: how many there
    must be.
    """

    name: Ident | None
    unit: str
    last: tuple[int, str] | None = None
    least: int | None = None


@node
class Aggregate(Node):
    """`function` is COUNT_OF, STREAK_OF, SUM_OF, AVERAGE_OF, HIGHEST_OF or LOWEST_OF."""

    function: str
    value: "Expr | None"
    rows: Rows
    where: "Expr | None"


@node
class ChoiceOf(Node):
    """`function` is SUM_OF, AVERAGE_OF, HIGHEST_OF or LOWEST_OF; `present`: only of those that have a value."""

    function: str
    present: bool
    arguments: tuple["Expr", ...]
    least: int | None


@node
class Previous(Node):
    """The value that `name` had in the period before; `default` where there is none before."""

    name: Ident
    default: "Expr | None"


@node
class GroupSize(Node):
    """How many are ranked in the group of a rank."""

    rank: Ident


@node
class Per(Node):
    """`amount` for each `unit` in `measured`; `steps` is PER, PER_EACH_FULL or PER_EACH_STARTED."""

    amount: "Expr"
    steps: str
    unit: Quantity
    measured: "Expr"


# ---- blocks


@node
class OneSided(Node):
    """All on one side of `bound`, or equal to it; `op` is GE, LE, GT, LT or EQ."""

    op: str
    bound: "Expr"


@node
class Interval(Node):
    """From `low` to `high`; an open end is not held."""

    low_open: bool
    low: "Expr"
    high: "Expr"
    high_open: bool


@node
class Otherwise(Node):
    """What no other row holds."""


@node
class Slope(Node):
    """From `start` at the lower end of its band to `stop` at the upper end, on a straight line."""

    start: "Expr"
    stop: "Expr"


@node
class BandRow(Node):
    """A band and what it comes to."""

    band: OneSided | Interval | Otherwise
    outcome: "Expr | Slope | Missing"


@node
class Bands(Node):
    """The outcome of the band that holds the subject."""

    subject: "Expr"
    rows: tuple[BandRow, ...] = ()


@node
class PointRow(Node):
    """A point of a line."""

    at: "Expr"
    value: "Expr"


@node
class Points(Node):
    """Straight lines between the points; the end values beyond them."""

    subject: "Expr"
    rows: tuple[PointRow, ...] = ()


@node
class CaseRow(Node):
    """A condition and what it comes to."""

    case: "Expr | Otherwise"
    outcome: "Expr | Missing"


@node
class Choose(Node):
    """The outcome of the first case that holds."""

    rows: tuple[CaseRow, ...] = ()


Block = Bands | Points | Choose
Expr = (
    Quantity | Text | YesNo | Calendar | Name | Total | Full | Missing | Signed | Binary | Compare | Logic | Not
    | IsMissing | IsOneOf | Call | Lookup | Aggregate | ChoiceOf | Previous | GroupSize | Per | Block
)  # fmt: skip
