"""Files to sheets of text cells: CSV in UTF-8 or GB18030, and Excel workbooks."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from kpidsl.facts.signatures import refuse_no_parquet
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell
from kpidsl.values.node import Node, node

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TABLES = (".csv", ".txt", ".tsv", "")
PARQUET = ".parquet"
LARGEST_CELL = 10_000_000
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")     # how workbooks begin, whatever their names end in


def form_of(path: str) -> str:
    """Why the database cannot read a file, as a word of the plan."""
    return "STDIN" if path == "-" else "FORM"


def is_workbook(path: str) -> bool:
    return PurePath(path).suffix.lower() in WORKBOOKS


@node
class Sheet(Node):
    """A header and rows of texts. `numbers` of rows count from 1, as a spreadsheet shows them; `tab`: its own name.

    `top` is the number of the row that holds the header; `derived`: its rows stand in no file. `floating`: columns of
    binary numbers; `keyed`: its rows have no numbers but those of the order in which they were read, so that messages
    name their keys.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    tab: str = ""
    top: int = 1
    derived: bool = False
    floating: tuple[str, ...] = ()
    keyed: bool = False


def read_sheets(name: str, data: bytes, encoding: str | None = None) -> list[Sheet]:
    """The sheets of a file; `name` is what messages call it. Raises RefusedError."""
    ending = PurePath(name).suffix.lower()
    if ending in WORKBOOKS or data[:4] in SIGNATURES:
        return _workbook(name, data)
    if ending == PARQUET:
        return [_parquet(name)]
    if ending not in TABLES:
        raise RefusedError([Finding("D001", Cell(name), {"ending": ending, "known": (".csv", ".xlsx", ".parquet")})])
    text = decode(name, data, encoding)
    header = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=header.count)
    csv.field_size_limit(LARGEST_CELL)
    return [_sheet(name, _records(name, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))]


def _records(name: str, reader: Any) -> Iterator[Sequence[str]]:
    """Raises RefusedError, with the line where a record begins that cannot be read."""
    line = 1
    try:
        for cells in reader:
            yield cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise RefusedError([Finding("D003", Cell(name), {"line": line})]) from error


def _parquet(name: str) -> Sheet:
    import duckdb

    from kpidsl.facts.texts import MACROS, columns

    refuse_no_parquet(name)
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        source = "'" + name.replace("'", "''") + "'"
        try:
            own = columns(connection, source)
            parts = ", ".join(f"coalesce({column.text}, '')" for column in own)
            rows = connection.execute(f"SELECT {parts} FROM {source}").fetchall()
        except duckdb.Error as error:
            raise RefusedError([Finding("D061", Cell(name), {"reason": str(error).splitlines()[0]})]) from error
    found = tuple(column.name for column in own if column.floating)
    return Sheet(name, tuple(c.name for c in own), tuple(rows), tuple(range(2, 2 + len(rows))), floating=found)


def decode(name: str, data: bytes, encoding: str | None = None) -> str:
    """A byte order mark decides, then strict UTF-8, then GB18030; an encoding that was asked for wins."""
    choices = [encoding] if encoding else ["utf-8-sig", "gb18030"]
    if not encoding and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        choices = ["utf-16"]
    line = 1
    for choice in choices:
        try:
            return data.decode(choice)
        except UnicodeDecodeError as error:     # what reads the furthest is the likeliest
            line = max(line, data[: error.start].decode(choice, errors="ignore").count("\n") + 1)
        except LookupError:
            raise RefusedError([Finding("D025", Cell(name), {"encoding": choice})]) from None
    tried = tuple(choice.upper().removesuffix("-SIG") for choice in choices)
    raise RefusedError([Finding("D002", Cell(name), {"tried": tried, "line": line})])


def _sheet(name: str, lines: Iterable[Sequence[str]], tab: str = "") -> Sheet:
    filled: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in enumerate(lines, 1):
        if any(cell.strip() for cell in cells):
            filled.append((number, tuple(cells)))
    if not filled:
        raise RefusedError([Finding("D004", Cell(name))])
    (top, header), *rows = filled
    width = len(header)
    kept = tuple(cells if any(cells[width:]) else cells[:width] for _, cells in rows)
    return Sheet(name, header, kept, tuple(number for number, _ in rows), tab, top)


def _workbook(name: str, data: bytes) -> list[Sheet]:
    from kpidsl.facts.workbook import NoWorkbookError, read_workbook

    try:
        grids = read_workbook(data)
    except NoWorkbookError as error:
        raise RefusedError([Finding("D009", Cell(name))]) from error
    filled = {tab: lines for tab, lines in grids.items() if any(cell.strip() for line in lines for cell in line)}
    if not filled:
        raise RefusedError([Finding("D004", Cell(name))])
    return [_sheet(f"{name}[{tab}]" if len(filled) > 1 else name, lines, tab) for tab, lines in filled.items()]
