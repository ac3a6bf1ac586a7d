"""Files to sheets of text cells: CSV in UTF-8 or GB18030, and Excel workbooks."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import PurePath

from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell
from kpidsl.values.numerals import exact

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TABLES = (".csv", ".txt", ".tsv", "")
LARGEST_CELL = 10_000_000


@dataclass(frozen=True)
class Sheet:
    """A header and rows of texts. `numbers` of rows count from 1 with the header, as a spreadsheet shows them.

    `typed`: the cells come from a workbook, where a share is stored as a fraction, whatever it looks like.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    typed: bool = False


def read_sheets(name: str, data: bytes, encoding: str | None = None) -> list[Sheet]:
    """The sheets of a file, by its name's ending; `name` is what messages call it. Raises RefusedError."""
    ending = PurePath(name).suffix.lower()
    if ending in WORKBOOKS:
        return _workbook(name, data)
    if ending not in TABLES:
        raise RefusedError([Finding("D001", Cell(name), {"ending": ending, "known": (".csv", ".xlsx")})])
    text = decode(name, data, encoding)
    header = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=header.count)
    csv.field_size_limit(LARGEST_CELL)
    return [_sheet(name, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))]


def decode(name: str, data: bytes, encoding: str | None = None) -> str:
    """A byte order mark decides, then strict UTF-8, then GB18030; an encoding that was asked for wins."""
    choices = [encoding] if encoding else ["utf-8-sig", "gb18030"]
    if not encoding and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        choices = ["utf-16"]
    for choice in choices:
        try:
            return data.decode(choice)
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise RefusedError([Finding("D025", Cell(name), {"encoding": choice})]) from None
    tried = tuple(choice.upper().removesuffix("-SIG") for choice in choices)
    raise RefusedError([Finding("D002", Cell(name), {"tried": tried})])


def _sheet(name: str, lines: Iterable[list[str]], typed: bool = False) -> Sheet:
    header: tuple[str, ...] = ()
    rows, numbers = [], []
    try:
        for number, cells in enumerate(lines, 1):
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = tuple(cells)
            else:
                rows.append(tuple(cells))
                numbers.append(number)
    except csv.Error as error:
        raise RefusedError([Finding("D003", Cell(name))]) from error
    if not header:
        raise RefusedError([Finding("D004", Cell(name))])
    return Sheet(name, header, tuple(rows), tuple(numbers), typed)


def _workbook(name: str, data: bytes) -> list[Sheet]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        contents = [(tab, book.get_sheet_by_name(tab).to_python(skip_empty_area=False)) for tab in book.sheet_names]
    except Exception as error:     # calamine raises classes of its own, and others, for what is no workbook
        raise RefusedError([Finding("D009", Cell(name))]) from error
    sheets = []
    for tab, lines in contents:
        texts = [[_text(cell) for cell in line] for line in lines]
        if any(cell.strip() for line in texts for cell in line):
            sheets.append(_sheet(f"{name}[{tab}]" if len(contents) > 1 else name, texts, typed=True))
    if not sheets:
        raise RefusedError([Finding("D004", Cell(name))])
    return sheets


def _text(cell: object) -> str:
    """A cell as text. Excel's numbers are binary: the shortest decimal that reads back is what was typed."""
    match cell:
        case bool():
            return "是" if cell else "否"
        case float():
            return exact(Fraction(repr(cell)))
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
    return str(cell)
