"""Tables of databases: what a file of the same rows gives, by both engines; faults are told with row and key."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from literate import ROOT
from servers import server

from kpidsl.cli.main import group
from kpidsl.facts.databases import plain, read_database
from kpidsl.facts.places import FORMS, place
from kpidsl.facts.texts import MACROS
from kpidsl.text.findings import RefusedError

POLICY = str(ROOT / "policies/grid-2014.kpi")
TABLES = {"数据": "", "统付签约": ".统付签约", "高价值回流": ".高价值回流"}
SMALL = """
policy "A" edition 2014
  subject manager

facts
  manager : text
  n : number from 0 to 100
  seen : yes or no
  day : date optional

events visits
  manager : text
  length : number

rule members worth 10
  add n

rule visited worth 5
  add 1 per 1 of count of visits
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with server() as address:
        if address is None:
            pytest.skip("no PostgreSQL here, and KPIDSL_POSTGRES names none")
        yield address


def kpidsl(*words: str, lang: str = "en") -> Result:
    return CliRunner(catch_exceptions=False).invoke(group, [*words, "--lang", lang])


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def fill(address: str, name: str, header: list[str], cells: list[list[str]]) -> None:
    """A table of texts; empty ones are NULL."""
    columns = ", ".join(f'"{cell}" text' for cell in header)
    texts = ", ".join("(" + ", ".join("'" + cell.replace("'", "''") + "'" if cell else "NULL" for cell in row) + ")"
                      for row in cells)  # fmt: skip
    execute(address, f'DROP TABLE IF EXISTS "{name}"', f'CREATE TABLE "{name}" ({columns})',
            *([f'INSERT INTO "{name}" VALUES {texts}'] if cells else []))  # fmt: skip


def execute(address: str, *statements: str) -> None:
    scheme, _, path = address.partition("://")
    if scheme == "sqlite":
        with sqlite3.connect(path) as file:
            for statement in statements:
                file.execute(statement)
        file.close()
    elif scheme == "duckdb":
        with duckdb.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
    else:
        import psycopg

        with psycopg.connect(address) as server:
            for statement in statements:
                server.execute(statement)


@pytest.fixture(params=["duckdb", "sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address without its table, of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres"))
    return f"{request.param}://{tmp_path}/kpi.{request.param}"


@pytest.mark.parametrize("engine", ["exact", "columnar"])
def test_a_table_scores_as_the_file_does(database: str, engine: str, tmp_path: Path) -> None:
    for name, ending in TABLES.items():
        header, *cells = rows(ROOT / f"examples/grid-2014-05{ending}.csv")
        fill(database, name, header, cells)
    kpidsl("run", POLICY, str(ROOT / "examples/grid-2014-05.csv"), "-o", str(tmp_path / "file.csv"))
    done = kpidsl("run", POLICY, f"{database}#数据", "--engine", engine, "-o", str(tmp_path / "table.csv"))
    assert done.exit_code == 0, done.output
    assert "#数据: rows in 28 = scores 28 + rejects 0" in done.output
    assert "exact engine works row by row" not in done.output
    assert (tmp_path / "table.csv").read_bytes() == (tmp_path / "file.csv").read_bytes()
    facts = json.loads((tmp_path / "table.csv.manifest.json").read_text())["facts"]
    assert {name.rpartition("#")[2] for name in facts} == {*TABLES}


def test_both_engines_know_a_table_by_the_same_hash(database: str, tmp_path: Path) -> None:
    (tmp_path / "a.kpi").write_text(SMALL)
    fill(database, "facts", ["manager", "n", "seen", "day"],
         [["张三", "5", "是", ""], ["Li", "7.5", "no", "2014-05-06"]])  # fmt: skip
    fill(database, "visits", ["manager", "length"], [["Li", "3"]])
    found = []
    for engine in ("exact", "columnar"):
        done = kpidsl("run", str(tmp_path / "a.kpi"), f"{database}#facts", "--engine", engine,
                      "-o", str(tmp_path / f"{engine}.csv"))  # fmt: skip
        assert done.exit_code == 0, done.output
        found.append((tmp_path / f"{engine}.csv.manifest.json").read_text())
    assert found[0] == found[1]


def test_faults_are_told_with_row_and_key(database: str, tmp_path: Path) -> None:
    (tmp_path / "a.kpi").write_text(SMALL)
    fill(database, "facts", ["manager", "n", "seen", "day"],
         [["a", "1", "yes", ""], ["b", "abc", "yes", ""], ["c", "101", "yes", ""], ["d", "2", "yes", "2014-13-01"],
          ["e", "1", "yes", ""], ["e", "2", "yes", ""], ["", "", "", ""]])  # fmt: skip
    fill(database, "visits", ["manager", "length"], [["a", "3"], ["z", "1"]])
    told, files = [], []
    for engine in ("exact", "columnar"):
        out = tmp_path / f"{engine}.csv"
        done = kpidsl("run", str(tmp_path / "a.kpi"), f"{database}#facts", "--engine", engine, "--keep-going",
                      "-o", str(out))  # fmt: skip
        assert done.exit_code == 1
        told.append(done.output.replace(engine, ""))
        files.append([path.read_bytes() for path in sorted(tmp_path.glob(f"{engine}*.csv"))])
    assert told[0] == told[1]
    assert files[0] == files[1]
    assert len(files[0]) == 3
    for part in ("row 2 (b), column n: error D011", "row 3 (c), column n: error D020",
                 "row 4 (d), column day: error D019", "row 6 (e), column manager: error D021",
                 "row 7, column manager: error D010", "rows in 7 = scores 1 + rejects 6",
                 "row 2 (z), column manager: error D022", "rows in 2 = good 1 + rejects 1"):  # fmt: skip
        assert part in told[0], part


NUMBERS = {"duckdb": "DOUBLE", "sqlite": "REAL", "postgresql": "double precision"}


@pytest.mark.parametrize("engine", ["exact", "columnar"])
def test_floating_columns_are_the_shortest_decimal_and_told(database: str, engine: str, tmp_path: Path) -> None:
    (tmp_path / "a.kpi").write_text(SMALL)
    kind = NUMBERS[database.partition(":")[0]]
    execute(database, "DROP TABLE IF EXISTS facts", "DROP TABLE IF EXISTS visits",
            f"CREATE TABLE facts (manager text, n {kind}, seen text, day text)",
            "INSERT INTO facts VALUES ('a', 0.1, '1', NULL), ('b', 1e-7, '0', NULL), ('c', 50, '1', NULL), "
            f"('d', CAST(0.1 AS {kind}) + CAST(0.2 AS {kind}), '1', NULL), ('e', 87.35, '1', NULL)",
            "CREATE TABLE visits (manager text, length integer)")  # fmt: skip
    done = kpidsl("run", str(tmp_path / "a.kpi"), f"{database}#facts", "--engine", engine,
                  "-o", str(tmp_path / "out.csv"))  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "#facts, column n: warning D064" in done.output
    scores = {row[0]: row[1] for row in rows(tmp_path / "out.csv")[1:]}
    assert scores["a"] == "0.1"
    assert scores["b"] == "0.0000001"
    assert scores["c"] == "50"
    assert scores["e"] == "87.35"
    assert scores["d"] == "0.30000000000000004"


@pytest.mark.parametrize("number", [0.1, 1e-7, 1.5e-300, 1e16, 1.2345678901234567e16, 123456789012345.67, 1e300, 100.0,
                                    -2.5e-9, 5e-324, -1e21, 0.0001, 1.7976931348623157e308])  # fmt: skip
def test_a_floating_number_has_one_text(number: float) -> None:
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        query = "SELECT kpidsl_plain(CAST(CAST(? AS DOUBLE) AS VARCHAR))"
        found = connection.execute(query, [number]).fetchone()
    assert found == (plain(number),)
    assert float(plain(number)) == number
    assert "e" not in plain(number)


def test_types_of_a_server_as_texts(postgres: str) -> None:
    execute(postgres, "DROP TABLE IF EXISTS kinds", "DROP TYPE IF EXISTS class",
            "CREATE TYPE class AS ENUM ('A', '百强')",
            "CREATE TABLE kinds (a numeric(12,2), b bigint, c boolean, d date, e timestamp, f char(4), g class, "
            "h real, i text, j timestamptz)",
            "INSERT INTO kinds VALUES (12.50, 9223372036854775807, true, '2014-05-06', '2014-05-06 00:00', 'x', "
            "'百强', 1e10, E'a\\tb\\n\\\\N', '2014-05-06 08:00+08')")  # fmt: skip
    found = read_database(place(f"{postgres}#public.kinds"))
    assert found.rows == (("12.50", "9223372036854775807", "true", "2014-05-06", "2014-05-06", "x", "百强",
                           "10000000000", "a\tb\n\\N", "2014-05-06 00:00:00+00"),)  # fmt: skip
    assert found.floating == ("h",)


def test_types_of_duckdb_as_texts(tmp_path: Path) -> None:
    address = f"duckdb://{tmp_path}/k.duckdb"
    execute(address, "CREATE SCHEMA s", "CREATE TABLE s.kinds AS SELECT 12.50::DECIMAL(12,2) AS a, true AS c, "
            "DATE '2014-05-06' AS d, TIMESTAMP '2014-05-06 00:00' AS e, 'x\ny' AS i, "
            "170141183460469231731687303::HUGEINT AS j, TIMESTAMP '2014-05-06 10:30' AS k")  # fmt: skip
    found = read_database(place(f"{address}#s.kinds"))
    assert found.rows == (("12.50", "true", "2014-05-06", "2014-05-06", "x\ny", "170141183460469231731687303",
                           "2014-05-06 10:30:00"),)  # fmt: skip


@pytest.mark.parametrize(("text", "table", "shown"), [
    ("duckdb:///srv/考核.duckdb#数据", ("数据",), None),
    ("duckdb://kpi.duckdb#main.facts", ("main", "facts"), None),
    ('sqlite://a.db#"a.b"', ("a.b",), None),
    ("postgresql://me:secret@h/db#s.t", ("s", "t"), "postgresql://me:…@h/db#s.t"),
    ("postgresql://h/db?user=me&password=secret#t", ("t",), "postgresql://h/db?user=me&password=…#t"),
])  # fmt: skip
def test_addresses(text: str, table: tuple[str, ...], shown: str | None) -> None:
    found = place(text)
    assert found is not None
    assert (found.table, found.address, found.shown) == (table, text, shown or text)


@pytest.mark.parametrize("text", ["facts.csv", "C:\\a\\facts.csv", "-", "a#b.csv", "/srv/数据.xlsx"])
def test_paths_are_no_addresses(text: str) -> None:
    assert place(text) is None


@pytest.mark.parametrize("text", ["mysql://h/db#t", "sqlite://a.db", "sqlite://a.db#", "sqlite://#t",
                                  "sqlite://a.db#s.t", "duckdb://a#b.c.d", "postgresql://me:secret@h/db",
                                  "postgresql://me:se#secret@h/db#t"])  # fmt: skip
def test_other_addresses_are_refused_without_their_password(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        place(text)
    (finding,) = refused.value.findings
    assert finding.code == "D060"
    assert finding.args["known"] == FORMS
    assert "secret" not in str(finding.args["address"])


@pytest.mark.parametrize("engine", ["exact", "columnar"])
@pytest.mark.parametrize("scheme", ["duckdb", "sqlite"])
def test_what_is_not_there_is_told_and_not_made(scheme: str, engine: str, tmp_path: Path) -> None:
    (tmp_path / "a.kpi").write_text(SMALL)
    address = f"{scheme}://{tmp_path}/k.db"
    done = kpidsl("run", str(tmp_path / "a.kpi"), f"{address}#facts", "--engine", engine)
    assert done.exit_code == 2
    assert not (tmp_path / "k.db").exists()
    fill(address, "fact", ["manager"], [])
    done = kpidsl("run", str(tmp_path / "a.kpi"), f"{address}#facts", "--engine", engine)
    assert done.exit_code == 1
    assert "D062" in done.output
    assert "did you mean “fact”" in done.output
    (tmp_path / "k.db").write_text("no database at all, only text that goes on for a while " * 99)
    done = kpidsl("run", str(tmp_path / "a.kpi"), f"{address}#facts", "--engine", engine)
    assert done.exit_code == 1
    assert "D069" in done.output


def test_without_what_speaks_to_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    (tmp_path / "a.kpi").write_text(SMALL)
    done = kpidsl("run", str(tmp_path / "a.kpi"), "postgresql://me:secret@localhost/db#facts")
    assert done.exit_code == 1
    assert "error D063" in done.output
    assert "secret" not in done.output
