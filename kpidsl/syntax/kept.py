"""The typed tree of what is kept account of: ledgers, grades, ranks, and the examples that prove them."""

from fractions import Fraction

from kpidsl.syntax.declared import Let
from kpidsl.syntax.expressions import Calendar, Expr, Ident, Interval, Missing, Node, OneSided, Otherwise
from kpidsl.values.node import node


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
class Claim(Node):
    """What holds `always`, or never, whatever the facts are; `title` says it in words."""

    always: bool
    title: str | None
    condition: Expr


@node
class Trend(Node):
    """A ledger never falls as one fact rises and all else stays; or, where it does not rise with it, never rises."""

    title: str | None
    fact: Ident
    ledger: Ident
    rises: bool


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


LedgerLine = Cited | Let | Exempt | Posting | Ledger | Spread
