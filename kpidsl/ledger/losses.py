"""Where the points of a score were lost or won, one by one: they sum to the score less full marks."""

from collections.abc import Iterator
from fractions import Fraction

from kpidsl.core.results import Account, Entry, Score
from kpidsl.ledger.reconcile import EARNING, LIMITING, Statement, statements
from kpidsl.values.node import Node, node


@node
class Loss(Node):
    """What moved a score from full marks, in one ledger: `kind` is not_earned, bonus, deductions, limits or rounding,
    as in `Statement`; deductions and limits are those of one `entry`. `amount` is below 0 where points were lost.
    """

    account: Account
    kind: str
    amount: Fraction
    entry: Entry | None = None


def losses(account: Account, score: Score) -> list[Loss]:
    """Of an account and all that it takes in, the largest loss first."""
    found = [loss for inner, own in statements(account, score) for loss in _own(inner, own)]
    return sorted(found, key=lambda loss: loss.amount)


def _own(account: Account, statement: Statement) -> Iterator[Loss]:
    for entry in account.entries:
        if entry.verb in LIMITING and entry.amount:
            yield Loss(account, "limits", entry.amount, entry)
        elif entry.verb in (*EARNING, "deduct") and entry.amount < 0:
            yield Loss(account, "deductions", entry.amount, entry)
    for kind, amount in (("not_earned", -statement.not_earned), ("bonus", statement.bonus),
                         ("rounding", statement.rounding)):  # fmt: skip
        if amount:
            yield Loss(account, kind, amount)
