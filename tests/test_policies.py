"""Every policy that is shipped: it checks clean, its cases pass, and it runs on its example facts."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from literate import ROOT

from kpidsl.cli.main import group
from kpidsl.cli.scoring import Scored, score_all
from kpidsl.cli.sources import Inputs
from kpidsl.ledger.reconcile import reconcile
from kpidsl.syntax import tree as t
from kpidsl.syntax.parse import parse
from kpidsl.text.source import Source
from kpidsl.values.calendar import shift
from kpidsl.values.kinds import Base
from kpidsl.values.rounding import Mode, round_to

POLICIES = sorted((ROOT / "policies").glob("*.kpi"))
GIVEN = {
    "tiered-2013.kpi": ("不及时每笔扣分=0.5", "第一名奖励=5%", "第二名奖励=3%", "末位扣减=4%", "次末位扣减=2%"),
    "service-kpi-2008.kpi": ("满意度目标=8.5", "投诉每件扣分=0.5"),
}
PERIODS = {"tiered-2013-filing.kpi": "2013-05"}
FAMILIES = [
    ("grid-2014.kpi", "grid-2014-05.csv", 28),
    ("grid-2014-linpu.kpi", "grid-2014-linpu-05.csv", 5),
    ("team-norms-2008.kpi", "team-norms-2008-10.csv", 6),
    ("team-norms-2008-county.kpi", "team-norms-2008-10.csv", 6),
    ("tiered-2013.kpi", "tiered-2013-05.csv", 3),
    ("service-kpi-2008.kpi", "service-kpi-2008-06.csv", 3),
    ("service-kpi-2008-promoter.kpi", "service-kpi-2008-promoter-06.csv", 2),
    ("tiered-2013-filing.kpi", "tiered-2013-05-filing.csv", 26),
    ("manager-rules-2007.kpi", "manager-rules-2007.csv", 108),
]


def has_examples(path: Path) -> bool:
    tree, _ = parse(Source(path.name, path.read_text(encoding="utf-8")))
    return any(isinstance(line, t.Example) for line in tree.lines)


def run(policy: str, facts: str) -> Scored:
    paths = str(ROOT / "policies" / policy), str(ROOT / "examples" / facts)
    return score_all(Inputs(*paths, (), GIVEN.get(policy, ()), None, period=PERIODS.get(policy)), "zh")


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_checks_clean(path: Path) -> None:
    result = CliRunner().invoke(group, ["check", str(path)])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("path", [path for path in POLICIES if has_examples(path)], ids=lambda path: path.name)
def test_cases_pass(path: Path) -> None:
    result = CliRunner().invoke(group, ["test", str(path)])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(("policy", "facts", "count"), FAMILIES)
def test_runs_on_its_facts(policy: str, facts: str, count: int) -> None:
    scored = run(policy, facts)
    assert len(scored.outcome.scores) == count
    assert not scored.outcome.unscored
    for score in scored.outcome.scores:
        assert reconcile(score).score == score.total.balance


def test_every_clause_that_can_be_scored_has_a_line_and_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/coverage.md is what the tool makes of the policies today: `make examples` writes it."""
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(group, ["coverage", "policies/clauses.yaml", "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert result.stdout == (ROOT / "docs/coverage.md").read_text(encoding="utf-8")


def test_the_printed_table_of_filings_comes_out_as_it_was_printed() -> None:
    scored = run("tiered-2013-filing.kpi", "tiered-2013-05-filing.csv")
    rows = [row.values for row in scored.joined.facts.rows]
    assert (sum(row["A类集团数"] for row in rows), sum(row["已报"] for row in rows)) == (99, 52)
    for row, score in zip(rows, scored.outcome.scores, strict=True):
        assert score.accounts["报备"].balance == row["占比"] * 100, score.subject


def test_a_centre_is_scored_as_it_was_worked_by_hand() -> None:
    """要客: 40 - 5*1.5, 30, 30 - 5*2, -2*2, -0.5*3. 新繁: gaps of 10 points and more. 大丰: 30 - 5*0.25."""
    scores = run("tiered-2013.kpi", "tiered-2013-05.csv").outcome.scores
    totals = {score.subject: score.total.balance for score in scores}
    assert totals == {"要客": 77, "新繁": -20, "大丰": Fraction("98.75")}


def test_places_are_paid_and_visits_counted_over_their_windows() -> None:
    """大丰 first: 5% of 101250.50 and, as last but two of three, nothing off. 要客 second: 3% on, 2% off. 新繁 last."""
    scores = run("tiered-2013.kpi", "tiered-2013-05.csv").outcome.scores
    paid = {score.subject: score.accounts["名次奖罚"].balance for score in scores}
    assert paid == {"大丰": Fraction("5062.53"), "要客": Fraction(1865), "新繁": Fraction(-3692)}
    assert {s.subject: getattr(s.results["走访频次"], "grade", "") for s in scores} == {
        "要客": "符合", "新繁": "不符", "大丰": "符合"}  # fmt: skip


def test_quarters_and_years_come_of_the_months() -> None:
    months, quarters, years = run("manager-rules-2007.kpi", "manager-rules-2007.csv").levels
    assert [len(level.outcome.scores) for level in (months, quarters, years)] == [108, 36, 6]
    monthly = {(s.subject, s.period): s.total.balance for s in months.outcome.scores}
    for score in quarters.outcome.scores:
        assert reconcile(score).score == score.total.balance
        assert score.period is not None
        three = [monthly[score.subject, shift(Base.MONTH, score.period, at)] for at in range(3)]
        average = sum((points for points in three if points is not None), Fraction(0)) / 3
        assert score.accounts["月均得分"].balance == round_to(average, Fraction(1, 100), Mode.HALF_UP)
        paid, bonus = score.accounts["季度兑现"].balance, score.accounts["质量奖金"].balance
        assert paid is not None
        assert bonus is not None
        assert paid >= 0
    kept = {(s.subject, s.period): s.results["聘用"] for s in quarters.outcome.scores}
    assert getattr(kept["西区-02", date(2008, 1, 1)], "grade", "") == "留用观察"


def test_a_county_below_the_citys_share_of_service_is_refused(tmp_path: Path) -> None:
    county = f"""考核办法 "服务占比过低"

沿用 "{ROOT}/policies/service-kpi-2008-post.kpi"

替换 板块 服务 分值 20
  待定 指标 服务指标 分值 20
"""
    path = tmp_path / "county.kpi"
    path.write_text(county, encoding="utf-8")
    result = CliRunner().invoke(group, ["check", str(path), "--lang", "zh"])
    assert result.exit_code == 1
    assert "P035" in result.output
    assert "service-kpi-2008 K16" in result.output
