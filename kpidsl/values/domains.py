"""What a number can be: an interval, and the step that its values are multiples of. Exact rationals throughout.

A domain holds every value that an expression can take, and perhaps more: where facts hang together it does not see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from itertools import product
from math import gcd
from typing import NamedTuple

from kpidsl.values.rounding import Mode, round_to

ZERO, ONE = Fraction(0), Fraction(1)


class End(NamedTuple):
    """An end of an interval; a value of None is infinity, which is never held."""

    value: Fraction | None
    open: bool = False


INFINITE = End(None, True)


@dataclass(frozen=True)
class Domain:
    """From `low` to `high`; with a `step`, only multiples of it."""

    low: End = INFINITE
    high: End = INFINITE
    step: Fraction | None = None

    @property
    def empty(self) -> bool:
        low, high = self.low.value, self.high.value
        if low is None or high is None:
            return False
        return low > high or (low == high and (self.low.open or self.high.open))

    @property
    def point(self) -> Fraction | None:
        """The only value, if there is one."""
        return self.low.value if not self.empty and self.low.value == self.high.value else None

    def holds(self, value: Fraction) -> bool:
        return not meet(self, point(value)).empty and (self.step is None or (value / self.step).denominator == 1)


ANY = Domain()


def point(value: Fraction) -> Domain:
    return Domain(End(value), End(value), abs(value) or None)


def whole(low: Fraction | None = ZERO) -> Domain:
    """Whole numbers, from `low` on."""
    return Domain(INFINITE if low is None else End(low), INFINITE, ONE)


def lower(one: End, other: End) -> bool:
    """Whether `one`, a lower end, reaches as far down as `other` or further."""
    if one.value is None or other.value is None:
        return one.value is None
    return one.value < other.value or (one.value == other.value and (not one.open or other.open))


def higher(one: End, other: End) -> bool:
    if one.value is None or other.value is None:
        return one.value is None
    return one.value > other.value or (one.value == other.value and (not one.open or other.open))


def sharpened(of: Domain) -> Domain:
    """The ends drawn in to multiples of the step."""
    if not of.step:
        return of
    low, high = of.low, of.high
    if low.value is not None:
        up = -((-low.value) // of.step) * of.step
        low = End(up + of.step if low.open and up == low.value else up)
    if high.value is not None:
        down = high.value // of.step * of.step
        high = End(down - of.step if high.open and down == high.value else down)
    return replace(of, low=low, high=high)


def _common(one: Domain, other: Domain) -> Fraction | None:
    """The largest step that both have; 0 alone is a multiple of anything."""
    for zero, rest in ((one, other), (other, one)):
        if zero.point == 0:
            return rest.step
    if one.step is None or other.step is None:
        return None
    a, b = one.step, other.step
    return Fraction(gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)


def either(one: Domain, other: Domain) -> Domain:
    """What is now one and now the other."""
    if one.empty or other.empty:
        return other if one.empty else one
    low = one.low if lower(one.low, other.low) else other.low
    high = one.high if higher(one.high, other.high) else other.high
    return Domain(low, high, _common(one, other))


def union(domains: Iterable[Domain]) -> Domain:
    return reduce(either, domains)


def meet(one: Domain, other: Domain) -> Domain:
    """What both hold; multiples of the first one's step."""
    low = other.low if lower(one.low, other.low) else one.low
    high = other.high if higher(one.high, other.high) else one.high
    return sharpened(Domain(low, high, one.step))


def negative(of: Domain) -> Domain:
    def turned(end: End) -> End:
        return End(None if end.value is None else -end.value, end.open)

    return Domain(turned(of.high), turned(of.low), of.step)


def add(one: Domain, other: Domain) -> Domain:
    return Domain(_sum(one.low, other.low), _sum(one.high, other.high), _common(one, other))


def _sum(one: End, other: End) -> End:
    if one.value is None or other.value is None:
        return INFINITE
    return End(one.value + other.value, one.open or other.open)


def multiply(one: Domain, other: Domain) -> Domain:
    if one.point == 0 or other.point == 0:
        return point(ZERO)
    products = [_times(a, b) for a, b in product(_ends(one), _ends(other))]
    low, high = min(products), max(products, key=lambda end: (end.infinite, end.value, not end.open))
    step = one.step * other.step if one.step and other.step else None
    return Domain(_end(low, low.open), _end(high, high.open), step)


class _Extended(NamedTuple):
    """An end with its infinity's sign, so that products can be told apart; `infinite` is -1, 0 or 1."""

    infinite: int
    value: Fraction
    open: bool


def _ends(of: Domain) -> list[_Extended]:
    low = _Extended(-1, ZERO, True) if of.low.value is None else _Extended(0, of.low.value, of.low.open)
    high = _Extended(1, ZERO, True) if of.high.value is None else _Extended(0, of.high.value, of.high.open)
    return [low, high]


def _times(one: _Extended, other: _Extended) -> _Extended:
    for zero, rest in ((one, other), (other, one)):
        if not zero.infinite and zero.value == 0:
            # an end of 0 that is held gives 0; one that is not comes as near as one likes, or, by infinity, anywhere
            return _Extended(0, ZERO, zero.open and (rest.open or rest.value != 0 or bool(rest.infinite)))
    if one.infinite or other.infinite:
        sign = (one.infinite or (1 if one.value > 0 else -1)) * (other.infinite or (1 if other.value > 0 else -1))
        return _Extended(sign, ZERO, True)
    return _Extended(0, one.value * other.value, one.open or other.open)


def _end(of: _Extended, is_open: bool) -> End:
    return INFINITE if of.infinite else End(of.value, is_open)


def divide(one: Domain, other: Domain) -> Domain:
    """A quotient; a divisor of 0 gives none."""
    if other.point:
        scaled = multiply(one, point(ONE / other.point))
        return replace(scaled, step=one.step / abs(other.point) if one.step else None)
    low, high = other.low, other.high
    positive = low.value is not None and low.value >= 0
    if not positive and not (high.value is not None and high.value <= 0):
        return ANY
    inverse = Domain(_inverse(high), _inverse(low))
    return replace(multiply(replace(one, step=None), inverse), step=None)


def _inverse(end: End) -> End:
    if end.value is None:
        return End(ZERO, True)
    return INFINITE if end.value == 0 else End(ONE / end.value, end.open)


def least(domains: Iterable[Domain]) -> Domain:
    """The lowest of several values."""
    found = list(domains)
    low = reduce(lambda a, b: a if lower(a, b) else b, (domain.low for domain in found))
    high = reduce(lambda a, b: b if higher(a, b) else a, (domain.high for domain in found))
    return Domain(low, high, union(found).step)


def most(domains: Iterable[Domain]) -> Domain:
    return negative(least(negative(domain) for domain in domains))


def rounded(of: Domain, step: Fraction, mode: Mode) -> Domain:
    """Both ends rounded as values are."""
    low = of.low if of.low.value is None else End(round_to(of.low.value, step, mode))
    high = of.high if of.high.value is None else End(round_to(of.high.value, step, mode))
    already = of.step is not None and (of.step / step).denominator == 1
    return Domain(low, high, of.step if already else step)
