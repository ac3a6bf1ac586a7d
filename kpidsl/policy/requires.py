"""What a policy requires of its worths, and of those of the files that extend it."""

from collections.abc import Callable
from fractions import Fraction
from operator import eq, ge, gt, le, lt

from kpidsl.policy.files import Merged
from kpidsl.policy.model import all_ledgers, worth_of_all
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import nearest
from kpidsl.values.numerals import percent

HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {"GE": ge, "GT": gt, "LE": le, "LT": lt, "EQ": eq}
SIGNS = {"GE": ">=", "GT": ">", "LE": "<=", "LT": "<", "EQ": "="}


def check_requires(merged: Merged, scope: Scope) -> None:
    """A share that does not hold is told at the ledger whose worth breaks it, with the clause that requires it."""
    everything = worth_of_all(merged.ledgers)
    ledgers = {ledger.name.text: ledger for ledger in all_ledgers(merged.ledgers)}
    for require in merged.requires:
        ledger = ledgers.get(require.name.text)
        if ledger is None or ledger.worth is None or not everything:
            scope.report("P034", require.name.span, name=require.name.text, near=nearest(require.name.text, ledgers))
            continue
        share = ledger.worth / everything
        if not HOLDS[require.op](share, require.share):
            required = f"{SIGNS[require.op]} {percent(require.share, '%')}"
            scope.report("P035", ledger.span, name=ledger.name.text, share=percent(share, "%"), required=required,
                         source=_clause(require))  # fmt: skip


def _clause(require: t.Require) -> str:
    place = f"{require.span.source.path}:{require.span.line}"
    return f"{require.source}, {place}" if require.source else place
