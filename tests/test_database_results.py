"""Results to tables of databases: what a file would hold, all or nothing, and no foreign table is written over."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from unittest.mock import Mock

import pytest
from literate import ROOT
from test_databases import SMALL, database, execute, fill, kpidsl, postgres, rows  # noqa: F401  (fixtures)

from kpidsl.cli import run
from kpidsl.facts.databases import read_database, tables
from kpidsl.facts.places import place
from kpidsl.facts.tables_out import _Attached, _Server, _Sqlite
from kpidsl.values.numerals import exact

POLICY = str(ROOT / "policies/grid-2014.kpi")
FACTS = str(ROOT / "examples/grid-2014-05.csv")


def read(address: str) -> list[list[str]]:
    """The header and the rows; decimals without zeros behind."""
    sheet = read_database(place(address))
    return [[*sheet.header], *([_bare(cell) for cell in row] for row in sheet.rows)]


def _bare(text: str) -> str:
    try:
        return exact(Fraction(text))
    except ValueError:
        return text


@pytest.mark.parametrize("engine", ["exact", "columnar"])
def test_a_table_holds_what_a_file_does(database: str, engine: str, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "scores.csv"
    kpidsl("run", POLICY, FACTS, "-o", str(out))
    for _ in range(2):     # the second replaces what the first one wrote
        done = kpidsl("run", POLICY, FACTS, "--engine", engine, "-o", f"{database}#scores_{engine}")
        assert done.exit_code == 0, done.output
    assert read(f"{database}#scores_{engine}") == rows(out)
    about = dict(read(f"{database}#scores_{engine}_manifest")[1:])
    assert about["whole"] == "true"
    assert "grid-2014-05.csv" in about["facts"]


def test_rejects_stand_beside_and_go_with_the_next_run(database: str, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a.kpi").write_text(SMALL)
    fill(database, "facts", ["manager", "n", "seen", "day"], [["a", "1", "yes", ""], ["b", "x", "yes", ""]])
    fill(database, "visits", ["manager", "length"], [["a", "3"], ["z", "1"]])
    asked = ("run", str(tmp_path / "a.kpi"), f"{database}#facts", "--keep-going", "-o", f"{database}#result")
    done = kpidsl(*asked)
    assert done.exit_code == 1
    assert "rows in 2 = scores 1 + rejects 1" in done.output
    assert len(read(f"{database}#result")) == 2
    (_, (row, reason, *cells)) = read(f"{database}#result_rejects")
    assert (row, cells) == ("2", ["b", "x", "yes", ""])
    assert "D011" in reason
    assert len(read(f"{database}#result_visits_rejects")) == 2
    fill(database, "facts", ["manager", "n", "seen", "day"], [["a", "1", "yes", ""]])
    fill(database, "visits", ["manager", "length"], [["a", "3"]])
    assert kpidsl(*asked).exit_code == 0
    assert [name for name in tables(place(f"{database}#result")) if name.startswith("result")] == [
        "result", "result_manifest"]  # fmt: skip


def test_foreign_tables_are_only_replaced_when_asked(database: str) -> None:  # noqa: F811
    fill(database, "precious", ["a"], [["1"]])
    done = kpidsl("run", POLICY, FACTS, "-o", f"{database}#precious")
    assert done.exit_code == 1
    assert "error D065" in done.output
    assert read(f"{database}#precious") == [["a"], ["1"]]
    assert kpidsl("run", POLICY, FACTS, "-o", f"{database}#precious", "--replace").exit_code == 0
    assert len(read(f"{database}#precious")) == 29


@pytest.mark.parametrize("replace", [(), ("--replace",)])
def test_facts_are_not_written_over(database: str, replace: tuple[str, ...], tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "a.kpi").write_text(SMALL)
    fill(database, "facts", ["manager", "n", "seen", "day"], [["a", "1", "yes", ""]])
    fill(database, "visits", ["manager", "length"], [["a", "3"]])
    done = kpidsl("run", str(tmp_path / "a.kpi"), f"{database}#facts", "-o", f"{database}#facts", *replace)
    assert done.exit_code == 1
    assert "error D049" in done.output
    assert len(read(f"{database}#facts")) == 2


@pytest.mark.parametrize("engine", ["exact", "columnar"])
def test_what_breaks_on_the_way_leaves_all_as_it_was(database: str, engine: str,  # noqa: F811
                                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    asked = ("run", POLICY, FACTS, "--engine", engine, "-o", f"{database}#kept")
    assert kpidsl(*asked).exit_code == 0
    before = read(f"{database}#kept"), read(f"{database}#kept_manifest"), tables(place(f"{database}#kept"))
    for kind in (_Attached, _Sqlite, _Server):
        own = kind.put

        def put(self: object, table: object, own: object = own) -> None:
            if table.name.endswith("_manifest"):
                raise KeyboardInterrupt
            own(self, table)

        monkeypatch.setattr(kind, "put", put)
    done = kpidsl(*asked)
    assert done.exit_code == 130
    monkeypatch.undo()
    assert (read(f"{database}#kept"), read(f"{database}#kept_manifest"), tables(place(f"{database}#kept"))) == before


@pytest.mark.parametrize("scheme", ["duckdb", "sqlite"])
def test_a_new_file_is_not_left_half_made(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (_Attached, _Sqlite):
        monkeypatch.setattr(kind, "put", Mock(side_effect=KeyboardInterrupt))
    assert kpidsl("run", POLICY, FACTS, "-o", f"{scheme}://{tmp_path}/new.db#scores").exit_code == 130
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("engine", ["exact", "columnar"])
def test_more_rows_than_excel_holds_are_refused_before_scoring(engine: str, tmp_path: Path,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(run, "MOST_ROWS", 27)
    out = tmp_path / "out.xlsx"
    done = kpidsl("run", POLICY, FACTS, "--engine", engine, "-o", str(out))
    assert done.exit_code == 1
    assert "error D066" in done.output
    assert "there are 28 rows of facts, and a sheet of Excel holds 27" in done.output
    assert not out.exists()
    monkeypatch.setattr(run, "MOST_ROWS", 28)
    assert kpidsl("run", POLICY, FACTS, "--engine", engine, "-o", str(out)).exit_code == 0


def test_quiet_says_only_what_is_wrong(tmp_path: Path) -> None:
    done = kpidsl("run", POLICY, FACTS, "--quiet", "-o", str(tmp_path / "out.csv"))
    assert (done.exit_code, done.output) == (0, "")
    done = kpidsl("run", POLICY, str(ROOT / "examples/grid-2014-05-faults.csv"), "--quiet")
    assert done.exit_code == 1
    assert "error D0" in done.output
    assert "rows in" not in done.output


def test_small_files_do_not_import_the_database(tmp_path: Path) -> None:
    code = ("import sys\nfrom kpidsl.cli.main import group\ntry:\n    group(['run', *sys.argv[1:]])\n"
            "except SystemExit as end:\n    sys.exit(end.code or 'duckdb' in sys.modules)")  # fmt: skip
    for name, ending in (("facts", ""), ("统付签约", ".统付签约"), ("高价值回流", ".高价值回流")):
        header, *cells = rows(ROOT / f"examples/grid-2014-05{ending}.csv")
        fill(f"sqlite://{tmp_path}/k.db", name, header, cells)
    for facts in (FACTS, f"sqlite://{tmp_path}/k.db#facts"):
        done = subprocess.run([sys.executable, "-c", code, POLICY, facts, "-o", str(tmp_path / "out.csv")], check=False)
        assert done.returncode == 0
