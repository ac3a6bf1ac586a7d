"""Ledgers added up: that each reconciles, and where the points of a total went.

    full marks - points not earned + bonuses - deductions -/+ limits, rounding = score
"""

from fractions import Fraction

from kpidsl.core.results import Account, Entry, Score
from kpidsl.values.node import Node, node

EARNING = ("start", "add")
LIMITING = ("multiply", "at most", "at least", "override")
ZERO = Fraction(0)


class UnreconciledError(Exception):
    """A ledger that does not add up to its score: a fault of the engine, never of a policy."""


@node
class Statement(Node):
    """Where points went, all exact. `limits` (gates, caps, floors, overrides) and `rounding` are signed."""

    full: Fraction = ZERO
    not_earned: Fraction = ZERO
    bonus: Fraction = ZERO
    deductions: Fraction = ZERO
    limits: Fraction = ZERO
    rounding: Fraction = ZERO

    @property
    def score(self) -> Fraction:
        return self.full - self.not_earned + self.bonus - self.deductions + self.limits + self.rounding

    def __add__(self, other: "Statement") -> "Statement":
        if other is NOTHING or self is NOTHING:
            return self if other is NOTHING else other
        return Statement(self.full + other.full, self.not_earned + other.not_earned, self.bonus + other.bonus,
                         self.deductions + other.deductions, self.limits + other.limits,
                         self.rounding + other.rounding)  # fmt: skip


NOTHING = Statement()


def check(score: Score) -> None:
    """Raises UnreconciledError where an account of `score` does not add up."""
    for account in score.accounts.values():
        _check(account, score)


def reconcile(score: Score) -> Statement:
    """The statement of the total. Raises UnreconciledError where an account, or the statement, does not add up."""
    return sum((own for _, own in reconciled(score)), NOTHING)


def reconciled(score: Score) -> list[tuple[Account, Statement]]:
    """What each account adds to the statement of the total. Raises UnreconciledError as `reconcile` does."""
    check(score)
    total = score.total
    own = statements(total, score)
    came_to = sum((statement.score for _, statement in own), ZERO)
    if total.balance is not None and came_to != total.balance:
        raise UnreconciledError(f"{score.subject}: {came_to} is not {total.balance}")
    return own


def statements(account: Account, score: Score) -> list[tuple[Account, Statement]]:
    """What each account by itself adds to the statement of `account`, which is their sum."""
    if account.balance is None:
        return []
    taken = _taken(account, score)
    own = (account, _own(account, taken))
    return [own, *(found for inner in taken for found in statements(inner, score))]


def statement_of(account: Account, score: Score) -> Statement:
    """The statement of one account: its own entries against its own worth, and of the accounts that it takes in."""
    return sum((own for _, own in statements(account, score)), NOTHING)


def full_marks(account: Account, score: Score) -> Fraction:
    """What an account is worth with all that it takes in; as `full` of its statement, for less work."""
    if account.balance is None:
        return ZERO
    taken = _taken(account, score)
    return sum((full_marks(inner, score) for inner in taken), _worth(account, taken) + _spread(account, taken).full)


def _taken(account: Account, score: Score) -> list[Account]:
    return [score.accounts[entry.ledger] for entry in account.entries if entry.verb == "carry" and not entry.reason]


def _own(account: Account, taken: list[Account]) -> Statement:
    """Worth that is spread over the others is full marks of them; what they lack of it is not earned."""
    entries = [entry for entry in account.entries if entry.verb != "carry"]
    return _classify(entries, _worth(account, taken)) + _spread(account, taken)


def _worth(account: Account, taken: list[Account]) -> Fraction:
    """A rule's own worth is what its parts leave of it; sections have none. A total that the policy writes itself has
    what it says.
    """
    by_itself = account.role in ("rule", "part") or (account.role == "total" and not _sums_up(taken))
    return _left(account.worth, taken) if by_itself and account.worth is not None else ZERO


def _left(worth: Fraction, taken: list[Account]) -> Fraction:
    return sum((-inner.worth for inner in taken if inner.worth), worth)


def _sums_up(taken: list[Account]) -> bool:
    """Whether a total is the sum of sections and rules, and not a ledger of its own with parts."""
    return any(inner.role != "part" for inner in taken)


def _spread(account: Account, taken: list[Account]) -> Statement:
    gained = [entry.amount for entry in account.entries if entry.verb == "spread" and not entry.reason]
    if not gained or account.worth is None:
        return NOTHING
    worth = _left(account.worth, taken)
    short = worth - sum(gained, ZERO)
    return Statement(full=worth, not_earned=max(short, ZERO), bonus=max(-short, ZERO))


def _classify(entries: list[Entry], worth: Fraction) -> Statement:
    if not entries and not worth:
        return NOTHING
    moved = [entry.amount for entry in entries if entry.verb in (*EARNING, "deduct")]
    earned = sum((amount for amount in moved if amount > 0), ZERO)
    lost = sum((-amount for amount in moved if amount < 0), ZERO)
    limits = sum((entry.amount for entry in entries if entry.verb in LIMITING), ZERO)
    rounding = sum((entry.amount for entry in entries if entry.verb == "round"), ZERO)
    short = max(worth - earned, ZERO)
    return Statement(worth, short, earned - worth + short, lost, limits, rounding)


def _check(account: Account, score: Score) -> None:
    balance = ZERO
    for entry in account.entries:
        inner = score.accounts[entry.ledger].balance if entry.verb == "carry" else None
        if entry.verb == "carry" and not entry.reason and entry.amount != inner:
            raise UnreconciledError(f"{score.subject}, {entry.clause}: {entry.amount} is not {inner}")
        after = balance + entry.amount if entry.amount else balance
        if entry.balance is not None and after is not entry.balance and after != entry.balance:
            sums = f"{balance} + {entry.amount} is not {entry.balance}"
            raise UnreconciledError(f"{score.subject}, {entry.clause}: {sums}")
        balance = entry.balance if entry.balance is not None else balance
    if account.balance is not None and account.balance != balance:
        raise UnreconciledError(f"{score.subject}, {account.clause}: {balance} is not {account.balance}")
