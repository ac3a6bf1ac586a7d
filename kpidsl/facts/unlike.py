"""Two files that should be the same: which cells differ."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

from kpidsl.core.columns import quoted
from kpidsl.facts.ledger_file import read_about
from kpidsl.facts.long_form import long_form
from kpidsl.facts.sealed import is_of_ledgers
from kpidsl.facts.shapes import literal
from kpidsl.facts.workbook import NoWorkbookError, read_workbook
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell

Row = Sequence[Any]
ENTRY = ("row", "clause", "reason", "chosen", "amount", "balance")


def unlike(file: Path, wanted: Path) -> Iterator[Finding]:
    """What differs between a file and the same as it should be, where their bytes do.

    Files of ledgers may have other scales, as engines do; what counts is every entry.
    """
    import duckdb

    found: list[Finding] = []
    same = False
    with suppress(ValueError, NoWorkbookError, RefusedError, duckdb.Error):     # a damaged file is told as such
        found += _cells(file, wanted)
        same = not found and is_of_ledgers(file)
    yield from found or ([] if same else [Finding("D078", Cell(str(file)))])


def _cells(file: Path, wanted: Path) -> Iterator[Finding]:
    name = str(file)
    match file.suffix.lower():
        case ".csv":
            yield from _grids(name, _csv(file), _csv(wanted))
        case ".xlsx":
            sheets, others = read_workbook(file.read_bytes()), read_workbook(wanted.read_bytes())
            for sheet in others:
                yield from _grids(f"{name} [{sheet}]", iter(sheets.get(sheet, [])), iter(others[sheet]))
        case ".json":
            one, other = json.loads(file.read_text("utf-8")), json.loads(wanted.read_text("utf-8"))
            yield from _parts(name, "", one, other)
        case ".parquet":
            yield from _grids(name, _parquet(file), _parquet(wanted))


def _grids(name: str, rows: Iterator[Row], wanted: Iterator[Row]) -> Iterator[Finding]:
    """Row by row, under headers; of ledgers, under the clause of each entry."""
    header: Row = ()
    for at, (row, other) in enumerate(zip_longest(rows, wanted, fillvalue=()), 1):
        header = header or other
        if tuple(row) == tuple(other):
            continue
        number, entry = (int(other[0]), str(other[1])) if tuple(header) == ENTRY and at > 1 and other else (at, "")
        for place, (one, right) in enumerate(zip_longest(row, other)):
            if one != right:
                column = str(header[place]) if place < len(header) else ""
                yield _differs(Cell(name, number, f"{entry} {column}".strip()), one, right)


def _differs(cell: Cell, found: Any, wanted: Any) -> Finding:
    return Finding("D077", cell, {"found": "" if found is None else str(found),
                                  "wanted": "" if wanted is None else str(wanted)})  # fmt: skip


def _csv(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


def _parquet(path: Path) -> Iterator[Row]:
    """The rows of a table of scores, or the entries of a file of ledgers."""
    import duckdb

    with duckdb.connect() as connection:
        query = f"SELECT * FROM {literal(str(path))}"
        if is_of_ledgers(path):
            entries = long_form(read_about(connection, str(path)), literal(str(path)), None)
            query = f"SELECT {', '.join(map(quoted, ENTRY))} FROM ({entries}) ORDER BY row, position"
        cursor = connection.execute(query)
        yield tuple(name for name, *_ in cursor.description)
        while rows := cursor.fetchmany(10_000):
            yield from rows


def _parts(name: str, path: str, found: Any, wanted: Any) -> Iterator[Finding]:
    """Two JSON values, part by part."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in {**wanted, **found}:
            yield from _parts(name, f"{path}.{key}".strip("."), found.get(key), wanted.get(key))
    elif isinstance(found, list) and isinstance(wanted, list):
        for at, (one, other) in enumerate(zip_longest(found, wanted)):
            yield from _parts(name, f"{path}[{at}]", one, other)
    elif found != wanted:
        yield _differs(Cell(name, 0, path), found, wanted)
