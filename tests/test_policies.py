"""Every policy that is shipped: it checks clean, its cases pass, and it runs on its example facts."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from literate import ROOT

from kpidsl.cli.main import group
from kpidsl.cli.scoring import Inputs, score_all
from kpidsl.ledger.reconcile import reconcile
from kpidsl.syntax import tree as t
from kpidsl.syntax.parse import parse
from kpidsl.text.source import Source

POLICIES = sorted((ROOT / "policies").glob("*.kpi"))
FAMILIES = [
    ("grid-2014.kpi", "grid-2014-05.csv", 28),
    ("grid-2014-linpu.kpi", "grid-2014-linpu-05.csv", 5),
    ("team-norms-2008.kpi", "team-norms-2008-10.csv", 6),
    ("team-norms-2008-county.kpi", "team-norms-2008-10.csv", 6),
]


def has_examples(path: Path) -> bool:
    tree, _ = parse(Source(path.name, path.read_text(encoding="utf-8")))
    return any(isinstance(line, t.Example) for line in tree.lines)


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
    scored = score_all(Inputs(str(ROOT / "policies" / policy), str(ROOT / "examples" / facts), (), (), None), "zh")
    assert len(scored.outcome.scores) == count
    assert not scored.outcome.unscored
    for score in scored.outcome.scores:
        assert reconcile(score).score == score.total.balance
