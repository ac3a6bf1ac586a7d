"""Runs by the database give what runs row by row give: the same files and the same findings, whatever the cells."""

import csv
import random
import re
import sys
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from click.testing import CliRunner
from told import whichever_engine

from kpidsl.cli.main import group
from kpidsl.facts import bulk_convert, bulk_reader

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))

from facts import make

ROOT = Path(__file__).parent.parent
POLICY = str(ROOT / "bench" / "grid-2014-ranked.kpi")
FACTS = ROOT / "examples" / "grid-2014-05.csv"
EVENTS = ("统付签约", "高价值回流")
ODD = [
    "", "-1", "1e3", "5e2", "12e2", "1_000", "5.7", " 12", "12 ", "+5", "007", '"', "'3", "１２", "1,234", "4,00", "0",
    "-0", "-0.00", "99999999999", "999999999999", "2147483648", "3000000000", "12.3456789", "12345678.123456", "0.86",
    "86", "10", "10.01", "50%", "50.125%", "100.00%", "1%%", "%", "-5%", ".5", "5.", "abc", "合计", "合 计", "Sum",
    "公司（杭州）", "=1+1", "#N/A", "a,b", "a\nb",
]  # fmt: skip
Table = list[list[str]]


def tables() -> dict[str, Table]:
    """The example's facts, three times over, and its events."""
    found = {"": _read(FACTS), **{name: _read(FACTS.with_name(f"{FACTS.stem}.{name}.csv")) for name in EVENTS}}
    header, *rows = found[""]
    more = [[f"{row[0]}-{copy}", *row[1:]] for copy in range(2) for row in rows]
    return {**found, "": [header, *rows, *more]}


def _read(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def spoil(found: dict[str, Table], draw: random.Random) -> None:
    """Odd cells; rows that stand twice; shares without their sign; cells that are written out further."""
    for table in found.values():
        for _ in range(draw.choice([0, 1, 8])):
            draw.choice(table[1:])[draw.randrange(len(table[0]))] = draw.choice(ODD)
        if draw.random() < 0.4:
            table.insert(draw.randrange(1, len(table)), draw.choice(table[1:])[:])
        if draw.random() < 0.4:
            at = draw.randrange(1, len(table[0]))
            for row in table[1:]:
                bare = row[at].rstrip("%")
                row[at] = draw.choice([row[at], bare]) if "%" in row[at] else row[at] + draw.choice(["", ".0", ".50"])


def write(folder: Path, found: dict[str, Table], draw: random.Random) -> str:
    end, encoding = draw.choice(["\n", "\r\n"]), draw.choice(["utf-8", "utf-8-sig", "gb18030"])
    for name, table in found.items():
        path = folder / (f"facts.{name}.csv" if name else "facts.csv")
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, lineterminator=end).writerows(table)
            file.write(end * draw.choice([0, 0, 1, 3]))
    return str(folder / "facts.csv")


def run(facts: str, engine: str, folder: Path) -> tuple[int, str, dict[str, bytes]]:
    folder.mkdir()
    asked = ["run", POLICY, facts, "--engine", engine, "--keep-going", "-o", str(folder / "scores.csv"), "--lang", "en"]
    result = CliRunner(catch_exceptions=False).invoke(group, asked)
    return result.exit_code, result.stderr.replace(str(folder), ""), {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.parametrize("seed", range(12))
def test_same_from_both_engines(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, found = random.Random(seed), tables()
    spoil(found, draw)
    monkeypatch.setattr(bulk_convert, "SAMPLE", draw.choice([3, 10_000]))    # oddities come early, or late
    facts = write(tmp_path, found, draw)
    (code, told, files), exact = (run(facts, engine, tmp_path / engine) for engine in ("columnar", "exact"))
    assert (code, whichever_engine(told, "en"), files) == exact
    assert "scores.csv" in files


NAMES = [
    "=1+1", "-5", "+5%", "-5x", "@a", "a,b", 'a"b', '"', "a'b", "a\nb", "\ta", "a\tb", "a;b", "#", "\x01", "a\x01b",
]  # fmt: skip


def test_odd_names_are_written_as_by_the_exact_engine(tmp_path: Path) -> None:
    made = make(len(NAMES), tmp_path, "parquet")
    named = "SELECT * REPLACE (list_extract(?::VARCHAR[], row_number() OVER ()) AS 客户经理)"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({named} FROM '{made}') TO '{tmp_path}/facts.parquet'", [NAMES])
        for name in EVENTS:
            events = made.with_suffix(f".{name}.parquet")
            connection.execute(f"COPY (FROM '{events}' WHERE FALSE) TO '{tmp_path}/facts.{name}.parquet'")
    facts = str(tmp_path / "facts.parquet")
    (code, told, files), exact = (run(facts, engine, tmp_path / engine) for engine in ("columnar", "exact"))
    assert (code, told, files) == exact
    assert whichever_engine(told, "en") == told
    assert {"'=1+1", "-5", "a,b", 'a"b'} <= {row[0] for row in _read(tmp_path / "columnar" / "scores.csv")}


@pytest.mark.parametrize(("form", "end"), [("csv", ""), ("csv", "\n\n\n"), ("parquet", "")])
def test_plain_files_are_read_by_the_database(form: str, end: str, tmp_path: Path) -> None:
    facts = str(make(300, tmp_path, form))
    with open(facts, "ab") as file:     # empty lines at the end are nothing
        file.write(end.encode())
    (code, told, files), exact = (run(facts, engine, tmp_path / engine) for engine in ("columnar", "exact"))
    assert code == 0
    assert (code, told, files) == exact
    assert whichever_engine(told, "en") == told


def test_commas_between_thousands_are_read_by_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_reader, "MOST_ODD", 0)
    facts = make(300, tmp_path)
    header, *table = _read(facts)
    grouped = [[re.sub(r"(?<=\d)(?=(\d{3})+(\.|$))", ",", cell) if re.fullmatch(r"-?\d{4,}(\.\d\d)?", cell) else cell
                for cell in row] for row in table]  # fmt: skip
    assert sum("," in cell for row in grouped for cell in row) > len(table)
    with facts.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([header, *grouped])
    (code, told, files), exact = (run(str(facts), engine, tmp_path / engine) for engine in ("columnar", "exact"))
    assert code == 0
    assert (code, told, files) == exact
    assert whichever_engine(told, "en") == told


def test_empty_shares_of_a_stored_column_are_not_told_as_lacking_their_sign(tmp_path: Path) -> None:
    made = make(300, tmp_path, "parquet")
    with duckdb.connect() as connection:
        some = "SELECT * REPLACE (CASE WHEN 集团产品目标 % 3 = 0 THEN 换卡目标 END AS 换卡目标)"
        connection.execute(f"COPY ({some} FROM '{made}') TO '{tmp_path}/facts.parquet'")
    for name in EVENTS:
        made.with_suffix(f".{name}.parquet").rename(tmp_path / f"facts.{name}.parquet")
    facts = str(tmp_path / "facts.parquet")
    found, exact = (run(facts, engine, tmp_path / engine) for engine in ("columnar", "exact"))
    assert found == exact
    counts = [int(count) for count in re.findall(r"read as fractions: (\d+);", found[1])]
    assert sorted(counts)[1:] == [300] * 8
    assert 50 < min(counts) < 150


@pytest.mark.parametrize("seed", range(6))
def test_workbooks_are_read_sheet_by_sheet(seed: int, tmp_path: Path) -> None:
    draw, found = random.Random(seed), tables()
    spoil(found, draw)
    facts = write_workbook(tmp_path, found, draw)
    (code, told, files), exact = (run(facts, engine, tmp_path / engine) for engine in ("columnar", "exact"))
    assert (code, told, files) == exact
    assert whichever_engine(told, "en") == told


def write_workbook(folder: Path, found: dict[str, Table], draw: random.Random) -> str:
    """All tables as sheets of one workbook, or a workbook each; some numbers are stored as such."""
    paths = {name: folder / f"facts{draw.choice(['', f'.{name}']) if name else ''}.xlsx" for name in found}
    for path in set(paths.values()):
        book = xlsxwriter.Workbook(path)
        for name in (name for name, own in paths.items() if own == path):
            sheet = book.add_worksheet(name or "facts")
            for row, cells in enumerate(found[name]):
                for at, cell in enumerate(cells):
                    is_number = draw.random() < 0.5 and re.fullmatch(r"-?[1-9]\d{0,8}(\.\d{1,2})?", cell)
                    sheet.write(row, at, float(cell) if is_number else cell)
        book.close()
    return str(folder / "facts.xlsx")
