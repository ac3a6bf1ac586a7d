"""The core: the few nodes that every engine runs. Knows no surface word; spans do not count in equality."""

from collections.abc import Hashable, Iterator
from dataclasses import field
from fractions import Fraction
from typing import Any

from kpidsl.values import node as values
from kpidsl.values.kinds import POINTS, Base, Kind, Range, Value
from kpidsl.values.node import node
from kpidsl.values.rounding import Mode

Place = Hashable
"""Where in a policy a node comes from. Engines carry it and never look inside."""


@node
class Node(values.Node):
    """A node with the place in the policy that it comes from."""

    place: Place = field(compare=False, repr=False)


@node
class Literal(Node):
    """A value as it stands."""

    value: Value


@node
class Column(Node):
    """A column of the subject's row; with `of_event`, of the row of events that an aggregate is at."""

    name: str
    kind: Kind
    of_event: bool = False


@node
class Ref(Node):
    """The value of a definition, or the balance of a ledger."""

    name: str


@node
class Arithmetic(Node):
    """`op` is one of + - * /, on rationals. `counts`: the result is a number of steps, as for `Round`."""

    op: str
    left: "Expr"
    right: "Expr"
    counts: bool = False


@node
class Comparison(Node):
    """`op` is one of >= <= > < = !=; `kind` that of `left`."""

    op: str
    left: "Expr"
    right: "Expr"
    kind: Kind


@node
class Logic(Node):
    """`op` is "and", "or" or "not" (of one argument); arguments are looked at from the left, as far as needed."""

    op: str
    arguments: tuple["Expr", ...]


@node
class IsMissing(Node):
    """Whether `value` has no value."""

    value: "Expr"


@node
class Extreme(Node):
    """The lowest (`low`) or highest of the arguments."""

    low: bool
    arguments: tuple["Expr", ...]


@node
class Round(Node):
    """To a multiple of `step`. `counts`: what is rounded is a number of steps, worth a line in the explanation."""

    value: "Expr"
    step: Fraction
    mode: Mode
    counts: bool = False


@node
class Case(Node):
    """A condition and what it comes to."""

    test: "Expr"
    outcome: "Expr"


@node
class Cases(Node):
    """The outcome of the first case whose test holds.

    `subject` is what the cases are told apart by, if one thing, and `kind` its kind; `table` the name of the table that
    they are cells of, and `kind` then that of the cells; `dated`: they are told apart by the period alone.
    """

    rows: tuple[Case, ...]
    subject: "Expr | None" = None
    kind: Kind | None = None
    table: str = ""
    dated: bool = False


@node
class Interpolate(Node):
    """start + (x - low) / (high - low) * (stop - start); `kind` is that of `x`."""

    x: "Expr"
    low: "Expr"
    high: "Expr"
    start: "Expr"
    stop: "Expr"
    kind: Kind


@node
class Aggregate(Node):
    """`function` is count, sum, average, highest, lowest or streak, over the rows that pass `where`.

    `rows` names events, or the `unit` of periods whose results are gone over. `window`: how many units of time they
    reach back from the end of the period that is assessed; None for all there are. A streak counts the periods from
    the last one backwards for as long as `where` holds. `least`: how many periods there must be; None for every one.
    """

    function: str
    rows: str
    value: "Expr | None"
    where: "Expr | None"
    kind: Kind
    unit: Base | None = None
    window: tuple[Base, int] | None = None
    least: int | None = None


@node
class Among(Node):
    """`function` is sum, average, highest or lowest of the arguments.

    `least`: those without a value are left out as long as so many are left, else there is none; None: all need one.
    """

    function: str
    arguments: tuple["Expr", ...]
    least: int | None


@node
class Previous(Node):
    """The value that `name` had in the period before; `default` where there is no earlier one."""

    name: str
    default: "Expr | None"
    kind: Kind


@node
class GroupSize(Node):
    """How many are ranked in the group of a rank."""

    rank: str


Expr = (
    Literal | Column | Ref | Arithmetic | Comparison | Logic | IsMissing | Extreme | Round | Cases | Interpolate
    | Aggregate | Among | Previous | GroupSize
)  # fmt: skip


@node
class Line(Node):
    """One entry of a ledger. `verb`: start, add, deduct, multiply, at most, at least, override, round, carry, spread.

    A spread multiplies the balance so that what has a score is worth what all are; its amount: how many must have one.
    """

    clause: str
    verb: str
    amount: Expr
    when: Expr | None = None


@node
class Named(Node):
    """A named value: a `let` or a `param`; `range` is what a parameter may be."""

    name: str
    label: str
    kind: Kind
    expr: Expr
    range: Range | None = None


@node
class Ledger(Node):
    """`role`: total, section, rule, part or payout. `unfilled`: an open rule that no file fills. `exempt`: it is not
    scored. `kind`: points, or money.
    """

    name: str
    label: str
    role: str
    clause: str
    source: str
    worth: Fraction | None
    lines: tuple[Line, ...]
    exempt: tuple[Expr, ...] = ()
    unfilled: bool = False
    kind: Kind = POINTS


@node
class GradeOverride(Node):
    """The grade whatever the points, when `when` holds."""

    grade: str
    when: Expr


@node
class Quota(Node):
    """At most `limit` subjects of a group have `grade`, or that `share` of it; the others have the `next` one.

    The best keep it, by the value that grades; of those equal at the edge all `stay`, or none.
    """

    grade: str
    next: str
    limit: Fraction
    share: bool
    groups: tuple[str, ...]
    lowest_first: bool
    stay: bool


@node
class Grade(Node):
    """A level by points: the outcomes of `cases` are its names; the last override that holds wins, then quotas."""

    name: str
    label: str
    source: str
    cases: Cases
    overrides: tuple[GradeOverride, ...]
    quotas: tuple[Quota, ...] = ()


@node
class Rank(Node):
    """A place by `value`, among the subjects that are equal in `groups`.

    `ties` is "share" (1, 1, 3), "dense" (1, 1, 2) or "by": then `breakers` decide, in the same order as the value, and
    what is still equal shares.
    """

    name: str
    label: str
    value: Expr
    groups: tuple[str, ...]
    lowest_first: bool
    ties: str
    breakers: tuple[Expr, ...] = ()


@node
class Claim(Node):
    """What `holds` whatever the facts are, as the policy says; `title` says it in words."""

    title: str
    holds: Expr


@node
class Trend(Node):
    """A ledger never falls as a fact rises and all else stays; or, unless it `rises` with it, never rises."""

    title: str
    fact: str
    ledger: str
    rises: bool


Definition = Named | Ledger | Grade | Rank


def parts(of: Node) -> list[Any]:
    """What a node is made of: nodes, tuples of them, and values."""
    return [getattr(of, name) for name in of.__match_args__ if name != "place"]


def walk(tree: Any) -> Iterator[Node]:
    """Every node in `tree`, a node or nodes."""
    pending = [tree]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending += current
        elif isinstance(current, Node):
            yield current
            pending += parts(current)
