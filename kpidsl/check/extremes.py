"""The lowest and the highest that each rule can come to: as far as is proved, and as far as facts were found."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from kpidsl.check.claims import formulas_of
from kpidsl.check.witness import Facts, draw_case, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import ranges
from kpidsl.core.results import Case
from kpidsl.engines.exact import work
from kpidsl.values.domains import Domain, End
from kpidsl.values.kinds import Value
from kpidsl.values.node import changed

TRIES, PUSHES = 600, 12
Found = dict[str, tuple[Fraction, Case]]
"""By ledger the lowest or highest value that was found, and where."""
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
    low: Found = {}
    high: Found = {}
    for _ in range(TRIES):
        case = draw_case(alone, draw)
        for name, account in work(alone, [[case]])[0][0].accounts.items():
            value = account.balance
            if value is not None:
                low[name] = (value, case) if name not in low or value < low[name][0] else low[name]
                high[name] = (value, case) if name not in high or value > high[name][0] else high[name]
    formulas = formulas_of(alone, known)
    for ledger in program.ledgers:
        if ledger.role in ROLES and any(line.verb != "round" for line in ledger.lines):
            proved = known.known[ledger.name]
            for above, found in ((False, low), (True, high)) if formulas is not None else ():
                proved = _pushed(formulas, alone, ledger, proved, above, found)
            ends = (_reached(found.get(ledger.name), ledger, alone) for found in (low, high))
            yield Extremes(ledger, proved, *ends)


def _pushed(formulas: Any, program: Program, ledger: n.Ledger, proved: Domain, above: bool,
            found: Found) -> Domain:  # fmt: skip
    """What is proved after the solver has looked beyond the best that was found, for as long as it finds more."""
    end = (proved.high if above else proved.low).value
    if end is not None and not (ledger.name in found and found[ledger.name][0] == end):
        _try(program, ledger, formulas.avoids(ledger.name, end).facts, above, found)
    for _ in range(PUSHES):
        if ledger.name not in found:
            return proved
        best = found[ledger.name][0]
        verdict = formulas.within(ledger.name, best, above)
        if verdict.proved:
            return replace(proved, high=End(best)) if above else replace(proved, low=End(best))
        if not _try(program, ledger, verdict.facts, above, found):
            return proved
    return proved


def _try(program: Program, ledger: n.Ledger, facts: Mapping[str, Value] | None, above: bool,
         found: Found) -> bool:  # fmt: skip
    """Takes the solver's facts where the exact engine goes further with them than with any before, and says so."""
    if facts is None:
        return False
    case = Case(0, facts, {table.name: [] for table in program.events})
    account = work(program, [[case]])[0][0].accounts.get(ledger.name)
    value = account.balance if account else None
    best = found.get(ledger.name)
    if value is not None and (best is None or (value > best[0] if above else value < best[0])):
        found[ledger.name] = (value, case)
        return True
    return False


def _reached(found: tuple[Fraction, Case] | None, ledger: n.Ledger, program: Program) -> Reached | None:
    if found is None:
        return None
    return Reached(found[0], facts_text(program, n.Ref(ledger.place, ledger.name), found[1]))
