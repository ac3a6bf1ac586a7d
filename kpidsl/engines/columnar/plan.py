"""What a level was worked out in: of each result the scale, the bounds and the bits, and which rows are left."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from kpidsl.core.columns import ROOM, TYPES, TooWideError
from kpidsl.engines.columnar.conditions import FALSE
from kpidsl.engines.columnar.level import Held, Piece, Scored
from kpidsl.engines.columnar.numbers import ONE, Number
from kpidsl.engines.columnar.scoring import NARROW, Scoring
from kpidsl.engines.columnar.terms import Term
from kpidsl.engines.columnar.wholes import Whole

WIDE = 128
_LITERAL = re.compile(r"\b\d{19,}\b")


NO_DIVISOR = Held(1, 1, NARROW)
"""What stands for a divisor where only other rows have one."""


@dataclass(frozen=True)
class Planned:
    """A result, by its name: a text where it has no `numbers`. `lacks`: a value may be missing that it needs; `fails`:
    it may be that it cannot be worked out.
    """

    name: str
    numbers: Piece | None
    lacks: bool
    fails: bool


@dataclass(frozen=True)
class Plan:
    """The results of a level and what is kept of entries. `left`: how many rows of each definition, by its label, went
    to the exact engine for the reason why they have no score; `rows`: how many these are. `apart`: how many others it
    worked out, and `wide`: what would have been too wide.
    """

    results: tuple[Planned, ...]
    kept: tuple[Planned, ...]
    left: Mapping[str, int]
    rows: int
    apart: int = 0
    wide: TooWideError | None = None


def plan(scored: Scored) -> Plan:
    """Of a level that was worked out."""
    rows = {(one.row, one.rule) for one in scored.unscored}
    results = tuple(_planned(name, scored, [(query, query.results[name]) for query in scored.queries])
                    for name in scored.results)  # fmt: skip
    kept = tuple(_planned(name, scored, [(query, query.kept[name]) for query in scored.queries])
                 for name in scored.kept)  # fmt: skip
    left = Counter(rule for _, rule in rows)
    return Plan(results, kept, left, len({row for row, _ in rows}), len(scored.apart), scored.wide)


def _planned(name: str, scored: Scored, found: Sequence[tuple[Scoring, Term]]) -> Planned:
    """One result, over the queries of all periods and the rows that are apart."""
    lacks = any(term.lacks != FALSE for _, term in found)
    fails = any(term.fails != FALSE or (query.breaks.get(name, FALSE) != FALSE and term.lacks == FALSE)
                for query, term in found)  # fmt: skip
    pieces = [_piece(query, term.value) for query, term in found if isinstance(term.value, Number)]
    apart = [scored.pieces[name]] if name in scored.pieces else []
    return Planned(name, _joined([*pieces, *apart]) if pieces else None, lacks, fails)


def _piece(query: Scoring, number: Number) -> Piece:
    divisor = _held(number.divisor) if number.divisor is not None else None
    return Piece(number.scale, _held(number.top), divisor, *_ends(number), _widest(query, number))


def _joined(pieces: Sequence[Piece]) -> Piece:
    """As they stand in one table: over one scale, in 128 bits where that is another than their own."""
    scale = lcm(*(piece.scale for piece in pieces))
    tops = [Held(one.top.low * times, one.top.high * times, one.top.bits if times == 1 else WIDE)
            for one in pieces for times in [scale // one.scale]]  # fmt: skip
    divided = any(one.divisor is not None for one in pieces)
    divisor = _together(one.divisor or NO_DIVISOR for one in pieces) if divided else None
    top = _together(tops)
    return Piece(scale, top, divisor, min(one.low for one in pieces), max(one.high for one in pieces),
                 max(top.bits, *(one.widest for one in pieces)))  # fmt: skip


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
