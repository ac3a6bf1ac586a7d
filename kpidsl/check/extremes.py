"""The lowest and the highest that each rule can come to: as far as is proved, and as far as facts were found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from kpidsl.check.claims import formulas_of
from kpidsl.check.draws import Drawn, Draws, of_row, worked
from kpidsl.check.hanging import up_to
from kpidsl.check.witness import Facts, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import ranges
from kpidsl.values.domains import Domain, End
from kpidsl.values.kinds import Value
from kpidsl.values.node import changed

TRIES, YEARS, PUSHES = 600, 60, 12
"""How many draws of the shortest periods; of the longest one; and how often the solver is asked for more."""
Found = dict[str, tuple[Fraction, Drawn]]
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
    level: Program
    proved: Domain
    low: Reached | None
    high: Reached | None


def extremes(program: Program) -> Iterator[Extremes]:
    """Of the rules, the total and the payouts of every level."""
    ends: list[Drawn] = []
    for at, (level, known) in enumerate(zip(program.levels, ranges(program), strict=True)):
        own = up_to(program, at, [ledger.name for ledger in scored(level)])
        low, high = _drawn(own, at, ends)
        formulas = formulas_of(level, known)
        for ledger in scored(level):
            proved = known.known[ledger.name]
            for above, found in ((False, low), (True, high)) if formulas is not None else ():
                proved = _pushed(formulas, level if at == 0 else None, ledger, proved, above, found)
            reached = (_reached(found.get(ledger.name), ledger, own, at) for found in (low, high))
            yield Extremes(ledger, level, proved, *reached)
        ends = [drawn for found in (low, high) for _, drawn in found.values()]


def _drawn(program: Program, at: int, ends: Sequence[Drawn]) -> tuple[Found, Found]:
    """The lowest and highest of each ledger of a level in a number of draws; `ends` are those of shorter periods."""
    draws = Draws(program)
    low: Found = {}
    high: Found = {}
    for number in range(max(YEARS, 3 * len(ends)) if at else TRIES):
        drawn = draws.drawn()
        if ends:
            shorter = ends[number % len(ends)]
            drawn = Drawn(shorter.params, (*shorter.cases[:at], *drawn.cases[at:]))
        for name, account in worked(program, drawn)[at].accounts.items():
            value = account.balance
            if value is not None:
                low[name] = (value, drawn) if name not in low or value < low[name][0] else low[name]
                high[name] = (value, drawn) if name not in high or value > high[name][0] else high[name]
    return low, high


def scored(level: Program) -> list[n.Ledger]:
    """The rules, the total and the payouts of a level that have something to score."""
    return [ledger for ledger in level.ledgers
            if ledger.role in ROLES and any(line.verb != "round" for line in ledger.lines)]  # fmt: skip


def _pushed(formulas: Any, level: Program | None, ledger: n.Ledger, proved: Domain, above: bool,
            found: Found) -> Domain:  # fmt: skip
    """What is proved after the solver has looked beyond the best that was found, for as long as it finds more.

    Its facts count where the exact engine goes as far with them; `level` is None where facts of shorter periods lack.
    """
    end = (proved.high if above else proved.low).value
    if end is not None and level and not (ledger.name in found and found[ledger.name][0] == end):
        _try(level, ledger, formulas.avoids(ledger.name, end).facts, above, found)
    for _ in range(PUSHES):
        if ledger.name not in found:
            return proved
        best = found[ledger.name][0]
        verdict = formulas.within(ledger.name, best, above)
        if verdict.proved:
            return replace(proved, high=End(best)) if above else replace(proved, low=End(best))
        if level is None or not _try(level, ledger, verdict.facts, above, found):
            return proved
    return proved


def _try(level: Program, ledger: n.Ledger, facts: Mapping[str, Value] | None, above: bool, found: Found) -> bool:
    """Takes the solver's facts where the exact engine goes further with them than with any before, and says so."""
    if facts is None:
        return False
    drawn, alone = of_row(level, facts), changed(level, above=None)
    account = worked(alone, drawn)[0].accounts.get(ledger.name)
    value = account.balance if account else None
    best = found.get(ledger.name)
    if value is not None and (best is None or (value > best[0] if above else value < best[0])):
        found[ledger.name] = (value, drawn)
        return True
    return False


def _reached(found: tuple[Fraction, Drawn] | None, ledger: n.Ledger, program: Program, at: int) -> Reached | None:
    if found is None:
        return None
    return Reached(found[0], facts_text(program, n.Ref(ledger.place, ledger.name), found[1], at))
