"""The core: the few nodes that every engine runs. Knows no surface word; spans do not count in equality."""

from collections.abc import Hashable, Mapping
from dataclasses import field
from fractions import Fraction

from kpidsl.values import node as values
from kpidsl.values.kinds import Kind, Range, Value
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

    `subject` is what the cases are told apart by, if one thing; `table` the name of the table that they are cells of.
    """

    rows: tuple[Case, ...]
    subject: "Expr | None" = None
    kind: Kind | None = None
    table: str = ""


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
    """`function` is count, sum, average, highest or lowest, over the subject's rows of `events` that pass `where`."""

    function: str
    events: str
    value: "Expr | None"
    where: "Expr | None"
    kind: Kind


Expr = (
    Literal | Column | Ref | Arithmetic | Comparison | Logic | IsMissing | Extreme | Round | Cases | Interpolate
    | Aggregate
)  # fmt: skip


@node
class Line(Node):
    """One entry of a ledger. `verb`: start, add, deduct, multiply, at most, at least, override, round, carry."""

    clause: str
    verb: str
    amount: Expr
    when: Expr | None = None


@node
class Named(Node):
    """A named value: a `let` or a `param`."""

    name: str
    label: str
    kind: Kind
    expr: Expr


@node
class Ledger(Node):
    """`role`: total, section, rule or part. `unfilled`: an open rule that no file fills. `exempt`: it is not scored."""

    name: str
    label: str
    role: str
    clause: str
    source: str
    worth: Fraction | None
    lines: tuple[Line, ...]
    exempt: tuple[Expr, ...] = ()
    unfilled: bool = False


@node
class GradeOverride(Node):
    """The grade whatever the points, when `when` holds."""

    grade: str
    when: Expr


@node
class Grade(Node):
    """A level by points: the outcomes of `cases` are its names; the last override that holds wins."""

    name: str
    label: str
    cases: Cases
    overrides: tuple[GradeOverride, ...]


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
class Field(values.Node):
    """A column of facts. `needed_by`: labels of the rules that use it; `scored`: rules may use it."""

    name: str
    header: str
    kind: Kind
    range: Range
    optional: bool = False
    default: Value = None
    scored: bool = True
    needed_by: tuple[str, ...] = ()


@node
class Table(values.Node):
    """A shape of facts. `key`: columns that tell rows apart; `owner`: the column of events that names the subject."""

    name: str
    header: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    owner: str = ""


@node
class Program(values.Node):
    """A policy, lowered. `definitions` stand in the order in which they can be worked out; the last is the total."""

    title: str
    edition: str
    hash: str
    subject: str
    within: tuple[str, ...]
    facts: Table
    events: tuple[Table, ...]
    definitions: tuple[Named | Ledger, ...]
    results: tuple[Grade | Rank, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    params: Mapping[str, Value] = field(default_factory=dict)

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """As the policy has them: each followed by those that it takes in; the total last."""
        by_name = {item.name: item for item in self.definitions if isinstance(item, Ledger)}

        def under(ledger: Ledger) -> list[Ledger]:
            inner = [line.amount.name for line in ledger.lines if line.verb == "carry" and isinstance(line.amount, Ref)]
            return [found for name in inner for found in (by_name[name], *under(by_name[name]))]

        total = list(by_name.values())[-1]
        return (*under(total), total)
