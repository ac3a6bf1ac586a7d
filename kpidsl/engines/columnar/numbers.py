"""Exact rationals of SQL: a whole number over a constant, and over a divisor of the row's own where there is one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from kpidsl.engines.columnar import wholes as w
from kpidsl.engines.columnar.conditions import FALSE, TRUE, Condition
from kpidsl.engines.columnar.wholes import Whole, literal
from kpidsl.values import domains as d
from kpidsl.values.domains import Domain, End
from kpidsl.values.rounding import Mode

Bind = Callable[[Whole], Whole]
"""Makes a column of a whole number, so that it can be written down more than once."""
ONE = literal(1)


@dataclass(frozen=True)
class Number:
    """top / (scale * divisor), with the `domain` of its values; a divisor is above 0, or NULL and the top with it."""

    top: Whole
    scale: int
    domain: Domain
    divisor: Whole | None = None


def constant(value: Fraction) -> Number:
    return Number(literal(value.numerator), value.denominator, d.point(value))


def point(of: Number) -> Fraction | None:
    """The value of a constant."""
    return Fraction(of.top.point, of.scale) if of.top.point is not None and of.divisor is None else None


def tight(of: Number) -> Number:
    """With the bounds of the top drawn in to what the values allow."""
    low, high = of.domain.low.value, of.domain.high.value
    by = of.divisor or ONE
    top = of.top
    if high is not None:
        most = floor(high * of.scale * (by.high if high >= 0 else by.low))
        top = replace(top, high=max(top.low, min(top.high, most)))
    if low is not None:
        least = ceil(low * of.scale * (by.low if low >= 0 else by.high))
        top = replace(top, low=min(top.high, max(top.low, least)))
    return replace(of, top=top) if top.point is None else of


def _aligned(numbers: Sequence[Number]) -> tuple[list[Whole], int, Whole | None]:
    """The tops over one scale and one divisor."""
    scale = lcm(*(item.scale for item in numbers))
    divisors = list(dict.fromkeys(item.divisor for item in numbers if item.divisor is not None))
    tops = []
    for item in numbers:
        top = w.multiply(item.top, literal(scale // item.scale))
        for divisor in divisors:
            top = top if divisor == item.divisor else w.multiply(top, divisor)
        tops.append(top)
    return tops, scale, _product(divisors)


def _product(divisors: Sequence[Whole]) -> Whole | None:
    found: Whole | None = None
    for divisor in divisors:
        found = divisor if found is None else w.multiply(found, divisor)
    return found


def add(a: Number, b: Number) -> Number:
    (one, other), scale, divisor = _aligned((a, b))
    return Number(w.add(one, other), scale, d.add(a.domain, b.domain), divisor)


def subtract(a: Number, b: Number) -> Number:
    (one, other), scale, divisor = _aligned((a, b))
    return Number(w.subtract(one, other), scale, d.add(a.domain, d.negative(b.domain)), divisor)


def multiply(a: Number, b: Number) -> Number:
    domain = d.multiply(a.domain, b.domain)
    for one, other in ((a, b), (b, a)):
        by = point(other)
        if by is not None:
            shared = gcd(by.numerator, one.scale)
            top = w.multiply(one.top, literal(by.numerator // shared))
            if top.point == 0:
                return constant(Fraction(0))
            return Number(top, one.scale // shared * by.denominator, domain, one.divisor)
    divisor = _product([item for item in (a.divisor, b.divisor) if item is not None])
    return Number(w.multiply(a.top, b.top), a.scale * b.scale, domain, divisor)


def divide(a: Number, b: Number, bind: Bind) -> Number:
    """a / b; NULL where `b` is 0."""
    by = point(b)
    if by is not None:
        return multiply(a, constant(1 / by)) if by else replace(a, top=replace(a.top, text="NULL", nullable=True))
    below = bind(b.top)
    shared = gcd(a.scale, b.scale)
    top = w.multiply(a.top, literal(b.scale // shared))
    if b.divisor is not None and b.divisor != a.divisor:
        top = w.multiply(top, b.divisor)
    own = a.divisor if a.divisor != b.divisor else None
    if below.low < 0:
        top = bind(top)
        negative = w.compare("<", below, literal(0))
        top, below = w.choose([(negative, w.negative(top))], top), bind(w.absolute(below))
    if below.low <= 0:
        top = w.choose([(w.compare(">", below, literal(0)), top)], None)
        high = max(below.high, 1)
        below = bind(replace(below, text=f"nullif({below.text}, 0)", low=1, high=high, atom=False, nullable=True))
    domain = d.divide(a.domain, _without_zero(b))
    return Number(top, a.scale // shared, domain, w.multiply(own, below) if own is not None else below)


def _without_zero(of: Number) -> Domain:
    """What a divisor can be: never 0, and so never nearer to it than its least step."""
    step = Fraction(1, of.scale * (of.divisor.high if of.divisor else 1))
    low, high = of.domain.low, of.domain.high
    if low.value is not None and low.value >= 0:
        return replace(of.domain, low=End(max(low.value, step)))
    if high.value is not None and high.value <= 0:
        return replace(of.domain, high=End(min(high.value, -step)))
    return of.domain


def compare(op: str, a: Number, b: Number) -> Condition:
    """Whether `op` holds between them: cross products, or what their domains decide."""
    decided = _decided(op, d.add(a.domain, d.negative(b.domain)))
    if decided is not None:
        return decided
    limit = point(b)
    if limit is not None and a.divisor is None:
        at = limit * a.scale
        if at.denominator != 1:
            if op in ("=", "!="):
                return FALSE if op == "=" else TRUE
            return w.compare(op[0] + "=", a.top, literal(ceil(at) if op[0] == ">" else floor(at)))
        return w.compare(op, a.top, literal(int(at)))
    (one, other), _, _ = _aligned((a, b))
    return w.compare(op, one, other)


def _decided(op: str, difference: Domain) -> Condition | None:
    """What the range of a difference says of it, held against 0."""
    low, high = difference.low, difference.high
    above = low.value is not None and (low.value > 0 or (low.value == 0 and low.open))
    below = high.value is not None and (high.value < 0 or (high.value == 0 and high.open))
    not_below = low.value is not None and low.value >= 0
    not_above = high.value is not None and high.value <= 0
    holds = {">": above, ">=": not_below, "<": below, "<=": not_above, "!=": above or below, "=": False}
    fails = {">": not_above, ">=": below, "<": not_below, "<=": above, "=": above or below, "!=": False}
    return TRUE if holds[op] else FALSE if fails[op] else None


def extreme(low: bool, numbers: Sequence[Number]) -> Number:
    """The least or the greatest."""
    tops, scale, divisor = _aligned(numbers)
    domain = (d.least if low else d.most)([item.domain for item in numbers])
    return Number(w.extreme(low, tops), scale, domain, divisor)


def choose(cases: Sequence[tuple[Condition, Number]], otherwise: Number | None) -> Number:
    """The first whose condition holds; NULL where none does. Divisors are chosen as tops are, for those not chosen may
    be NULL.
    """
    numbers = [item for _, item in cases] + ([otherwise] if otherwise is not None else [])
    scale = lcm(*(item.scale for item in numbers))
    tight_ones = [tight(item) for item in numbers]
    tops = [w.multiply(item.top, literal(scale // item.scale)) for item in tight_ones]
    whens = [when for when, _ in cases]
    found = Number(_picked(whens, tops), scale, d.union(item.domain for item in numbers))
    if len({item.divisor for item in numbers}) == 1:
        return replace(found, divisor=numbers[0].divisor)
    divisors = [item.divisor or ONE for item in numbers]
    return replace(found, divisor=_picked(whens, divisors))


def _picked(whens: Sequence[Condition], items: Sequence[Whole]) -> Whole:
    otherwise = items[-1] if len(items) > len(whens) else None
    return w.choose(list(zip(whens, items, strict=False)), otherwise)


def rounded(of: Number, step: Fraction, mode: Mode, bind: Bind) -> Number:
    """To a multiple of `step`: a division of whole numbers."""
    shared = gcd(step.denominator, of.scale * step.numerator)
    above = w.multiply(of.top, literal(step.denominator // shared))
    below = w.multiply(literal(of.scale * step.numerator // shared), of.divisor or ONE)
    domain = d.rounded(of.domain, step, mode)
    if below.point == 1:
        return Number(w.multiply(above, literal(step.numerator)), step.denominator, domain)
    steps = _steps(bind(above) if above.low < 0 < above.high or mode is Mode.HALF_EVEN else above, bind(below), mode)
    found = tight(Number(w.multiply(steps, literal(step.numerator)), step.denominator, domain))
    return replace(found, top=w.slim(found.top))


def _steps(a: Whole, b: Whole, mode: Mode) -> Whole:
    """`a` over `b` as a whole number; where the sign is not known, what is added before the cut has that of `a`."""
    match mode:
        case Mode.DOWN:
            return w.quotient(a, b)
        case Mode.UP:
            return w.quotient(w.add(a, _signed(a, w.subtract(b, ONE))), b)
        case Mode.FLOOR:
            return w.quotient(w.add(a, _if_negative(a, w.subtract(ONE, b))), b)
        case Mode.CEILING:
            return w.quotient(w.add(a, _if_positive(a, w.subtract(b, ONE))), b)
    twice_a, twice_b = w.multiply(a, literal(2)), w.multiply(b, literal(2))
    if b.point is not None and b.point % 2 == 0:
        half_up = w.quotient(w.add(a, _signed(a, literal(b.point // 2))), b)
    else:
        half_up = w.quotient(w.add(twice_a, _signed(a, b)), twice_b)
    if mode is Mode.HALF_UP:
        return half_up
    tie = w.compare("=", w.remainder(twice_a, twice_b), _signed(a, b))
    odd = w.compare("!=", w.remainder(half_up, literal(2)), literal(0))
    both = Condition(f"({tie.text} AND {odd.text})", max(tie.depth, odd.depth))
    return w.choose([(both, w.subtract(half_up, _signed(a, ONE)))], half_up)


def _signed(a: Whole, what: Whole) -> Whole:
    """`what` with the sign of `a`."""
    if a.low >= 0:
        return what
    return w.negative(what) if a.high <= 0 else w.choose([(w.compare(">=", a, literal(0)), what)], w.negative(what))


def _if_negative(a: Whole, what: Whole) -> Whole:
    if a.low >= 0:
        return literal(0)
    return what if a.high <= 0 else w.choose([(w.compare("<", a, literal(0)), what)], literal(0))


def _if_positive(a: Whole, what: Whole) -> Whole:
    if a.high <= 0:
        return literal(0)
    return what if a.low >= 0 else w.choose([(w.compare(">", a, literal(0)), what)], literal(0))
