"""The sheet of ledgers in a workbook: LibreOffice adds it up to the same scores, from the formulas alone."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from literate import ROOT
from python_calamine import CalamineWorkbook
from test_policies import FAMILIES, GIVEN, PERIODS, run

from kpidsl.cli.main import group
from kpidsl.reports.words import phrase

OFFICE = shutil.which("soffice")
FORMULA = re.compile(rb"N\(\w+\)|\w+(\+\w+)?|SUM\(\w+:\w+\)|IF\(ABS\(.*")
_RESULT = re.compile(rb"(</f>)<v>[^<]*</v>")


def book(policy: str, facts: str, path: Path) -> Path:
    given = [f"--param={param}" for param in GIVEN.get(policy, ())]
    given += ["--period", PERIODS[policy]] if policy in PERIODS else []
    paths = [str(ROOT / "policies" / policy), str(ROOT / "examples" / facts)]
    result = CliRunner(catch_exceptions=False).invoke(group, ["run", *paths, *given, "-o", str(path), "--lang", "zh"])
    assert result.exit_code == 0, result.output
    return path


def without_results(path: Path) -> Path:
    """The same workbook, its formulas without what they came to."""
    bare = path.with_name("bare.xlsx")
    with zipfile.ZipFile(path) as own, zipfile.ZipFile(bare, "w") as other:
        for item in own.infolist():
            other.writestr(item, _RESULT.sub(rb"\1", own.read(item)))
    return bare


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice here")
@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
def test_the_sums_are_the_scores(policy: str, facts: str, tmp_path: Path) -> None:
    bare = without_results(book(policy, facts, tmp_path / "scores.xlsx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = [str(OFFICE), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(bare)]
    subprocess.run(convert, check=True, capture_output=True, timeout=120)
    added = CalamineWorkbook.from_path(tmp_path / "out" / "bare.xlsx")
    for level in (level for level in run(policy, facts).levels if level.outcome.scores):
        name = f"{phrase('zh', 'ledger sheet')} {level.program.label}".strip()
        header, *rows = added.get_sheet_by_name(name).to_python()
        at = {name: place for place, name in enumerate(header)}
        sums = [row[at[phrase("zh", "amount")]] for row in rows if row[at[phrase("zh", "entry head")]] == "得分"]
        accounts = [score.accounts[ledger.name] for score in level.outcome.scores for ledger in level.program.ledgers]
        assert len(sums) == len(accounts)
        for found, account in zip(sums, accounts, strict=True):
            assert found == "" if account.balance is None else abs(found - float(account.balance)) < 1e-9
        checks = {row[at[phrase("zh", "check head")]] for row in rows}
        assert checks == {"", "="}


def test_texts_stay_texts(tmp_path: Path) -> None:
    policy = 'policy "=1+1"\n  subject m\nfacts\n  m : text\n  n : count\nrule r "=HYPERLINK(1)"\n  add 1 per 1 of n\n'
    (tmp_path / "p.kpi").write_text(policy, encoding="utf-8")
    (tmp_path / "f.csv").write_text("m,n\n=SUM(A1:A9),3\n+1,4\n", encoding="utf-8")
    out = tmp_path / "o.xlsx"
    arguments = ["run", str(tmp_path / "p.kpi"), str(tmp_path / "f.csv"), "-o", str(out), "--lang", "en"]
    assert CliRunner(catch_exceptions=False).invoke(group, arguments).exit_code == 0
    with zipfile.ZipFile(out) as own:
        formulas = [found for name in own.namelist() for found in re.findall(rb"<f>([^<]*)</f>", own.read(name))]
    assert formulas
    assert not [found for found in formulas if not FORMULA.fullmatch(found)]
    rows = CalamineWorkbook.from_path(out).get_sheet_by_name("ledgers").to_python()
    assert {row[0] for row in rows[1:]} == {"=SUM(A1:A9)", "+1"}
