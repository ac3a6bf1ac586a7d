"""Directions: what is proved of them holds of whatever facts, and the rows that show both ways do so when run."""

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from literate import ROOT
from test_domains import DAY, GIVEN
from test_laws import case, cell
from test_solver import EVERYTHING, of_text

from kpidsl.check import directions as searched
from kpidsl.check.directions import Direction, Directions, directions
from kpidsl.check.draws import with_params, worked
from kpidsl.check.trends import trends
from kpidsl.check.ways import Way
from kpidsl.cli.terminal import load_policy
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.results import Case
from kpidsl.engines.exact import work
from kpidsl.values.node import changed

# One rule for each form that a direction is derived through, and some that it must not be derived through.
FORMS = """policy "f" edition 2014
  subject m
  round each rule to 1 decimals half up
facts
  m : text
  x : number from -20 to 20
  y : count from 0 to 30
  p : percent from 0% to 100%
  q : percent from 0% to 100%
  o : number from 0 to 9 optional
  yes_ : yes or no
  day : date
rule products
  add x * y
rule quotients
  add 10 / (y + 1)
rule sides
  add y / (x + 30)
rule up_and_down
  add bands p
    >= 80%     : 1
    [30%, 80%) : linear 0 to 2
    < 30%      : -1
rule stepped
  add bands p
    >= 80%     : 3
    [30%, 80%) : linear 0 to 2
    < 30%      : -1
rule downhill
  add linear p
    20% : 10
    60% : 5
    90% : 0
rule gap
  deduct 0.1 per each full 1pp of p - q when q < p
rule wrong_guard
  deduct 0.1 per each full 1pp of p - q when q < 50%
rule chosen
  add choose
    y > 10 and yes_ : 5
    y > 5           : 2
    otherwise       : 0
rule unequal
  add 1 when y != 3
rule dated
  add 1 when day >= 2014-05-10
rule limited
  add 1 per 1 of y
  at most 5 when p < 50%
  at least 2 when yes_
rule scaled
  add 10
  multiply by 1 - x
rule at_times worth 5
  not applicable when y > 10
  add 4
rule replaced
  start 5
  override 0 when x > 3
rule sized
  add abs(x)
rule for_the_solver
  add 3 * x - 2 * x
rule whole
  add 1 per 1 of abs(y - 40)
rule part_missing worth 1
  add bands p
    >= 50% : 1
    < 50%  : missing
section s worth 2
  rule first worth 1
    not applicable when p > 30%
    add q * full
  rule second worth 1
    add p * full
  spread worth
"""
NAMES = ("everything", "forms", "grid-2014", "team-norms-2008", "service-kpi-2008", "tiered-2013")


@cache
def program(name: str) -> Program:
    texts = {"everything": EVERYTHING, "forms": FORMS}
    if name in texts:
        return of_text(texts[name])
    found = lower(load_policy(str(ROOT / "policies" / f"{name}.kpi"), "en"), {})
    return changed(with_params(found, {key: value for key, value in GIVEN.items() if key in found.params}), above=None)


@cache
def told(name: str) -> tuple[Directions, ...]:
    return tuple(directions(program(name), 3))


@cache
def found(name: str) -> dict[tuple[str, str], Direction]:
    return {(item.ledger.label, inner.fact.name): inner for item in told(name) for inner in item.found}


@pytest.mark.parametrize("name", NAMES)
def test_no_facts_move_a_score_the_other_way(name: str) -> None:
    of, known = program(name), found(name)
    facts = {fact.name: fact for fact in of.facts.fields}

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(case(of), st.sampled_from(sorted({fact for _, fact in known})), st.data())
    def law(drawn: Case, fact: str, data: st.DataObject) -> None:
        dated = {**drawn.facts, **({of.dated: DAY} if of.dated else {})}
        ends = {dated[fact], data.draw(cell(facts[fact]))}
        assume(None not in ends and len(ends) == 2)
        less, more = (work(of, [[drawn._replace(facts={**dated, fact: end})]])[0][0].accounts for end in sorted(ends))
        for ledger, direction in ((ledger, way) for (ledger, name), way in known.items() if name == fact):
            low, high = ({side[name].label: side[name].balance for name in side}.get(ledger) for side in (less, more))
            if low is not None and high is not None and direction.proved:
                assert not (high > low and Way.UP not in direction.way), (ledger, fact, direction.way)
                assert not (high < low and Way.DOWN not in direction.way), (ledger, fact, direction.way)

    law()


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_show_a_move_are_equal_but_for_the_fact_and_move_so(name: str) -> None:
    of = program(name)
    for item in told(name):
        for direction in item.found:
            for pair, way in ((direction.up, Way.UP), (direction.down, Way.DOWN)):
                if pair is None:
                    continue
                less, more = (worked(of, row)[0].accounts[item.ledger.name].balance for row in (pair.less, pair.more))
                assert less is not None
                assert more is not None
                assert (more > less) is (way is Way.UP)
                assert direction.like is not None or (less, more) == pair.scores
                fact = direction.fact.name
                rows = [{**row.cases[0].facts, fact: None} for row in (pair.less, pair.more)]
                assert rows[0] == rows[1]
                assert (pair.less.cases[0].facts[fact], pair.more.cases[0].facts[fact]) == pair.values


def test_the_directions_of_grid_2014_are_those_of_its_clauses() -> None:
    """G4: below 80% ten points for fifteen groups of the month, and just above it fewer; G6: the cap ends at 100."""
    known = found("grid-2014")
    ways = {("成员收集", "成员收集数"): Way.UP, ("成员收集", "成员收集目标"): Way.DOWN,
            ("成员收集", "成员真实性"): Way.UP, ("4G换卡", "换卡用户数"): Way.UP, ("统付新增", "预存本金"): Way.UP,
            ("加扣分", "重大失误扣分"): Way.DOWN, ("", "客户满意度"): Way.UP,
            ("集团组建", "当月组建"): Way.UP}  # fmt: skip
    assert {key: known[key].way for key in ways} == ways
    both = {key for key, direction in known.items() if direction.both}
    rules = {("集团组建", "组建累计"), ("集团组建", "集团组建目标"), ("4G换卡", "换卡拍照用户数"),
             ("4G换套餐", "换套餐拍照用户数")}  # fmt: skip
    assert both == rules | {("", name) for _, name in rules}
    assert not [key for key, direction in known.items() if not direction.proved and not direction.both]


def test_forms_are_seen_through() -> None:
    known = found("forms")
    way = {key: direction.way for key, direction in known.items()}
    assert way["products", "x"] is Way.UP
    assert known["products", "y"].both
    assert way["quotients", "y"] is Way.DOWN
    assert (way["stepped", "p"], way["downhill", "p"]) == (Way.UP, Way.DOWN)
    assert known["up_and_down", "p"].both
    assert (way["gap", "p"], way["gap", "q"]) == (Way.DOWN, Way.UP)
    assert (way["chosen", "y"], way["chosen", "yes_"]) == (Way.UP, Way.UP)
    assert known["unequal", "y"].both
    assert way["dated", "day"] is Way.UP
    assert (way["limited", "y"], way["limited", "p"]) == (Way.UP, Way.UP)
    assert (way["scaled", "x"], way["replaced", "x"]) == (Way.DOWN, Way.DOWN)
    assert (way["at_times", "y"], way["part_missing", "p"]) == (Way.FLAT, Way.FLAT)
    assert known["sized", "x"].both
    assert way["for_the_solver", "x"] is Way.UP
    assert way["whole", "y"] is Way.DOWN
    assert way["", "p"] is Way.EITHER


def test_without_the_solver_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searched, "formulas_of", lambda *_: None)
    rules = {item.ledger.label: item.found for item in directions(program("forms"))}
    assert rules["stepped"][0].way is Way.UP
    (tricky,) = rules["for_the_solver"]
    assert (tricky.way, tricky.why, tricky.up is not None, tricky.down) == (Way.EITHER, "NO_SOLVER", True, None)


def test_a_move_is_exact() -> None:
    down = found("grid-2014")["集团组建", "组建累计"].down
    assert down is not None
    assert down.scores[0] == Fraction(10)


def test_a_claim_is_told_as_the_direction_is() -> None:
    """For every rule and fact of the forms, both claims: told unless the direction is proved to keep it."""
    for (rule, fact), direction in found("forms").items():
        for said, against in (("does not fall", Way.DOWN), ("does not rise", Way.UP)):
            claim = f"always {fact} rises, {rule or 'total'} {said}\n"
            codes = {finding.code for finding in trends(of_text(FORMS + claim))}
            pair = direction.down if against is Way.DOWN else direction.up
            expected = [set()] if against not in direction.way else [{"P066"}, {"P067"}][: 1 if pair else 2]
            assert codes in expected, (rule, fact, said)
