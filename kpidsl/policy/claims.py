"""What a policy says of all facts: conditions, and how a ledger moves with one fact."""

from kpidsl.policy.infer import condition
from kpidsl.policy.model import FACT, LEDGER
from kpidsl.policy.names import has_role
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.values.kinds import Base


def check_claim(claim: t.Claim | t.Trend, scope: Scope) -> None:
    if isinstance(claim, t.Claim):
        condition(claim.condition, scope)
        return
    has_role(claim.ledger, (LEDGER,), "N015", scope)
    if has_role(claim.fact, (FACT,), "N014", scope):
        kind = scope.symbols[claim.fact.text].kind
        if kind is not None and not (kind.numeric or kind.base in (Base.YES_NO, Base.DATE)):
            scope.report("N014", claim.fact.span, name=claim.fact.text, near="")
