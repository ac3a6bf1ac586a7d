"""The commands as a user meets them: exits, outputs that are whole, and files that are not what they should be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from literate import ROOT
from python_calamine import CalamineWorkbook
from wcwidth import wcswidth

from kpidsl.cli.main import group
from kpidsl.cli.scoring import score_all
from kpidsl.cli.sources import Inputs
from kpidsl.reports.scores import terminal

POLICY = str(ROOT / "policies/grid-2014.kpi")
FACTS = str(ROOT / "examples/grid-2014-05.csv")
FAULTS = str(ROOT / "examples/grid-2014-05-faults.csv")


def kpidsl(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kpidsl", *arguments], cwd=cwd, text=True, capture_output=True,
                          check=False, env={**os.environ, "KPIDSL_LANG": "en", **environment})  # fmt: skip


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("scores.csv", "scores.xlsx", "scores.json"):
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir(exist_ok=True)
            assert kpidsl("run", POLICY, FACTS, "-o", f"{folder}/{name}", cwd=tmp_path).returncode == 0
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_csv_xlsx_and_json_hold_the_same_scores(tmp_path: Path) -> None:
    for name in ("s.csv", "s.xlsx", "s.json"):
        kpidsl("run", POLICY, FACTS, "-o", name, cwd=tmp_path)
    lines = [line.split(",") for line in (tmp_path / "s.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    document = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    sheet = CalamineWorkbook.from_path(tmp_path / "s.xlsx").get_sheet_by_index(0).to_python()[1:]
    assert len(lines) == len(document["scores"]) == len(sheet) == 28
    for cells, score, row in zip(lines, document["scores"], sheet, strict=True):
        assert cells[0] == score["subject"] == row[0]
        assert cells[2:] == ["" if value is None else value for value in score["scores"].values()]
        assert [float(cell) if cell else "" for cell in cells[2:]] == row[2:]


def test_a_reject_stops_the_run_before_anything_is_written(tmp_path: Path) -> None:
    result = kpidsl("run", POLICY, FAULTS, "-o", "scores.csv", cwd=tmp_path)
    assert result.returncode == 1
    assert not list(tmp_path.iterdir())


def test_keep_going_loses_no_row(tmp_path: Path) -> None:
    bad = Path(FACTS).read_text(encoding="utf-8-sig").replace("\n城区-03,城区", "\n城区-03,城外")
    (tmp_path / "facts.csv").write_text(bad, encoding="utf-8")
    for events in ("统付签约", "高价值回流"):
        data = Path(FACTS.replace(".csv", f".{events}.csv")).read_bytes()
        (tmp_path / f"facts.{events}.csv").write_bytes(data)
    result = kpidsl("run", POLICY, "facts.csv", "--keep-going", "-o", "scores.csv", cwd=tmp_path)
    assert result.returncode == 1
    assert "facts.csv: rows in 28 = scores 27 + rejects 1" in result.stderr
    scores = (tmp_path / "scores.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    rejects = (tmp_path / "scores.rejects.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert (len(scores), len(rejects)) == (27, 1)
    assert rejects[0].startswith('4,"区域: D014')
    assert "城区-03,城外" in rejects[0]
    mended = (tmp_path / "scores.rejects.csv").read_text(encoding="utf-8-sig").replace("城外", "城区")
    (tmp_path / "mended.csv").write_text(mended, encoding="utf-8-sig")
    own = {
        "统付签约": "客户经理,客户,收入\n城区-03,甲,1\n",
        "高价值回流": "客户经理,客户,高价值用户数,回流用户数\n城区-03,甲,5,0\n",
    }
    for name, text in own.items():
        (tmp_path / f"own.{name}.csv").write_text(text, encoding="utf-8")
    events = [part for name in own for part in ("--events", f"{name}=own.{name}.csv")]
    again = kpidsl("run", POLICY, "mended.csv", *events, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "城区-03" in again.stdout
    for text in (bad.replace("城外", "城区"), bad):
        (tmp_path / "facts.csv").write_text(text, encoding="utf-8")
        (tmp_path / "scores.统付签约.rejects.csv").write_text("客户经理,客户\n", encoding="utf-8-sig")
        kpidsl("run", POLICY, "facts.csv", "--keep-going", "-o", "scores.csv", cwd=tmp_path)
        assert (tmp_path / "scores.rejects.csv").exists() == (text is bad)      # none is left of a run before
        assert (tmp_path / "scores.统付签约.rejects.csv").exists()                # which is nobody's rejects


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "nowhere.kpi", FACTS], 2),
        (["run", POLICY, "nowhere.csv"], 2),
        (["run", POLICY, FACTS, "-o", "scores.doc"], 2),
        (["run", POLICY, FACTS, "-o", "nowhere/scores.csv"], 2),
        (["run", POLICY, FACTS, "--param", "x=1"], 1),
        (["run", POLICY, POLICY], 1),
        (["run", FACTS, FACTS], 1),
        (["explain", POLICY, FACTS, "--subject", "城区-99"], 1),
        (["explain", POLICY, FACTS, "--subject", "城区-01", "--rule", "换"], 1),
        (["check", POLICY], 0),
        (["--version"], 0),
        (["frobnicate"], 2),
    ],
)
def test_exits(arguments: list[str], code: int, tmp_path: Path) -> None:
    result = kpidsl(*arguments, cwd=tmp_path)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert result.stdout or result.stderr


def test_the_reader_chooses_the_language(tmp_path: Path) -> None:
    (tmp_path / "p.kpi").write_text("rul x", encoding="utf-8")
    said = {lang: kpidsl("check", "p.kpi", "--lang", lang, cwd=tmp_path).stderr for lang in ("zh", "en")}
    assert "错误 S001" in said["zh"]
    assert "error S001" in said["en"]


def test_spreadsheet_formulas_stay_text(tmp_path: Path) -> None:
    policy = 'policy "A"\n  subject who\nfacts\n  who : text\n  n : count\nrule r worth 1\n  add 1 per 1 of n\n'
    (tmp_path / "p.kpi").write_text(policy, encoding="utf-8")
    (tmp_path / "f.csv").write_text("who,n\n=cmd|' /C calc'!A0,1\n", encoding="utf-8")
    for name in ("s.csv", "s.xlsx"):
        assert kpidsl("run", "p.kpi", "f.csv", "-o", name, cwd=tmp_path).returncode == 0
    assert "\n'=cmd" in (tmp_path / "s.csv").read_text(encoding="utf-8-sig")
    book = CalamineWorkbook.from_path(tmp_path / "s.xlsx")
    assert book.get_sheet_by_index(0).to_python()[1][0] == "=cmd|' /C calc'!A0"
    assert not [cell for row in book.get_sheet_by_index(0).to_python() for cell in row if isinstance(cell, int)]


def test_a_table_wider_than_the_terminal_is_laid_in_several() -> None:
    scored = score_all(Inputs(POLICY, FACTS, (), (), None), "zh")
    whole = terminal((scored.program, scored.outcome.scores), "zh")
    parts = terminal((scored.program, scored.outcome.scores), "zh", 100).split("\n\n")
    assert len(whole.splitlines()) == 30
    assert len(parts) > 1
    assert all(wcswidth(line) <= 100 for part in parts for line in part.splitlines())
    assert all(len(part.splitlines()) == 30 for part in parts)
    cells = [line.split()[1:] for part in parts for line in part.splitlines() if line.startswith("城区-03")]
    assert [cell for row in cells for cell in row] == whole.splitlines()[4].split()[1:]


HOLE = """policy "h" edition 2014
  subject m

facts
  m : text
  x : percent from 0% to 100%

rule r worth 10
  add bands x
    >= 90% : full
    < 80%  : 0
"""


def test_findings_for_machines_name_the_code_and_the_place(tmp_path: Path) -> None:
    path = tmp_path / "h.kpi"
    path.write_text(HOLE, encoding="utf-8")

    def checked(form: str) -> str:
        result = CliRunner().invoke(group, ["check", str(path), "--format", form, "--lang", "en"])
        assert result.exit_code == 1
        return result.stdout

    (told,) = json.loads(checked("json"))
    assert (told["code"], told["severity"], told["line"], told["column"]) == ("P025", "error", 9, 7)
    (annotation,) = checked("github").splitlines()
    assert annotation.startswith("::error file=")
    assert ",line=9,col=7,title=P025::no row holds [80%25, 90%25)%0A" in annotation
    (run,) = json.loads(checked("sarif"))["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "P025"
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 9, "startColumn": 7, "endLine": 9, "endColumn": 14}


def test_strict_fails_for_a_warning_and_a_hole_stops_a_run(tmp_path: Path) -> None:
    warned = tmp_path / "w.kpi"
    warned.write_text(HOLE.replace("< 80%  : 0", "< 90%  : 0\n  at most 12"), encoding="utf-8")
    assert CliRunner().invoke(group, ["check", str(warned)]).exit_code == 0
    assert CliRunner().invoke(group, ["check", str(warned), "--strict"]).exit_code == 1
    hole, facts = tmp_path / "h.kpi", tmp_path / "f.csv"
    hole.write_text(HOLE, encoding="utf-8")
    facts.write_text("m,x\na,95%\n", encoding="utf-8")
    result = CliRunner().invoke(group, ["run", str(hole), str(facts)])
    assert result.exit_code == 1
    assert "P025" in result.stderr
