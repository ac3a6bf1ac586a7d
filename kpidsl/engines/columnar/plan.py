"""What a level was worked out in: of each result the scale, the bounds and the bits, and which rows are left."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from kpidsl.core.columns import ROOM, TYPES
from kpidsl.engines.columnar.conditions import FALSE
from kpidsl.engines.columnar.level import Scored
from kpidsl.engines.columnar.numbers import ONE, Number
from kpidsl.engines.columnar.scoring import NARROW, Scoring
from kpidsl.engines.columnar.terms import Term
from kpidsl.engines.columnar.wholes import Whole

WIDE = 128
_LITERAL = re.compile(r"\b\d{19,}\b")


@dataclass(frozen=True)
class Held:
    """Whole numbers as they are stored: from `low` to `high`, in `bits`."""

    low: int
    high: int
    bits: int


NO_DIVISOR = Held(1, 1, NARROW)
"""What stands for a divisor where only other periods have one."""


@dataclass(frozen=True)
class Numbers:
    """A result's values, from `low` to `high`: `top` over `scale`, and over a `divisor` of the row's own if any.

    `widest`: the most bits that anything has from which it is worked out.
    """

    scale: int
    top: Held
    divisor: Held | None
    low: Fraction
    high: Fraction
    widest: int


@dataclass(frozen=True)
class Planned:
    """A result, by its name: a text where it has no `numbers`. `lacks`: a value may be missing that it needs; `fails`:
    it may be that it cannot be worked out.
    """

    name: str
    numbers: Numbers | None
    lacks: bool
    fails: bool


@dataclass(frozen=True)
class Plan:
    """The results of a level and what is kept of entries. `left`: how many rows of each definition, by its label, went
    to the exact engine for the reason why they have no score; `rows`: how many these are.
    """

    results: tuple[Planned, ...]
    kept: tuple[Planned, ...]
    left: Mapping[str, int]
    rows: int


def plan(scored: Scored) -> Plan:
    """Of a level that was worked out."""
    rows = {(one.row, one.rule) for one in scored.unscored}
    results = tuple(_planned(name, [(query, query.results[name]) for query in scored.queries])
                    for name in scored.results)  # fmt: skip
    kept = tuple(_planned(name, [(query, query.kept[name]) for query in scored.queries]) for name in scored.kept)
    return Plan(results, kept, Counter(rule for _, rule in rows), len({row for row, _ in rows}))


def _planned(name: str, found: Sequence[tuple[Scoring, Term]]) -> Planned:
    """One result, over the queries of all periods."""
    lacks = any(term.lacks != FALSE for _, term in found)
    fails = any(term.fails != FALSE or (query.breaks.get(name, FALSE) != FALSE and term.lacks == FALSE)
                for query, term in found)  # fmt: skip
    numbers = [(query, term.value) for query, term in found if isinstance(term.value, Number)]
    return Planned(name, _numbers(numbers) if numbers else None, lacks, fails)


def _numbers(found: Sequence[tuple[Scoring, Number]]) -> Numbers:
    scale = lcm(*(number.scale for _, number in found))
    tops = [_over(number, scale) for _, number in found]
    divisors = [number.divisor for _, number in found if number.divisor is not None]
    divisor = None
    if divisors:
        divisor = _together([*map(_held, divisors), *([NO_DIVISOR] if len(divisors) < len(found) else [])])
    ends = [end for _, number in found for end in _ends(number)]
    widest = max(_widest(query, number) for query, number in found)
    top = _together(tops)
    return Numbers(scale, top, divisor, min(ends), max(ends), max(widest, top.bits))


def _over(number: Number, scale: int) -> Held:
    """As periods stand together: over one scale, in 128 bits where that is another than its own."""
    times, top = scale // number.scale, number.top
    return Held(top.low * times, top.high * times, top.bits if times == 1 else WIDE)


def _held(of: Whole) -> Held:
    return Held(of.low, of.high, of.bits)


def _together(found: Iterable[Held]) -> Held:
    every = list(found)
    return Held(min(one.low for one in every), max(one.high for one in every), max(one.bits for one in every))


def _ends(number: Number) -> tuple[Fraction, Fraction]:
    """The least and the greatest value, as its whole numbers and its domain have it."""
    by = number.divisor or ONE
    ends = [Fraction(end, number.scale * own) for end in (number.top.low, number.top.high) for own in (by.low, by.high)]
    low, high = number.domain.low.value, number.domain.high.value
    return (min(ends) if low is None else max(min(ends), low), max(ends) if high is None else min(max(ends), high))


def _widest(query: Scoring, number: Number) -> int:
    """128 where something on the way has so many bits: a cast, a number that is written down, a column of a table."""
    parts = [number.top.text, *([number.divisor.text] if number.divisor is not None else [])]
    for text in query.layers.behind(" ".join(parts)):
        large = any(int(digits) >= ROOM[NARROW] for digits in _LITERAL.findall(text))
        if large or TYPES[WIDE] in text or any(column in text for column in query.wide):
            return WIDE
    return NARROW
