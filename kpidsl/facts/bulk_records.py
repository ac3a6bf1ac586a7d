"""Where a CSV file is written otherwise than a line a row, or than the database and the exact engine read alike."""

import csv
import re
from collections.abc import Sequence
from itertools import chain
from typing import Any

from kpidsl.facts.bulk_reader import NotBulkError
from kpidsl.facts.bulk_source import Source
from kpidsl.facts.sheets import LARGEST_CELL

SPACED = re.compile(rb'[,\r\n] +"|" +[,\r\n]')
"""Spaces between a quotation mark and the end of its cell: the database leaves them out."""
ALONE = re.compile(rb"\r[^\n]")
"""Half of a line end."""
BLOCK = 1 << 22
REACH = 64


def refuse_unlike(name: str, path: str) -> None:
    """Raises NotBulkError where the database would read the file otherwise than the exact engine does; `name` is what
    messages call it.
    """
    if _may_differ(path) and (found := _fault(name, path)):
        raise found


def numbered(connection: Any, source: Source) -> bool:
    """Whether each row is a line, so that its place tells its number."""
    import duckdb

    if not source.file:
        return True
    if _may_differ(source.file) and _fault("", source.file):
        return False
    try:
        return bool(connection.execute(f"SELECT count(*) FROM {source.scan}").fetchone()[0] == source.lines)
    except duckdb.InvalidInputException:
        return False


def not_lines(name: str, path: str) -> NotBulkError:
    """Why the rows that the database reads are not the lines of the file, and from which line on."""
    return _fault(name, path) or NotBulkError("LINES", table=name)


def _may_differ(path: str) -> bool:
    """Whether there may be spaces around quotation marks, or a line that ends otherwise than the others."""
    with open(path, "rb") as file:
        before = b""
        for block in chain(iter(lambda: file.read(BLOCK), b""), (b"\n",)):
            text = before + block
            if b'"' in text and (b' "' in text or b'" ' in text) and SPACED.search(text):
                return True
            if b"\r" in text and ALONE.search(text):
                return True
            before = text[-REACH:]
    return False


def _fault(name: str, path: str) -> NotBulkError | None:
    """The first row that is no plain line."""
    csv.field_size_limit(LARGEST_CELL)
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        line, empty, width = 1, 0, 0
        try:
            for cells in reader:
                if cells and empty:
                    return NotBulkError("EMPTY_LINE", table=name, line=empty)
                width = width or len(cells)
                if reader.line_num > line:
                    return NotBulkError("LINE_BREAK", table=name, line=line)
                if cells and (found := _of_line(name, line, cells, width)):
                    return found
                if not cells:     # those at the end move no row
                    empty = empty or line
                line = reader.line_num + 1
        except csv.Error:
            return NotBulkError("QUOTES", table=name, line=line)
        except UnicodeDecodeError:
            return NotBulkError("ENCODING", table=name)
    return None


def _of_line(name: str, line: int, cells: Sequence[str], width: int) -> NotBulkError | None:
    if not any(map(str.strip, cells)):
        return NotBulkError("EMPTY_LINE", table=name, line=line)
    if len(cells) < width or any(cells[width:]):
        return NotBulkError("WIDTH", table=name, line=line, cells=len(cells), headers=width)
    if any(cell.startswith(" ") and cell.lstrip(" ").startswith('"') for cell in cells):
        return NotBulkError("QUOTES", table=name, line=line)
    return None
