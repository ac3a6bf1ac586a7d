"""Facts that were made up as the files of an office: cells written in several ways, some of them wrong, rows that stand
twice, columns and subjects that nobody knows.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import NamedTuple

import duckdb
import xlsxwriter
from generated.rows import Line, Made

from kpidsl.core.program import Field, Program, Table
from kpidsl.facts.periods import has_facts
from kpidsl.values.kinds import PERIODS, Base, Value
from kpidsl.values.numerals import exact, written

ODD = ("", "-1", "1e3", " 12", "5.7", "99999999999", "abc", "合计", "=1+1", "86", "50%", "1.234%", "2008-1", "2007Q3",
       "2007年02月", "200801", "2008", "2013-05-31", "2013/4/1", "2014-02-30", "是", "否", "0", "1,23", "1,234", "#N/A",
       "５", "'7", "s1", "S1", "A", "甲", "一", "3元", "¥3", "2天", "5pp", "１２％", "0.5", "-0", "+3", ".5",
       "7.")  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789.%-", "０１２３４５６７８９．％－")
WORDS = (("是", "否", ""), ("yes", "no", ""), ("1", "0", ""), ("Y", "N", ""), ("√", "×", ""))
DAYS = ("%Y-%m-%d", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00")
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "gb18030")
FORMS = ("csv", "csv", "csv", "parquet", "xlsx")
NUMBER = re.compile(r"-?[1-9]\d{0,8}(\.\d{1,2})?")
Files = Mapping[str, Sequence[Sequence[str]]]
"""The rows of files, by their names; the first one is the header."""


class Look(NamedTuple):
    """How the files of a run are put down; `typed`: numbers in a Parquet file or a workbook are numbers. `ledger` and
    `scores` are the files that it writes, and from so many rows, the `sample`, the columnar engine tells what a column
    holds.
    """

    form: str = "csv"
    typed: bool = False
    encoding: str = "utf-8"
    line_end: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    scores: str = "scores.csv"
    ledger: str = ""
    sample: int = 10_000


def tables(program: Program) -> list[tuple[str, Table, tuple[str, str]]]:
    """The tables of a program: the file that has each, and where its rows are among those made up."""
    found = []
    for level in program.levels:
        unit = level.unit or ""
        if level is program or has_facts(level.facts):
            name = "facts.csv" if level is program else f"facts.{level.facts.header}.csv"
            found.append((name, level.facts, (unit, "")))
        found += [(f"facts.{table.header}.csv", table, (unit, table.name)) for table in level.events]
    return found


def plain(program: Program, made: Made) -> Files:
    """Facts as they are, each cell in one way."""
    return {name: [[item.header for item in table.fields],
                   *(row for line in made[key] for row in _lines(table, line))]
            for name, table, key in tables(program)}  # fmt: skip


def _lines(table: Table, line: Line) -> list[list[str]]:
    """A bad row of facts stands there twice; a bad one of events has a cell that cannot be read."""
    row = [_plain(line, item) for item in table.fields]
    if line.good or not table.owner:
        return [row] if line.good else [row, row]
    spoilt = next(at for at, item in enumerate(table.fields)
                  if item.name not in (table.owner, table.dated) and item.kind.base is not Base.TEXT)  # fmt: skip
    return [[*row[:spoilt], "?", *row[spoilt + 1 :]]]


def _plain(line: Line, item: Field) -> str:
    value = line.values[item.name]
    return "" if value is None else _written(value, item, WORDS[1])


def _written(value: Value, item: Field, words: tuple[str, str, str]) -> str:
    """With all its digits."""
    if not isinstance(value, Fraction):
        return written(value, item.kind, words)
    sign = {Base.PERCENT: "%", Base.PP: "pp"}.get(item.kind.base, "")
    return exact(value * 100) + sign if sign else exact(value)


# ---- as offices write them


def office_files(program: Program, made: Made, draw: Random) -> Files:
    """The same in the words of an office, and with its faults."""
    faults = draw.choice([0, 0.02, 0.1])
    found: dict[str, list[list[str]]] = {}
    for name, table, key in tables(program):
        if name not in found and (name == "facts.csv" or draw.random() > faults / 4):
            found[name] = _sheet(table, made[key], draw, faults)
    return found


def _sheet(table: Table, lines: Sequence[Line], draw: Random, faults: float) -> list[list[str]]:
    hundredths = {item.name for item in table.fields if item.kind.base is Base.PERCENT and draw.random() < 0.15}
    header = [item.header + ("(%)" if item.name in hundredths else "") for item in table.fields]
    rows = [[_cell(line, item, item.name in hundredths, draw) for item in table.fields] for line in lines]
    for row in rows:
        for at in range(len(row)):
            if draw.random() < faults / 2:
                row[at] = draw.choice(ODD)
    if rows and draw.random() < faults * 3:
        rows.insert(draw.randrange(len(rows)), list(draw.choice(rows)))
    if rows and draw.random() < faults:
        del rows[draw.randrange(len(rows))]
    if draw.random() < faults:
        rows.insert(draw.randint(0, len(rows)), [draw.choice(ODD) for _ in header])
    return _columns([header, *rows], draw, faults)


def _columns(rows: list[list[str]], draw: Random, faults: float) -> list[list[str]]:
    """With a column too few or too many, in another order, under a title, with an empty line or a cell too many."""
    if draw.random() < faults / 4:
        gone = draw.randrange(len(rows[0]))
        rows = [[*row[:gone], *row[gone + 1 :]] for row in rows]
    if draw.random() < faults:
        rows = [[*row, "remark" if at == 0 else draw.choice(ODD)] for at, row in enumerate(rows)]
    if draw.random() < 0.2:
        order = draw.sample(range(len(rows[0])), len(rows[0]))
        rows = [[row[at] for at in order] for row in rows]
    if draw.random() < faults / 4:
        rows.insert(0, ["Facts of May"])
    if draw.random() < faults / 2:
        rows.insert(draw.randint(1, len(rows)), [])
    if draw.random() < faults / 4:
        rows[-1] = [*rows[-1], draw.choice(ODD)]
    return rows


def _cell(line: Line, item: Field, hundredths: bool, draw: Random) -> str:
    value, way = line.values[item.name], draw.randrange(12)
    if value is None:
        return draw.choice(["", "", " "])
    if isinstance(value, date):
        return _day(value, item, draw)
    text = _written(value, item, draw.choice(WORDS))
    if isinstance(value, Fraction) and hundredths:
        text = text.removesuffix("%")
    if isinstance(value, Fraction) and way < 2:
        return text.translate(FULL_WIDTH) if way else f" {text}"
    if isinstance(value, Fraction) and way == 3 and value.denominator == 1 and item.kind.base is not Base.PERCENT:
        return f"{int(value):,}"
    return f"'{text}" if way == 4 else text


def _day(value: date, item: Field, draw: Random) -> str:
    if item.kind.base in PERIODS:
        return written(value, item.kind, WORDS[0])
    return value.strftime(draw.choice(DAYS))


def look(draw: Random) -> Look:
    return Look(draw.choice(FORMS), draw.random() < 0.5, draw.choice(ENCODINGS), draw.choice(("\n", "\n", "\r\n")),
                draw.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
                draw.choice(("scores.csv", "scores.parquet")), draw.choice(("", "ledgers.parquet")),
                draw.choice((3, 10_000)))  # fmt: skip


def text_of(rows: Sequence[Sequence[str]], how: Look) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=how.line_end, quoting=how.quoting).writerows(rows)  # type: ignore[arg-type]
    return buffer.getvalue()


def put(files: Files, how: Look, folder: Path) -> str:
    """Writes the files to a folder, and returns what the one of the facts is called."""
    if how.form == "xlsx":
        _put_workbook(files, how, folder / "facts.xlsx")
        return "facts.xlsx"
    for name, rows in files.items():
        (folder / name).write_bytes(text_of(rows, how).encode(how.encoding))
    if how.form == "parquet" and all(_put_parquet(rows, how, folder / name) for name, rows in files.items()):
        return "facts.parquet"
    return "facts.csv"


def _put_workbook(files: Files, how: Look, path: Path) -> None:
    """Each table is a sheet."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2014, 5, 31)})     # equal tables are equal files
        for name, rows in files.items():
            sheet = book.add_worksheet(name.removeprefix("facts.").removesuffix("csv").rstrip(".") or "facts")
            for row, cells in enumerate(rows):
                for at, cell in enumerate(cells):
                    sheet.write(row, at, float(cell) if how.typed and NUMBER.fullmatch(cell) else cell)


def _put_parquet(rows: Sequence[Sequence[str]], how: Look, path: Path) -> bool:
    """Unless the rows are no table."""
    if len({len(row) for row in rows}) != 1 or not all(rows[0]) or len({*rows[0]}) < len(rows[0]):
        return False
    path.write_text(text_of(rows, Look(quoting=csv.QUOTE_ALL)), "utf-8")
    read = f"header = true, all_varchar = {not how.typed}, delim = ',', quote = '\"', escape = '\"', sample_size = -1"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_csv('{path}', {read})) TO '{path.with_suffix('.parquet')}'")
    return True
