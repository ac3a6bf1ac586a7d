"""Laws of periods: levels reconcile, windows and streaks are what a plain loop finds, quotas hold, order is nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from literate import ROOT
from test_laws import sums_up

from kpidsl.cli.scoring import join_all
from kpidsl.cli.sources import Tables
from kpidsl.cli.terminal import load_policy
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.results import Case, Event, GradeResult, Outcome, RankResult, Score
from kpidsl.engines.exact import run, work
from kpidsl.facts.periods import has_facts
from kpidsl.facts.read import read_table
from kpidsl.facts.sheets import Sheet
from kpidsl.policy.resolve import resolve
from kpidsl.text.source import Source
from kpidsl.values.calendar import label, last_day, periods, read_any, shift, start
from kpidsl.values.kinds import PERIODS, Base

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = [shift(Base.MONTH, date(2007, 10, 1), at) for at in range(6)]
NAMES = ("甲", "乙", "丙")
COUNTS = ("宽带新增", "宽带流失", "代维新增", "代维流失", "受理未达标项", "新装未达标项", "故障未达标项", "查实投诉",
          "查实表扬", "未及时上报投诉")  # fmt: skip


# ---- the calendar


@given(DAYS, st.sampled_from(PERIODS), st.integers(-40, 40))
def test_a_day_is_in_its_period_and_shifts_go_back(day: date, unit: Base, count: int) -> None:
    first = start(unit, day)
    assert first <= day <= last_day(unit, day)
    assert start(unit, last_day(unit, day)) == first
    assert shift(unit, shift(unit, first, count), -count) == first
    assert read_any(label(unit, first)) == (first, unit)
    assert len(periods(unit, shift(unit, first, -3), last_day(unit, first))) == 4


# ---- the policy of managers: months, quarters, years


@cache
def managers() -> Program:
    return lower(load_policy(str(ROOT / "policies/manager-rules-2007.kpi"), "en"), {})


def sheet(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Sheet:
    return Sheet("facts.csv", tuple(headers), tuple(map(tuple, rows)), tuple(range(2, len(rows) + 2)))


@st.composite
def facts(draw: st.DrawFn) -> list[Tables]:
    """Half a year of three managers, some months of some of them missing, over New Year; and the quarters."""
    program = managers()
    rows = [[name, "东", label(Base.MONTH, month), *(str(draw(st.integers(0, 6))) for _ in COUNTS),
             draw(st.sampled_from("是否")), str(draw(st.integers(-900, 900)))]
            for name in NAMES for month in MONTHS if draw(st.integers(0, 19))]  # fmt: skip
    quarters = [[name, quarter, *(str(draw(st.integers(0, 90_000))) for _ in range(2)),
                 *(str(draw(st.integers(-3, 3))) for _ in range(2)),
                 *(f"{draw(st.integers(940, 960)) / 10}%" for _ in range(2))]
                for name in NAMES for quarter in ("2007Q4", "2008Q1")]  # fmt: skip
    monthly = sheet(["客户经理", "片区", "月份", *COUNTS, "造假查实", "收入超基数"], rows)
    quarterly = sheet([item.header for item in program.levels[1].facts.fields], quarters)
    return [Tables(read_table(monthly, program.facts), ()),
            Tables(read_table(quarterly, program.levels[1].facts), ()), Tables(None, ())]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(facts())
def test_every_level_reconciles_and_loses_nobody(tables: list[Tables]) -> None:
    joined = join_all(managers(), tables)
    outcomes = run(managers(), [level.cases for level in joined])
    for level, outcome in zip(joined, outcomes, strict=True):
        assert len(outcome.scores) + len({u.row for u in outcome.unscored}) == len(level.cases)
        for score in outcome.scores:
            sums_up(score)
    months, quarters, _ = outcomes
    held = {(score.subject, score.period): score for score in months.scores}
    for score in quarters.scores:
        assert score.period is not None
        three = [held.get((score.subject, shift(Base.MONTH, score.period, at))) for at in range(3)]
        points = [month.total.balance for month in three if month is not None]
        assert len(points) == 3
        mean = score.accounts["月均得分"].entries[0].amount
        assert mean == sum((p for p in points if p is not None), Fraction(0)) / 3
        assert score.accounts["季度兑现"].balance == sum(e.amount for e in score.accounts["季度兑现"].entries)
    for unscored in quarters.unscored:
        assert unscored.code in ("E006", "E001")


@settings(max_examples=25, deadline=None)
@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_result(tables: list[Tables], chance: object) -> None:
    cases = [list(level.cases) for level in join_all(managers(), tables)]
    before = run(managers(), cases)
    for level in cases:
        chance.shuffle(level)  # type: ignore[attr-defined]
    assert [_by_key(outcome) for outcome in run(managers(), cases)] == [_by_key(outcome) for outcome in before]


def _by_key(outcome: Outcome) -> Mapping[tuple[str, date | None], Score]:
    return {(score.subject, score.period): score for score in outcome.scores}


# ---- windows, streaks, values carried on


HISTORY = """policy "h"
  subject m
  period month by p
facts
  m : text
  p : month
  x : count
events visits by day
  m   : text
  day : date
rule r
  add 1 per 1 of x
let recent = count of visits last 3 month
let yearly = count of visits last 1 year
let run = streak of month where x > 2
let kept : count = previous kept default 0 + x
let mean = sum of x in last 2 month no fewer than 1
grade recent_ by recent
  >= 0 : a
"""


def program(text: str) -> Program:
    policy, findings = resolve(Source("policy.kpi", text), pytest.fail)
    assert policy is not None, findings
    return lower(policy, {})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=9), st.lists(st.dates(date(2013, 9, 1), date(2014, 8, 31))))
def test_windows_streaks_and_carried_values_are_what_a_loop_finds(xs: list[int], days: list[date]) -> None:
    months = [shift(Base.MONTH, date(2013, 11, 1), at) for at in range(len(xs))]
    events = [Event(at, {"m": "a", "day": day}, day) for at, day in enumerate(days)]
    cases = [Case(at, {"m": "a", "p": month, "x": Fraction(x)}, {"visits": events})
             for at, (month, x) in enumerate(zip(months, xs, strict=True))]  # fmt: skip
    for at, worked in enumerate(work(program(HISTORY), [cases])[0]):
        value = {name: known.value for name, known in worked.env.known.items()}
        last, month = last_day(Base.MONTH, months[at]), months[at]
        assert value["recent"] == sum(shift(Base.MONTH, month, -2) <= day <= last for day in days)
        assert value["yearly"] == sum(date(month.year, 1, 1) <= day <= last for day in days)
        streak = next((back for back, x in enumerate(reversed(xs[: at + 1])) if x <= 2), at + 1)
        assert value["run"] == streak
        assert value["kept"] == sum(xs[: at + 1])
        assert value["mean"] == sum(xs[max(0, at - 1) : at + 1])


# ---- quotas


QUOTA = """policy "q"
  subject m within g
facts
  m : text
  g : text
  x : points
rule r
  add x
grade level by total
  >= 5 : A
  >= 2 : B
  < 2  : C
  quota A {limit} within g highest first {ties}
  quota B 1 highest first ties drop
rank place by total within g highest first ties share
payout pay
  add 10 yuan when level = A
  add 1 yuan * group size of place
""".replace(">= 2 ", "[2, 5) ")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 8)), min_size=1, max_size=12),
       st.sampled_from(["50%", "20%", "2"]), st.sampled_from(["ties drop", "ties stay"]))  # fmt: skip
def test_a_quota_holds_and_the_best_keep_the_grade(rows: list[tuple[str, int]], limit: str, ties: str) -> None:
    cases = [Case(at, {"m": str(at), "g": group, "x": Fraction(x)}, {}) for at, (group, x) in enumerate(rows)]
    scores = run(program(QUOTA.format(limit=limit, ties=ties)), [cases])[0].scores
    for group in "ab":
        own = [score for score in scores if score.groups == (group,)]
        most = int(limit) if limit.isdigit() else len(own) * int(limit.rstrip("%")) // 100
        could = sorted((s.total.balance for s in own if (s.total.balance or 0) >= 5), reverse=True)
        kept = [s.total.balance for s in own if _grade(s) == "A"]
        if ties == "ties drop":
            assert len(kept) <= most
        else:
            assert len(kept) >= min(most, len(could))
        assert sorted(kept, reverse=True) == could[: len(kept)]
        for score in own:
            place = score.results["place"]
            assert isinstance(place, RankResult)
            assert score.accounts["pay"].balance == 10 * (_grade(score) == "A") + place.size == \
                10 * (_grade(score) == "A") + len(own)  # fmt: skip
    assert sum(_grade(score) == "B" for score in scores) <= 1


def _grade(score: Score) -> str:
    found = score.results["level"]
    assert isinstance(found, GradeResult)
    return found.grade


def test_only_levels_with_facts_of_their_own_want_a_table() -> None:
    assert [has_facts(level.facts) for level in managers().levels] == [True, True, False]
    assert Path(ROOT / "examples/manager-rules-2007.季度.csv").exists()
