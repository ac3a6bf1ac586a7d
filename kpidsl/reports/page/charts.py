"""Where things stand in drawings, in thousandths of their width. Nothing scored comes from here."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from kpidsl.values.node import Node, node

WHOLE = 1000
MOST_BINS = 12
STEPS = (1, 2, 5)


def steps(full: Fraction, moves: Sequence[Fraction], came_to: Fraction) -> list[tuple[int, int]]:
    """From where to where each bar of a waterfall goes: full marks from 0, each move from where the one before ended,
    and the score from 0.
    """
    ends, at = [(Fraction(0), full)], full
    for move in moves:
        ends.append((at, at + move))
        at += move
    ends.append((Fraction(0), came_to))
    low = min(min(pair) for pair in ends)
    wide = max(max(pair) for pair in ends) - low or Fraction(1)
    return [(thousandths(a - low, wide), thousandths(b - low, wide)) for a, b in ends]


def thousandths(part: Fraction, whole: Fraction) -> int:
    return floor(part / whole * WHOLE + Fraction(1, 2)) if whole else 0


@node
class Bin(Node):
    """A range of values and how many are in it; it holds its lower end, and the last one its upper end too."""

    low: Fraction
    high: Fraction
    count: int


def bins(values: Sequence[Fraction]) -> list[Bin]:
    """Between round numbers, all of one width; nothing where there are no values."""
    if not values:
        return []
    low, high = min(values), max(values)
    width = _width(high - low)
    first = floor(low / width)
    count = max(floor(high / width) - first + (high % width != 0), 1)
    found = [0] * count
    for value in values:
        found[min(floor(value / width) - first, count - 1)] += 1
    return [Bin((first + at) * width, (first + at + 1) * width, number) for at, number in enumerate(found)]


def _width(span: Fraction) -> Fraction:
    """The smallest of 1, 2, 5, 10, 20, … or a tenth, a hundredth … of them that makes few enough bins."""
    power = Fraction(1, 1000) if span else Fraction(1)
    while True:
        for step in STEPS:
            if span <= power * step * (MOST_BINS - 2):
                return power * step
        power *= 10
