"""What engines give: for each subject its accounts with every entry, or the reason why it has no score."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from kpidsl.core.nodes import Place
from kpidsl.values.kinds import POINTS, Kind, Value

Row = Mapping[str, Value]


class Event(NamedTuple):
    """A row of events with its number in the file, or the results of a period with its label; `day`: when it was."""

    number: int | str
    values: Row
    day: date | None = None


class Case(NamedTuple):
    """One subject to score: its row's number, its facts, and its rows of each table of events."""

    number: int
    facts: Row
    events: Mapping[str, list[Event]]


class Input(NamedTuple):
    """A value that an entry used: a fact, parameter, `let` or balance by name, an aggregate by its place.

    `inputs` are what it was worked out from; `events` the rows that an aggregate went over. `definition` is the
    calculation of a `let`; `defaulted`: there was no period before.
    """

    name: str
    value: Value
    kind: Kind
    inputs: tuple["Input", ...] = ()
    place: Place = None
    events: tuple["Taken", ...] = ()
    definition: Place = None
    defaulted: bool = False


class Taken(NamedTuple):
    """A row that an aggregate went over: its number or period, what was used of it, and the value taken, if any."""

    number: int | str
    used: tuple[Input, ...]
    value: Value


class Test(NamedTuple):
    """A comparison in the condition of a line, with the value on its left."""

    place: Place
    value: Value
    kind: Kind
    holds: bool


class Choice(NamedTuple):
    """The row of a block that was chosen; where the block has a subject it stands at `place` and has `value`."""

    place: Place
    rows: tuple[Place, ...]
    chosen: int
    value: Value = None
    kind: Kind | None = None


class Steps(NamedTuple):
    """How many steps were counted: `before` of them, `after` whole ones."""

    place: Place
    before: Fraction
    after: Fraction


class Slope(NamedTuple):
    """A value between two ends of a straight line: start + (x - low) / (high - low) * (stop - start)."""

    x: Fraction
    low: Fraction
    high: Fraction
    start: Fraction
    stop: Fraction
    kind: Kind
    value: Fraction


class Entry(NamedTuple):
    """One line of an account. `reason` is empty where it fired; else "when", "within" (a limit not reached), "missing",
    "few" (too few to spread worth over), or the reason of the account that it would have carried.

    `operand` is what the line's amount came to (a factor, a limit, points); `amount` what it moved the balance by.
    """

    clause: str
    verb: str
    place: Place
    reason: str
    operand: Fraction | None
    amount: Fraction
    balance: Fraction | None
    inputs: tuple[Input, ...] = ()
    choices: tuple[Choice, ...] = ()
    steps: tuple[Steps, ...] = ()
    slopes: tuple[Slope, ...] = ()
    tests: tuple[Test, ...] = ()
    ledger: str = ""     # the ledger whose balance this line takes in, for a section, rule or part


class Account(NamedTuple):
    """A ledger of one subject. `balance` is None where it has no score; `reason` is then one of exempt, open, missing
    (an outcome said so) and empty (nothing in it has a score).
    """

    name: str
    label: str
    role: str
    clause: str
    source: str
    place: Place
    worth: Fraction | None
    entries: tuple[Entry, ...]
    balance: Fraction | None
    reason: str = ""
    inputs: tuple[Input, ...] = ()
    tests: tuple[Test, ...] = ()
    kind: Kind = POINTS


class Override(NamedTuple):
    """What would change a grade whatever the points, and whether it did."""

    grade: str
    place: Place
    holds: bool
    inputs: tuple[Input, ...] = ()
    tests: tuple[Test, ...] = ()


class QuotaResult(NamedTuple):
    """A quota that a grade met: at most `limit` of `size`, with how many stood before the subject, and equal to it."""

    grade: str
    next: str
    place: Place
    limit: int
    size: int
    before: int
    equal: int
    kept: bool


class GradeResult(NamedTuple):
    """A subject's grade, and the one that its points alone would give; empty where the points have no value."""

    name: str
    label: str
    source: str
    place: Place
    grade: str
    by_points: str
    inputs: tuple[Input, ...] = ()
    choices: tuple[Choice, ...] = ()
    overrides: tuple[Override, ...] = ()
    value: Fraction | None = None
    quotas: tuple[QuotaResult, ...] = ()


class RankResult(NamedTuple):
    """A subject's place among `size` subjects of its `group`; None until all are known, or where there is no value.

    `key`: the value that is ranked, then what breaks ties; empty where there is no value.
    """

    name: str
    label: str
    place: Place
    group: tuple[str, ...]
    key: tuple[Fraction, ...]
    rank: int | None = None
    size: int = 0
    ties: int = 0
    inputs: tuple[Input, ...] = ()


class Score(NamedTuple):
    """The accounts of one subject in one period, by name; the total's name is empty. `row`: its number in the facts."""

    row: int
    subject: str
    groups: tuple[str, ...]
    accounts: Mapping[str, Account]
    results: Mapping[str, GradeResult | RankResult] = {}
    period: date | None = None

    @property
    def total(self) -> Account:
        return self.accounts[""]


class Unscored(NamedTuple):
    """Why a subject has no score: an error `code`, the rule, what the value hangs on (`name`), the policy's line, and
    for a value of events their name and row.
    """

    row: int
    subject: str
    code: str
    rule: str
    name: str
    place: Place
    event: tuple[str, int] | None = None
    period: date | None = None


class Outcome(NamedTuple):
    """Every case of a level, as a score or as reasons why not."""

    scores: tuple[Score, ...]
    unscored: tuple[Unscored, ...]
