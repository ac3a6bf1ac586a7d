"""Domains hold whatever their expressions come to."""

from datetime import date
from fractions import Fraction
from functools import cache

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from literate import ROOT
from test_laws import case

from kpidsl.cli.terminal import load_policy
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.ranges import ranges
from kpidsl.core.results import Case
from kpidsl.engines.exact import work
from kpidsl.values import domains as d
from kpidsl.values.kinds import Value
from kpidsl.values.node import changed
from kpidsl.values.rounding import Mode, round_to

DAY = date(2014, 5, 1)

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


FAMILIES = ("grid-2014", "team-norms-2008", "service-kpi-2008", "tiered-2013", "tiered-2013-filing")
GIVEN: dict[str, Value] = {"满意度目标": Fraction(9), "投诉每件扣分": Fraction(1, 2), "不及时每笔扣分": Fraction(1, 2),
                           "第一名奖励": Fraction(1, 20), "第二名奖励": Fraction(1, 50), "末位扣减": Fraction(1, 25),
                           "次末位扣减": Fraction(1, 100)}  # fmt: skip


@cache
def family(name: str) -> Program:
    return changed(lower(load_policy(str(ROOT / "policies" / f"{name}.kpi"), "en"), GIVEN), above=None)


@pytest.mark.parametrize("name", FAMILIES)
def test_whatever_is_worked_out_lies_in_its_range(name: str) -> None:
    program = family(name)
    (known,) = ranges(program)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(case(program))
    def law(facts: Case) -> None:
        dated = Case(facts.number, {**facts.facts, **({program.dated: DAY} if program.dated else {})}, facts.events)
        (worked,) = work(program, [[dated]])[0]
        for item in program.definitions:
            value = worked.env.known[item.name].value
            if isinstance(value, Fraction):
                assert known.known[item.name].holds(value), (item.name, value, known.known[item.name])

    law()
