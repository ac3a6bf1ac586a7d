"""Every policy that is shipped: it checks clean, its cases pass, and it runs on its example facts."""

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

POLICIES = sorted((ROOT / "policies").glob("*.kpi"))
GIVEN = {
    "tiered-2013.kpi": ("不及时每笔扣分=0.5",),
    "service-kpi-2008.kpi": ("满意度目标=8.5", "投诉每件扣分=0.5"),
}
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
    return score_all(Inputs(*paths, (), GIVEN.get(policy, ()), None), "zh")


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
