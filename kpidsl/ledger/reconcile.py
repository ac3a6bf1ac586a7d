"""Ledgers added up: that each reconciles, and where the points of a total went.

    full marks - points not earned + bonuses - deductions -/+ limits, rounding = score
"""

from fractions import Fraction

from kpidsl.core.results import Account, Entry, Score
from kpidsl.values.node import Node, node

EARNING = ("start", "add")
LIMITING = ("multiply", "at most", "at least", "override")


class UnreconciledError(Exception):
    """A ledger that does not add up to its score: a fault of the engine, never of a policy."""


@node
class Statement(Node):
    """Where points went, all exact. `limits` (gates, caps, floors, overrides) and `rounding` are signed."""

    full: Fraction = Fraction(0)
    not_earned: Fraction = Fraction(0)
    bonus: Fraction = Fraction(0)
    deductions: Fraction = Fraction(0)
    limits: Fraction = Fraction(0)
    rounding: Fraction = Fraction(0)

    @property
    def score(self) -> Fraction:
        return self.full - self.not_earned + self.bonus - self.deductions + self.limits + self.rounding

    def __add__(self, other: "Statement") -> "Statement":
        return Statement(self.full + other.full, self.not_earned + other.not_earned, self.bonus + other.bonus,
                         self.deductions + other.deductions, self.limits + other.limits,
                         self.rounding + other.rounding)  # fmt: skip


def check(score: Score) -> None:
    """Raises UnreconciledError where an account of `score` does not add up."""
    for account in score.accounts.values():
        _check(account, score)


def reconcile(score: Score) -> Statement:
    """The statement of the total. Raises UnreconciledError where an account, or the statement, does not add up."""
    return sum((own for _, own in reconciled(score)), Statement())


def reconciled(score: Score) -> list[tuple[Account, Statement]]:
    """What each account adds to the statement of the total. Raises UnreconciledError as `reconcile` does."""
    check(score)
    total = score.total
    own = statements(total, score)
    came_to = sum((statement.score for _, statement in own), Fraction(0))
    if total.balance is not None and came_to != total.balance:
        raise UnreconciledError(f"{score.subject}: {came_to} is not {total.balance}")
    return own


def statements(account: Account, score: Score) -> list[tuple[Account, Statement]]:
    """What each account by itself adds to the statement of `account`, which is their sum."""
    if account.balance is None:
        return []
    taken = [score.accounts[entry.ledger] for entry in account.entries if entry.verb == "carry" and not entry.reason]
    own = (account, _own(account, taken))
    return [own, *(found for inner in taken for found in statements(inner, score))]


def statement_of(account: Account, score: Score) -> Statement:
    """The statement of one account: its own entries against its own worth, and of the accounts that it takes in."""
    return sum((own for _, own in statements(account, score)), Statement())


def _own(account: Account, taken: list[Account]) -> Statement:
    """A rule's own worth is what its parts leave of it; sections have none. A total that the policy writes itself has
    what it says. Worth that is spread over the others is full marks of them; what they lack of it is not earned.
    """
    worth = Fraction(0)
    by_itself = account.role in ("rule", "part") or (account.role == "total" and not _sums_up(taken))
    if by_itself and account.worth is not None:
        worth = account.worth - sum((inner.worth or Fraction(0) for inner in taken), Fraction(0))
    return _classify([entry for entry in account.entries if entry.verb != "carry"], worth) + _spread(account, taken)


def _sums_up(taken: list[Account]) -> bool:
    """Whether a total is the sum of sections and rules, and not a ledger of its own with parts."""
    return any(inner.role != "part" for inner in taken)


def _spread(account: Account, taken: list[Account]) -> Statement:
    gained = [entry.amount for entry in account.entries if entry.verb == "spread" and not entry.reason]
    if not gained or account.worth is None:
        return Statement()
    worth = account.worth - sum((inner.worth or Fraction(0) for inner in taken), Fraction(0))
    short = worth - sum(gained, Fraction(0))
    return Statement(full=worth, not_earned=max(short, Fraction(0)), bonus=max(-short, Fraction(0)))


def _classify(entries: list[Entry], worth: Fraction) -> Statement:
    moved = [entry.amount for entry in entries if entry.verb in (*EARNING, "deduct")]
    earned = sum((amount for amount in moved if amount > 0), Fraction(0))
    lost = sum((-amount for amount in moved if amount < 0), Fraction(0))
    limits = sum((entry.amount for entry in entries if entry.verb in LIMITING), Fraction(0))
    rounding = sum((entry.amount for entry in entries if entry.verb == "round"), Fraction(0))
    short = max(worth - earned, Fraction(0))
    return Statement(worth, short, earned - worth + short, lost, limits, rounding)


def _check(account: Account, score: Score) -> None:
    balance = Fraction(0)
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
