"""The lowest and the highest that each rule can come to: as far as is proved, and as far as facts were found."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from kpidsl.check.domains import Domain
from kpidsl.check.ranges import ranges
from kpidsl.check.witness import Facts, draw_case, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.results import Case
from kpidsl.engines.exact import work
from kpidsl.values.node import changed

TRIES = 600
ROLES = ("rule", "total", "payout")


@dataclass(frozen=True)
class Reached:
    """A value that the exact engine came to, with the facts that lead there."""

    value: Fraction
    facts: Facts


@dataclass(frozen=True)
class Extremes:
    """Of a ledger: what it never goes beyond, and the lowest and the highest that facts were found for."""

    ledger: n.Ledger
    proved: Domain
    low: Reached | None
    high: Reached | None


def extremes(program: Program) -> Iterator[Extremes]:
    """Of the rules, the total and the payouts of the shortest periods."""
    known = ranges(program)[0]
    alone = changed(program, above=None)
    draw = random.Random(2014)
    low: dict[str, tuple[Fraction, Case]] = {}
    high: dict[str, tuple[Fraction, Case]] = {}
    for _ in range(TRIES):
        case = draw_case(alone, draw)
        for name, account in work(alone, [[case]])[0][0].accounts.items():
            value = account.balance
            if value is not None:
                low[name] = (value, case) if name not in low or value < low[name][0] else low[name]
                high[name] = (value, case) if name not in high or value > high[name][0] else high[name]
    for ledger in program.ledgers:
        if ledger.role in ROLES and any(line.verb != "round" for line in ledger.lines):
            ends = (_reached(found.get(ledger.name), ledger, alone) for found in (low, high))
            yield Extremes(ledger, known.known[ledger.name], *ends)


def _reached(found: tuple[Fraction, Case] | None, ledger: n.Ledger, program: Program) -> Reached | None:
    if found is None:
        return None
    return Reached(found[0], facts_text(program, n.Ref(ledger.place, ledger.name), found[1].facts))
