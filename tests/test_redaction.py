"""What a payee is shown names nobody else, in whatever form; an auditor is shown where each value stands."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from literate import ROOT
from test_policies import FAMILIES, GIVEN, PERIODS, run

from kpidsl.cli.main import group
from kpidsl.facts.sheets import read_sheets

FORMS = ("txt", "md", "json", "html")
NAMED = [(policy, facts) for policy, facts, count in FAMILIES if count > 2 and policy not in PERIODS]


def explained(policy: str, facts: str, subject: str, reader: str, path: Path) -> str:
    given = [f"--param={param}" for param in GIVEN.get(policy, ())]
    paths = [str(ROOT / "policies" / policy), str(ROOT / "examples" / facts)]
    asked = ["--subject", subject, "--for", reader, "--lang", "zh", "-o", str(path)]
    result = CliRunner(catch_exceptions=False).invoke(group, ["explain", *paths, *given, *asked])
    assert result.exit_code == 0, result.output
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("policy", "facts"), NAMED)
def test_no_other_name_is_there(policy: str, facts: str, form: str, tmp_path: Path) -> None:
    scored = run(policy, facts)
    names = list(dict.fromkeys(score.subject for score in scored.outcome.scores))
    own = names[1]
    text = explained(policy, facts, own, "payee", tmp_path / f"account.{form}")
    policies = "".join(source.text for source in scored.sources)
    for name in names:
        if name != own and name not in policies:
            assert not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
    assert facts not in text


def test_json_says_what_is_hidden(tmp_path: Path) -> None:
    policy, facts, _ = FAMILIES[0]
    subject = run(policy, facts).outcome.scores[0].subject
    document = json.loads(explained(policy, facts, subject, "payee", tmp_path / "a.json"))
    assert set(document["hidden"]) == {"facts", "tables", "run"}
    assert not set(document["hidden"]) & set(document["manifest"])


def test_an_auditor_finds_each_value_in_its_cell(tmp_path: Path) -> None:
    policy, facts, _ = FAMILIES[0]
    path = ROOT / "examples" / facts
    subject = run(policy, facts).outcome.scores[0].subject
    found = json.loads(explained(policy, facts, subject, "auditor", tmp_path / "a.json"))["explained"][0]["origins"]
    sheet = read_sheets(str(path), path.read_bytes())[0]
    cells = [origin for origin in found if origin["written"]]
    assert len(cells) > 30
    for origin in cells:
        column, row = re.fullmatch(r".* ([A-Z]+)(\d+)", origin["place"]).groups()     # type: ignore[union-attr]
        at = sheet.header.index(origin["name"])
        assert column == ("" if at < 26 else chr(64 + at // 26)) + chr(65 + at % 26)
        assert origin["written"] == f"“{sheet.rows[int(row) - 2][at]}”"
