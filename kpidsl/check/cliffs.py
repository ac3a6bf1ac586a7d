"""Cliffs: places on an axis where a smallest step of the value moves an outcome at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, ranges, stretch
from kpidsl.values import domains as d
from kpidsl.values.domains import Domain


@dataclass(frozen=True)
class Cliff:
    """At `at` the outcome of `cases` goes from `below` to `above`, as the value rises.

    `height` is what that moves a score by; of a factor, at most: by as much as the balance before it can be.
    """

    cases: n.Cases
    at: Fraction
    below: Fraction
    above: Fraction
    height: Fraction


def cliffs(program: Program, least: Fraction) -> list[Cliff]:
    """Those of at least `least`, the highest first; only where both sides have one known value."""
    found: list[Cliff] = []
    for level, known in zip(program.levels, ranges(program), strict=True):
        lines = [line for ledger in level.ledgers for line in ledger.lines if line.verb == "multiply"]
        factors = {id(line.amount): line for line in lines}
        for cases in level.blocks:
            before = known.before[factors[id(cases)].place] if id(cases) in factors else d.point(Fraction(1))
            found += _of(cases, known, _largest(before))
    return sorted((cliff for cliff in found if cliff.height >= least), key=lambda cliff: -cliff.height)


def _largest(of: Domain) -> Fraction:
    """The largest size of a value; of one without bound, 1."""
    ends = [abs(end.value) for end in (of.low, of.high) if end.value is not None]
    return max(ends, default=Fraction(1))


def _of(cases: n.Cases, known: Ranges, scale: Fraction) -> Iterator[Cliff]:
    limits = [stretch(row.test) for row in cases.rows]
    if None in limits or cases.subject is None:
        return
    ends = {end.value for limit in limits if limit for end in (limit.low, limit.high) if end.value is not None}
    possible = known.possible(cases.subject)
    for at in sorted(ends):
        sides = [_side(cases, limits, at, known, below) for below in (True, False)]
        inside = not d.meet(possible, Domain(high=d.End(at, True))).empty
        if inside and possible.holds(at) and sides[0] is not None and sides[1] is not None and sides[0] != sides[1]:
            yield Cliff(cases, at, sides[0], sides[1], abs(sides[1] - sides[0]) * scale)


def _side(cases: n.Cases, limits: list[Domain | None], at: Fraction, known: Ranges, below: bool) -> Fraction | None:
    """The outcome at `at` of the row that holds the values just below it, or just above."""
    for row, limit in zip(cases.rows, limits, strict=True):
        if limit is not None and _reaches(limit, at, below):
            return known.at(cases.subject, row.outcome, at).point
    return None


def _reaches(limit: Domain, at: Fraction, below: bool) -> bool:
    """Whether `limit` holds values as near to `at` as one likes, on the side that is asked for."""
    low, high = limit.low.value, limit.high.value
    if below:
        return (low is None or low < at) and (high is None or high >= at)
    return (low is None or low <= at) and (high is None or high > at)
