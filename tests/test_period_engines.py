"""Both engines give the same for policies with periods: scores, places, and why there are none."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import pytest
from generated.compare import said
from hypothesis import given, settings

from kpidsl.core.entries import kept_names, own_choices
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.results import Case, Event, Outcome
from kpidsl.engines import exact
from kpidsl.engines.columnar.levels import run_levels
from kpidsl.policy.resolve import resolve
from kpidsl.text.source import Source
from kpidsl.values.calendar import shift, start
from kpidsl.values.kinds import Base

MONTHS = [shift(Base.MONTH, date(2013, 11, 1), at) for at in range(7)]
HEAD = """policy "h"
  subject m within g
  period month by p
facts
  m : text
  g : text
  p : month
  x : points
  y : points optional
events visits by day
  m   : text
  day : date
  n   : points
  kind : text
events register
  m    : text
  sort : text
  w    : points
"""
RULES = {
    "windows": """
rule r
  add 1 per 1 of count of visits
  add sum of n in visits last 2 month where n > 1
  add sum of w in register
rule late
  add 1 when (count of visits last 1 year) > 3
  add average of n in visits last 3 month when (count of visits last 3 month) > 0
""",
    "nested": """
let many = count of register where w > 0 and (count of visits where n > w) < 2
rule r
  add 1 per 1 of many
  add sum of max(w, sum of n in visits last 3 month where n <= w) in register
  add sum of w in register where (count of visits where kind = sort) > 0
rule shares worth 5
  add full * (sum of w / (w + 1) in register)
  add full * (average of n / (n + x) in visits where n > 0) when (count of visits where n > 0) > 0
  add full * (highest of w / (w + x) in register) when (count of register) > 0
""",
    "previous": """
let kept : points = previous kept default 0 + x
rule r
  add kept
rule share
  add previous share default 10 when x > 2
  add y / 2 when y is present
rank place by total within g highest first ties share
grade level by place
  = 1 : first
  > 1 : other
grade before by previous place default 9
  = 1 : first
  > 1 : other
""",
    "strict": """
rule r
  add previous x
  add 10 / x * 1 when x < 3
""",
    "streaks": """
let run = streak of month where x > 2
let held = streak of month where y > 1
rule r
  add 1 per 1 of run
rule s
  add 10 / (x - 1) * 1 when x <= 1
payout pay
  add 3 yuan * run when y is present
  add 1 yuan * held when y is present and run > 1
""",
    "last": """
rule whole_
  add x
  not applicable when x > 4
rule r
  add sum of x in last 3 month no fewer than 1
  add highest of x in last 2 month no fewer than 1 where x > 1 when x > 1
rule whole
  add average of whole_ in last 2 month when x > 0
grade level by average of whole_ in last 2 month no fewer than 1
  >= 2 : A
  < 2  : B
""",
    "late": """
rank place by total within g highest first ties share
rank low by x + y lowest first ties dense
rule r
  add x
payout pay
  add 6 yuan / (place - 2)
  add 1 yuan * group size of place
""",
    "quotas": """
rule r
  add x
let rate = x / (x + 2)
rank place by rate within g highest first ties by y
grade level by rate
  >= 50% : A
  < 50%  : B
  quota A 50% within g highest first ties stay
""",
    "levels": """
rule r
  add x
  add y
  not applicable when x > 4
rank place by total within g highest first ties share
grade level by total
  >= 3 : A
  < 3  : B
assess quarter
  let many = count of month where level = A
  rule mean
    add average of total in month no fewer than 2
  rule best
    add highest of x in month when many > 1
  let a_run = streak of month where level = A
  grade level by mean
    >= 3 : A
    < 3  : B
  let low = streak of quarter where level = B
  rank place by total within g highest first ties share
  payout paid
    add 10 yuan * a_run
    add 1 yuan * low
    add previous paid default 0 yuan
assess year
  rule all
    add sum of total in quarter no fewer than 1
    add 1 per 1 of count of month where place = 1
""",
}


def made(rules: str) -> Program:
    policy, findings = resolve(Source("policy.kpi", HEAD + rules), pytest.fail)
    assert policy is not None, findings
    return lower(policy, {})


PROGRAMS = {name: made(rules) for name, rules in RULES.items()}
POINTS = st.integers(-2, 12).map(lambda half: Fraction(half, 2))
VISIT = st.tuples(st.sampled_from("abc"), st.dates(date(2013, 9, 1), date(2014, 6, 30)), st.integers(0, 4),
                  st.sampled_from("ab"))  # fmt: skip


@st.composite
def cases(draw: st.DrawFn, program: Program) -> tuple[list[list[Case]], list[list[tuple[str, date]]]]:
    """Months of three subjects with holes between them, some of which are known to be lost."""
    months: list[Case] = []
    lost: list[tuple[str, date]] = []
    visits = [Event(at, {"m": who, "day": day, "n": Fraction(count), "kind": whom}, day)
              for at, (who, day, count, whom) in enumerate(draw(st.lists(VISIT, max_size=12)), 2)]
    register = [Event(at, {"m": who, "sort": whom, "w": Fraction(count)}) for at, (who, _, count, whom) in
                enumerate(draw(st.lists(VISIT, max_size=6)), 2)]  # fmt: skip
    for name in "abc":
        events = {table: [event for event in rows if event.values["m"] == name]
                  for table, rows in (("visits", visits), ("register", register))}  # fmt: skip
        for month in MONTHS[draw(st.integers(0, 2)) :]:
            fate = draw(st.integers(0, 9))
            if fate == 0:
                lost.append((name, month))
            if fate > 1:
                facts = {"m": name, "g": "ab"[name == "b"], "p": month, "x": draw(POINTS),
                         "y": draw(st.one_of(POINTS, st.none()))}  # fmt: skip
                months.append(Case(len(months) + 2, facts, events))
    levels = [draw(st.permutations(months))]
    for level in program.levels[1:]:
        assert level.unit is not None
        keys = sorted({(str(c.facts["m"]), start(level.unit, c.facts["p"])): c for c in months}.items(), key=str)
        levels.append([Case(at, {"m": key[0], level.dated: key[1], "g": case.facts["g"]}, {})
                       for at, (key, case) in enumerate(keys, 2) if draw(st.integers(0, 9))])  # fmt: skip
    return levels, [lost, *([] for _ in program.levels[1:])]


def plain(program: Program, outcome: Outcome) -> tuple[list[Any], Sequence[Any]]:
    """What both engines give of everybody."""
    own = own_choices(program)
    scores = [(score.row, score.period, said(score, own)) for score in outcome.scores]
    return scores, sorted(outcome.unscored, key=lambda one: (one.row, one.code, one.rule, one.name))


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_both_engines_give_the_same(name: str, data: st.DataObject) -> None:
    program = PROGRAMS[name]
    levels, lost = data.draw(cases(program))
    entries = {name for level in program.levels for ledger in level.ledgers for name in kept_names(ledger)}
    found, wanted = run_levels(program, levels, lost, entries), exact.run(program, levels, lost=lost)
    assert list(map(plain, program.levels, found)) == list(map(plain, program.levels, wanted))
