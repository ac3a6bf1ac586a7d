"""The core: the few nodes that every engine runs. Knows no surface word; spans do not count in equality."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from kpidsl.values.kinds import Kind, Range, Value
from kpidsl.values.rounding import Mode

Place = Hashable
"""Where in a policy a node comes from. Engines carry it and never look inside."""


@dataclass(frozen=True, slots=True)
class Node:
    place: Place = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Value


@dataclass(frozen=True, slots=True)
class Column(Node):
    """A column of the subject's row; with `of_event`, of the row of events that an aggregate is at."""

    name: str
    of_event: bool = False


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """The value of a definition, or the balance of a ledger."""

    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`op` is one of + - * /, on rationals."""

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`op` is one of >= <= > < = !=."""

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`op` is "and", "or" or "not" (of one argument); arguments are looked at from the left, as far as needed."""

    op: str
    arguments: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    value: "Expr"


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """The lowest (`low`) or highest of the arguments."""

    low: bool
    arguments: tuple["Expr", ...]


@dataclass(frozen=True, slots=True)
class Round(Node):
    """To a multiple of `step`. `counts`: what is rounded is a number of steps, worth a line in the explanation."""

    value: "Expr"
    step: Fraction
    mode: Mode
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Case(Node):
    test: "Expr"
    outcome: "Expr"


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """The outcome of the first case whose test holds; `subject` is what the cases are told apart by, if one thing."""

    rows: tuple[Case, ...]
    subject: "Expr | None" = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`function` is count, sum, average, highest or lowest, over the subject's rows of `events` that pass `where`."""

    function: str
    events: str
    value: "Expr | None"
    where: "Expr | None"
    kind: Kind


Expr = Literal | Column | Ref | Arithmetic | Comparison | Logic | IsMissing | Extreme | Round | Cases | Aggregate


@dataclass(frozen=True, slots=True)
class Line(Node):
    """One entry of a ledger. `verb`: start, add, deduct, multiply, at most, at least, override, round, carry."""

    clause: str
    verb: str
    amount: Expr
    when: Expr | None = None


@dataclass(frozen=True, slots=True)
class Named(Node):
    """A named value: a `let` or a `param`."""

    name: str
    label: str
    kind: Kind
    expr: Expr


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Field:
    """A column of facts. `needed_by`: labels of the rules that use it; `scored`: rules may use it."""

    name: str
    header: str
    kind: Kind
    range: Range
    optional: bool = False
    default: Value = None
    scored: bool = True
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A shape of facts. `key`: columns that tell rows apart; `owner`: the column of events that names the subject."""

    name: str
    header: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True)
class Program:
    """A policy, lowered. `definitions` stand in the order in which they can be worked out; the last is the total."""

    title: str
    edition: str
    hash: str
    subject: str
    within: tuple[str, ...]
    facts: Table
    events: tuple[Table, ...]
    definitions: tuple[Named | Ledger, ...]
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    params: Mapping[str, Value] = field(default_factory=dict)

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        return tuple(d for d in self.definitions if isinstance(d, Ledger))
