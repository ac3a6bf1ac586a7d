"""What the solver is told is what the exact engine does: formulas come to the same values for the same facts."""

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from literate import ROOT
from test_domains import DAY, GIVEN
from test_laws import case

from kpidsl.check.solver import Formulas
from kpidsl.cli.terminal import load_policy
from kpidsl.core import nodes as n
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.ranges import ranges
from kpidsl.core.results import Case
from kpidsl.engines.exact import work
from kpidsl.policy.resolve import resolve
from kpidsl.text.source import Source
from kpidsl.values.kinds import Base, Value
from kpidsl.values.node import changed

EVERYTHING = """policy "e"
  subject m
  round total to 1 decimals half even
facts
  m : text
  x : number from -20 to 20
  y : count from 0 to 30
  p : percent from 0% to 100%
  o : number from 0 to 9 optional
  yes_ : yes or no
  c : one of A, B, C
  day : date
table t by c : points
  A  1
  B  missing
  C  -2.5
rule a worth 10
  not applicable when yes_ and x > 5
  start 1
  add round(x, 0.5, half even) + truncate(x, 3) - floor(x / 3)
  deduct 0.3 per each full 4 of x when c = A or c = B
  multiply by bands p
    >= 80%     : 1
    [30%, 80%) : linear 0 to 1
    < 30%      : missing
  at most 12
  at least -7
rule b
  add 2 per each started 7 of y
  add max(x, y / 3, abs(x)) when o is present and o >= 3
  override 3 when not yes_ and c is one of B, C
rule d
  deduct 1 when day > 2014-05-10
  deduct 2 when day = 2014-02-01
  add t[c] when c != B
section s
  rule e worth 5
    add linear x
      -10 : 5
      0   : 0
      10  : -1
grade level by total
  >= 5 : A
  < 5  : B
  override C when yes_
"""


def of_text(text: str) -> Program:
    policy, findings = resolve(Source("policy.kpi", text.replace("override C when", "override B when")), pytest.fail)
    assert policy is not None, findings
    return lower(policy, {})


@cache
def program(name: str) -> Program:
    if not name:
        return of_text(EVERYTHING)
    return changed(lower(load_policy(str(ROOT / "policies" / f"{name}.kpi"), "en"), GIVEN), above=None)


def assigned(formulas: Formulas, of: Program, facts: Any) -> list[tuple[Any, Any]]:
    pairs = []
    for item in of.facts.fields:
        value: Value = facts[item.name]
        if item.optional and item.default is None:
            pairs.append((z3.Bool(f"{item.name} missing"), z3.BoolVal(value is None)))
        if isinstance(value, bool):
            pairs.append((z3.Bool(item.name), z3.BoolVal(value)))
        elif isinstance(value, Fraction) and item.kind.base is Base.COUNT:
            pairs.append((z3.Int(item.name), z3.IntVal(int(value))))
        elif isinstance(value, Fraction):
            pairs.append((z3.Real(item.name), z3.Q(value.numerator, value.denominator)))
        elif isinstance(value, date):
            pairs.append((z3.Int(item.name), z3.IntVal(value.toordinal())))
        elif value is not None and value in formulas.texts:
            pairs.append((z3.Int(item.name), z3.IntVal(formulas.texts[value])))
    return pairs


@pytest.mark.parametrize("name", ["", "grid-2014", "team-norms-2008"])
def test_formulas_come_to_what_the_exact_engine_comes_to(name: str) -> None:
    of = program(name)
    formulas = Formulas(of, ranges(of)[0])

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(case(of))
    def law(given_case: Case) -> None:
        facts = {**given_case.facts, **({of.dated: DAY} if of.dated else {})}
        (worked,) = work(of, [[Case(0, facts, {table.name: [] for table in of.events})]])[0]
        pairs = assigned(formulas, of, facts)
        for item in of.definitions:
            term, known = formulas.known[item.name], worked.env.known[item.name]
            ok = z3.simplify(z3.substitute(z3.And(term.ok, z3.Not(term.none)), pairs))
            value = z3.simplify(z3.substitute(term.value, pairs))
            if z3.is_true(ok) and z3.is_rational_value(value) and isinstance(known.value, Fraction):
                assert value.as_fraction() == known.value, item.name
            if isinstance(item, n.Grade) and z3.is_true(ok) and z3.is_int_value(value):
                assert formulas.texts[known.value] == value.as_long(), item.name
            if z3.is_true(ok) or z3.is_false(ok):
                assert z3.is_true(ok) == (known.value is not None), (item.name, known)

    law()


UNKNOWN = """policy "u" edition 2014
  subject m
  period month by month_
param allowed : yes or no
facts
  m : text
  month_ : month
  x : number from 0 to 20
let met : yes or no = choose
  x > 5  : yes
  x > 2  : missing
  otherwise : no
rule a worth 20
  add x
  at most 0 when allowed and x > 10
  deduct 1 when previous met default no
always a >= 0
"""


def test_what_is_not_known_is_of_its_kind() -> None:
    policy, findings = resolve(Source("policy.kpi", UNKNOWN), pytest.fail)
    assert policy is not None, findings
    program = lower(policy, {})
    (claim,) = program.claims
    assert not Formulas(program, ranges(program)[0]).holds(claim.holds).proved
