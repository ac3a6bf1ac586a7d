"""Rounding of exact rationals to a multiple of a step."""

from enum import StrEnum
from fractions import Fraction


class Mode(StrEnum):
    HALF_UP = "half up"      # a tie goes away from zero, as an accountant has it
    HALF_EVEN = "half even"
    UP = "up"                # away from zero
    DOWN = "down"            # toward zero
    FLOOR = "floor"
    CEILING = "ceiling"


def round_to(value: Fraction, step: Fraction, mode: Mode) -> Fraction:
    """The multiple of `step` (above 0) that `mode` picks for `value`; exact."""
    quotient = value / step
    below, rest = divmod(quotient.numerator, quotient.denominator)
    if not rest:
        return value
    if _goes_up(mode, below, Fraction(rest, quotient.denominator)):
        below += 1
    return below * step


def _goes_up(mode: Mode, below: int, rest: Fraction) -> bool:
    """Whether a quotient between `below` and `below + 1` goes to the upper one; 0 < rest < 1."""
    negative = below < 0
    match mode:
        case Mode.FLOOR:
            return False
        case Mode.CEILING:
            return True
        case Mode.UP:
            return not negative
        case Mode.DOWN:
            return negative
        case Mode.HALF_UP:
            return rest > Fraction(1, 2) or (rest == Fraction(1, 2) and not negative)
        case Mode.HALF_EVEN:
            return rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
