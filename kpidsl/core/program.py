"""A program: a policy lowered, with the tables of facts that it wants, level by level."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from itertools import chain

from kpidsl.core.nodes import Cases, Claim, Column, Definition, Grade, Ledger, Previous, Quota, Rank, Trend, walk
from kpidsl.values import node as values
from kpidsl.values.kinds import Base, Kind, Range, Value
from kpidsl.values.node import node


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
    """A shape of facts. `key`: columns that tell rows apart; `owner`: the column of events that names the subject;
    `dated`: the one that tells the period or the day of a row, which is `period` where there is no such column.
    """

    name: str
    header: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    owner: str = ""
    dated: str = ""
    period: Value = None


@node
class Program(values.Node):
    """A policy, lowered: what is assessed once a period of `unit`, and `above` it what is over longer ones.

    `definitions` stand in the order in which they can be worked out, `outline` names those that are shown in the order
    of the policy. `dated` is the column of the facts that tells the period. `headers` are those of every level's facts,
    `needs` the definitions that each of them hangs on itself, `windows` how far back each table of events is looked at,
    `blocks` all bands and choices, `claims` what holds whatever the facts are.
    """

    title: str
    edition: str
    hash: str
    subject: str
    within: tuple[str, ...]
    facts: Table
    events: tuple[Table, ...]
    definitions: tuple[Definition, ...]
    outline: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    params: Mapping[str, Value] = field(default_factory=dict)
    unit: Base | None = None
    dated: str = ""
    above: "Program | None" = None
    headers: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    windows: Mapping[str, Collection[tuple[Base, int] | None]] = field(default_factory=dict)
    blocks: tuple[Cases, ...] = ()
    claims: tuple[Claim | Trend, ...] = ()

    @property
    def levels(self) -> "tuple[Program, ...]":
        """This one and those above it."""
        return (self, *(self.above.levels if self.above else ()))

    @property
    def used(self) -> frozenset[str]:
        """The columns of facts and of events that something is worked out from, here or over longer periods."""
        found = [item for level in self.levels for item in walk(level.definitions)]
        groups = [item.groups for item in found if isinstance(item, Rank | Quota)]
        named = (item.name for item in found if isinstance(item, Column | Previous))
        return frozenset((*named, *chain(*groups), *self.within))

    @property
    def heads(self) -> tuple[str, ...]:
        """What tells whose a score is: the subject, the period, and the groups, also those that places are taken in."""
        dated = [self.dated] if self.dated else []
        placed = [item.groups for item in walk(self.definitions) if isinstance(item, Rank | Quota)]
        return tuple(dict.fromkeys((self.subject, *dated, *self.within, *chain(*placed))))

    @property
    def shown(self) -> tuple[Definition, ...]:
        by_name = {item.name: item for item in self.definitions}
        return tuple(by_name[name] for name in self.outline)

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """As the policy has them: each followed by those that it takes in; then the total, and the payouts."""
        return tuple(item for item in self.shown if isinstance(item, Ledger))

    @property
    def results(self) -> tuple[Grade | Rank, ...]:
        return tuple(item for item in self.shown if isinstance(item, Grade | Rank))

    @property
    def label(self) -> str:
        """What the table of this level's facts is called; empty for the facts that a run is given."""
        return self.facts.header
