"""Domains hold whatever their expressions come to."""

from fractions import Fraction

import hypothesis.strategies as st
from hypothesis import given, settings

from kpidsl.check import domains as d
from kpidsl.values.rounding import Mode, round_to

Held = tuple[d.Domain, Fraction]
ONE = Fraction(1)
VALUES = st.fractions(-20, 20, max_denominator=6)


@st.composite
def held(draw: st.DrawFn) -> Held:
    """A domain and a value in it."""
    step = draw(st.sampled_from([None, Fraction(1), Fraction(1, 2), Fraction(3)]))
    value = draw(VALUES) if step is None else draw(st.integers(-9, 9)) * step

    def end(sign: int) -> d.End:
        if draw(st.booleans()):
            return d.INFINITE
        gap = draw(st.fractions(0, 5, max_denominator=4))
        return d.End(value + sign * gap, gap > 0 and draw(st.booleans()))

    return d.Domain(end(-1), end(1), step), value


@settings(max_examples=400)
@given(held(), held(), st.sampled_from(list(Mode)), st.sampled_from([ONE, ONE / 10, 5 * ONE]))
def test_a_domain_holds_what_comes_of_values_in_domains(one: Held, other: Held, mode: Mode, step: Fraction) -> None:
    (a, x), (b, y) = one, other
    assert a.holds(x)
    assert d.either(a, b).holds(x)
    assert d.either(a, b).holds(y)
    assert d.negative(a).holds(-x)
    assert d.add(a, b).holds(x + y)
    assert d.multiply(a, b).holds(x * y)
    assert d.least([a, b]).holds(min(x, y))
    assert d.most([a, b]).holds(max(x, y))
    assert d.rounded(a, step, mode).holds(round_to(x, step, mode))
    assert d.sharpened(a).holds(x)
    if b.holds(x):
        assert d.meet(a, b).holds(x)
    if y:
        assert d.divide(a, b).holds(x / y)
