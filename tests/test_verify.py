"""One changed digit in a score, an entry, the policy or the facts is found."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from literate import ROOT
from test_policies import FAMILIES, GIVEN, PERIODS

from kpidsl.cli.main import group
from kpidsl.facts.ledger_file import read_about

ENDINGS = (".csv", ".xlsx", ".json", ".parquet")


def invoked(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    result = CliRunner(catch_exceptions=False).invoke(group, [*arguments, "--lang", "en"])
    return result.exit_code, result.output


@pytest.fixture
def grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy, its facts, and results in every form."""
    for pattern in ("policies/grid-2014.kpi", "examples/grid-2014-05*.csv"):
        for path in ROOT.glob(pattern):
            if "gb18030" not in path.name:
                shutil.copy(path, tmp_path)
    (tmp_path / "out").mkdir()
    for ending in ENDINGS:
        more = ["--ledger", "out/ledgers.parquet"] if ending == ".csv" else []
        name = f"out/scores-{ending[1:]}{ending}"
        code, said = invoked(tmp_path, monkeypatch, "run", "grid-2014.kpi", "grid-2014-05.csv", "-q", "-o", name, *more)
        assert code == 0, said
    return tmp_path


@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_a_run_writes_is_verified(policy: str, facts: str, ending: str, tmp_path: Path,
                                       monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    given = [f"--param={param}" for param in GIVEN.get(policy, ())]
    given += ["--period", PERIODS[policy]] if policy in PERIODS else []
    out = ["-o", str(tmp_path / f"scores{ending}"), "--ledger", str(tmp_path / "ledgers.parquet")]
    assert invoked(ROOT, monkeypatch, "run", f"policies/{policy}", f"examples/{facts}", *given, *out)[0] == 0
    code, said = invoked(ROOT, monkeypatch, "verify", str(tmp_path))
    assert (code, said.count("verified")) == (0, 2), said


def test_all_is_verified(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = invoked(grid, monkeypatch, "verify", "out")
    assert (code, said.count("verified")) == (0, 5), said


def test_a_digit_of_a_csv(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = grid / "out" / "scores-csv.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("85.91", "85.92"), encoding="utf-8-sig")
    code, said = invoked(grid, monkeypatch, "verify", "out/scores-csv.csv")
    assert code == 1
    assert "row 4" in said
    assert "“85.92”" in said
    assert "“85.91”" in said


def test_a_digit_of_json(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = grid / "out" / "scores-json.json"
    path.write_text(path.read_text("utf-8").replace("85.91", "85.92"), "utf-8")
    code, said = invoked(grid, monkeypatch, "verify", "out/scores-json.json")
    assert code == 1
    assert "scores[2].scores.total" in said


def test_a_digit_of_a_workbook(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = grid / "out" / "scores-xlsx.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"<v>85.91[0-9]*</v>", b"<v>85.92</v>", parts[sheet])
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    code, said = invoked(grid, monkeypatch, "verify", "out/scores-xlsx.xlsx")
    assert code == 1
    assert "“85.92”" in said


def test_a_digit_of_an_entry(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = grid / "out" / "ledgers.parquet"
    with duckdb.connect() as connection:
        about = json.dumps(read_about(connection, str(path)), ensure_ascii=False).replace("'", "''")
        query = f"""SELECT * REPLACE (CASE WHEN "#" = 4 THEN "统付新增.2" + 1 ELSE "统付新增.2" END AS "统付新增.2")
                    FROM '{path}'"""
        how = f"FORMAT parquet, KV_METADATA {{kpidsl: '{about}'}}"
        connection.execute(f"COPY ({query}) TO '{grid / 'new.parquet'}' ({how})")
    shutil.move(grid / "new.parquet", path)
    code, said = invoked(grid, monkeypatch, "verify", "out/ledgers.parquet")
    assert code == 1
    assert "统付新增.2 amount" in said
    assert "“16”" in said


@pytest.mark.parametrize(("name", "code"), [("grid-2014-05.csv", "D074"), ("grid-2014-05.统付签约.csv", "D074"),
                                            ("grid-2014.kpi", "D073")])  # fmt: skip
def test_a_digit_of_what_it_rests_on(name: str, code: str, grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = grid / name
    text = path.read_text("utf-8-sig")
    old, new = ("分值 15", "分值 16") if name.endswith(".kpi") else (r"(?<=,)[0-8]|(?<=,\")[0-8]", "9")
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    path.write_text(changed, "utf-8-sig" if name.endswith(".csv") else "utf-8")
    exit_code, said = invoked(grid, monkeypatch, "verify", "out")
    assert exit_code == 1
    assert said.count(f"error {code}") == 5, said
    assert path.name in said


def test_what_cannot_be_verified_is_never_passed_over(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = invoked(grid, monkeypatch, "verify", "grid-2014-05.csv", "out/scores-csv.csv")
    assert code == 1
    assert "D072" in said
    assert invoked(grid, monkeypatch, "verify", "out/nope.csv", "out/scores-csv.csv")[0] == 2
    side = grid / "out" / "scores-csv.csv.manifest.json"
    manifest = json.loads(side.read_text("utf-8"))
    del manifest["run"]["period"]
    side.write_text(json.dumps(manifest), "utf-8")
    assert "D072" in invoked(grid, monkeypatch, "verify", "out/scores-csv.csv")[1]


@pytest.mark.parametrize("arguments", [
    ["ledger", "out/ledgers.parquet", "--long", "-o", "out/ledgers.parquet"],
    ["ledger", "out/ledgers.parquet", "--long", "-o", "grid-2014-05.csv"],
    ["explain", "policy.txt", "grid-2014-05.csv", "--subject", "城区-03", "-o", "policy.txt"],
])  # fmt: skip
def test_nothing_read_is_written_over(arguments: list[str], grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(grid / "grid-2014.kpi", grid / "policy.txt")
    before = {path: path.read_bytes() for path in grid.rglob("*") if path.is_file()}
    code, said = invoked(grid, monkeypatch, *arguments)
    assert code == 1
    assert "D049" in said
    assert {path: path.read_bytes() for path in grid.rglob("*") if path.is_file()} == before
