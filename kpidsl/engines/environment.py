"""What is known of one subject while it is being worked out, and the trace of how."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpidsl.core import nodes as n
from kpidsl.core.results import Choice, Event, Input, Row, Slope, Steps, Test
from kpidsl.values.calendar import label
from kpidsl.values.kinds import Base, Kind, Value


class FailedError(Exception):
    """A value that cannot be worked out: `code` says why, `name` what it hangs on.

    `absent`: nobody is at fault, there just is none, such as the score of what is not applicable. `at`: the expression
    that fails. On its way out it learns the line of the policy that wanted the value, and the row of events.
    """

    def __init__(self, code: str, name: str, absent: bool = False, at: n.Place = None) -> None:
        self.code, self.name, self.absent, self.at = code, name, absent, at
        self.line: n.Place = None
        self.event: tuple[str, int] | None = None
        super().__init__(code, name)

    def again(self, at: n.Place) -> "FailedError":
        """Itself; what is absent is missed anew by every line that wants it."""
        return FailedError(self.code, self.name, absent=True, at=at) if self.absent else self


@dataclass
class Trace:
    """What an entry used, in the order of use, each once."""

    inputs: dict[str, Input] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    steps: list[Steps] = field(default_factory=list)
    slopes: list[Slope] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)


@dataclass
class Known:
    """A value worked out before, with the trace of how; or the failure that it ends in."""

    value: Value
    trace: Trace
    failure: FailedError | None = None
    definition: n.Place = None


@dataclass
class Environment:
    """One subject in one period: its facts, its events, and what was worked out so far.

    `events` hold the results of shorter periods too, by their unit; `history` those of earlier periods of this level.
    `event` is the row that an aggregate is at; `sizes` are those of the groups of ranks; `lost` the periods, by their
    unit, that have no results though they should.
    """

    facts: Row
    events: Mapping[str, Sequence[Event]]
    kinds: Mapping[str, Kind]
    unit: Base | None = None
    period: date | None = None
    history: Sequence[Event] = ()
    lost: Mapping[str, Collection[date]] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    event: Row | None = None

    def so_far(self) -> Event:
        """What is known of this period, as a row of results."""
        values = {name: known.value for name, known in self.known.items() if known.failure is None}
        named = label(self.unit, self.period) if self.unit and self.period else ""
        return Event(named, {**self.facts, **values}, self.period)

    def forget(self) -> None:
        """How things were worked out is kept no longer, only what they came to, and that where periods follow."""
        known = self.known.items() if self.unit else ()
        self.known = {name: Known(item.value, NOTHING, item.failure) for name, item in known}


NOTHING = Trace()
