"""The deep check of grid-2014: what is proved of each rule, and its cliffs, as they follow from the clauses by hand."""

from fractions import Fraction
from functools import cache

from click.testing import CliRunner
from grid import POLICY, policy

from kpidsl.check.cliffs import cliffs
from kpidsl.check.extremes import Extremes, extremes
from kpidsl.cli.main import group
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.text.source import Span


@cache
def program() -> Program:
    return lower(policy(), {})


@cache
def found() -> dict[str, Extremes]:
    return {item.ledger.label: item for item in extremes(program())}


def test_what_facts_reach_never_passes_what_is_proved() -> None:
    for item in found().values():
        for reached in (item.low, item.high):
            assert reached is not None
            assert item.proved.holds(reached.value), (item.ledger.label, reached.value)


def test_the_ends_of_the_rules_are_proved_and_reached() -> None:
    ends = {"成员收集": (0, 10), "存量合约": (0, 5), "百万工作机": (0, 5), "客户满意与金牌客户": (-2, 5),
            "欠费回收率": (0, 5), "加扣分": (-5, 5)}  # fmt: skip
    for name, (low, high) in ends.items():
        item = found()[name]
        assert item.low is not None
        assert item.high is not None
        assert (item.low.value, item.proved.low.value) == (low, low)
        assert (item.high.value, item.proved.high.value) == (high, high)


def test_its_cliffs_are_those_of_the_clauses() -> None:
    """G6: 39.99% takes 5 points off and 40% none; below 80% genuine members G5 has none of its 10 points, at 80% 8."""
    told = {}
    for cliff in cliffs(program(), Fraction(1)):
        subject = cliff.cases.subject.place if cliff.cases.subject else None
        assert isinstance(subject, Span)
        told[subject.text, cliff.at] = (cliff.below, cliff.above, cliff.height)
    assert told == {
        ("换卡率", Fraction("0.4")): (-5, 0, 5), ("换套餐率", Fraction("0.3")): (-5, 0, 5),
        ("成员真实性", Fraction("0.8")): (0, Fraction("0.8"), 8),
        ("成员真实性", Fraction("0.9")): (Fraction("0.9"), 1, 1),
        ("合约达成率", Fraction("0.4")): (0, 2, 2), ("客户满意度", Fraction("0.7")): (-1, 0, 1),
        ("金牌上报率", Fraction("0.75")): (-1, 0, 1),
    }  # fmt: skip


def test_the_command_shows_both() -> None:
    result = CliRunner().invoke(group, ["check", POLICY, "--deep", "--cliff", "5", "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert "-5 (proved)" in result.stdout
    assert "换卡率 at 40%: from -5 to 0, moves 5" in result.stdout
    assert "合约达成率 at" not in result.stdout
