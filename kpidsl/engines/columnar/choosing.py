"""Rows of a choice, and what is left for the next one."""

from typing import NamedTuple

from kpidsl.engines.columnar.terms import Term
from kpidsl.values import domains as d
from kpidsl.values.domains import Domain, End


class Row(NamedTuple):
    """A row that can be chosen: its place in the policy, its test, and what it comes to."""

    at: int
    test: Term
    outcome: Term


def left_over(of: list[Domain], taken: Domain) -> list[Domain]:
    """What is in none of the `taken` values."""
    found: list[Domain] = []
    for domain in of:
        below = Domain(high=End(taken.low.value, not taken.low.open)) if taken.low.value is not None else None
        above = Domain(low=End(taken.high.value, not taken.high.open)) if taken.high.value is not None else None
        found += [part for side in (below, above) if side is not None and not (part := d.meet(domain, side)).empty]
    return found
