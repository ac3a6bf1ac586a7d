"""Large tables: plain cells become whole numbers within the database, and only odd rows are read one by one.

A row is odd where a cell is not plainly written, empty though it must not be, out of range, or where another row has
its key. Odd rows are read as those of any small table are, with the same findings; the good ones join the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from pathlib import PurePath
from typing import Any

from kpidsl.core.columns import NUMBER, ROW, Column, column_name, quoted, table_name
from kpidsl.core.program import Table
from kpidsl.facts.headers import BLOCKING, NOWHERE, Matched, match, with_header
from kpidsl.facts.read import TOTALS, Facts, Reading, read_table
from kpidsl.facts.shapes import Shape, constant, literal, matches, may_lack, shape, typed, within
from kpidsl.facts.sheets import LARGEST_CELL, Sheet
from kpidsl.text.findings import Finding
from kpidsl.text.source import Cell
from kpidsl.values.kinds import Value
from kpidsl.values.numerals import percent
from kpidsl.values.reading import is_bare_share, tidy

MOST_ODD = 50_000


class NotBulkError(Exception):
    """A table that is to be read row by row: for its form, or because too many rows are odd."""


@dataclass
class Loaded:
    """A table in the database: its columns, how many rows it had, and those that are not good, as read one by one."""

    table: Table
    columns: dict[str, Column]
    rows: int
    bad: Facts
    findings: tuple[Finding, ...]
    reader: "Reader"


@dataclass
class Reader:
    """A table on its way. `shapes` are those of fields that have a column; `raw` is the table of texts."""

    connection: Any
    table: Table
    sheet: Sheet
    matched: list[Matched]
    raw: str
    shapes: dict[str, Shape] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return table_name(self.table.name)

    @property
    def number(self) -> str:
        return quoted(NUMBER if self.table.name else ROW)

    def one(self, query: str) -> Any:
        """The first row that a query gives."""
        return self.connection.execute(query).fetchone()

    def scale(self, item: Matched) -> int:
        own = self.shapes.get(item.field.name)
        if own is not None:
            return int(own.scale * 10 ** self.places.get(item.field.name, 0))
        return item.field.default.denominator if isinstance(item.field.default, Fraction) else 1

    def read(self, condition: str) -> Facts:
        """The rows of the typed table that fulfil `condition`, read one by one. Raises NotBulkError."""
        top = self.sheet.top + 1
        found = self.connection.execute(
            f"SELECT raw.rowid + {top}, raw.* FROM {self.raw} AS raw JOIN {self.target} AS typed "
            f"ON typed.{self.number} = raw.rowid + {top} WHERE {condition} ORDER BY 1 LIMIT {MOST_ODD + 1}"
        ).fetchall()
        if len(found) > MOST_ODD:
            raise NotBulkError
        rows = tuple(tuple(cell or "" for cell in cells) for _, *cells in found)
        numbers = tuple(row[0] for row in found)
        return read_table(Sheet(self.sheet.name, self.sheet.header, rows, numbers, top=self.sheet.top), self.table)


def load(connection: Any, path: str, table: Table, head: Sheet) -> Loaded:
    """Reads a file of which `head` has the first rows. Raises NotBulkError, and what the database raises."""
    matched, findings = match(head, table)
    if with_header(head, table) is not head or any(finding.code in BLOCKING for finding in findings):
        raise NotBulkError
    reader = Reader(connection, table, head, matched, quoted(f"raw {table.name}"))
    _open(reader, path)
    for item in matched:
        if item.at != NOWHERE:
            own = shape(item, f"c{item.at}")
            if own is None:
                raise NotBulkError
            reader.shapes[item.field.name] = own
    _count_places(reader)
    _convert(reader)
    odd = _odd(reader)
    shares = _bare(reader, odd)
    reader.connection.execute(f"DELETE FROM {reader.target} WHERE odd")
    columns = _join(reader, _columns(reader), [row for row in odd.rows if row.good])
    bad = Facts(odd.table, odd.sheet, tuple(row for row in odd.rows if not row.good))
    total = reader.one(f"SELECT count(*) FROM {reader.raw}")[0]
    return Loaded(table, columns, total, bad, (*findings, *shares), reader)


def _open(reader: Reader, path: str) -> None:
    """The file as a table of texts, a row a line; one whose rows are no lines, or that has empty ones, is refused."""
    if PurePath(path).suffix.lower() == ".parquet":
        names = [row[0] for row in reader.connection.execute(f"DESCRIBE SELECT * FROM {literal(path)}").fetchall()]
        texts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS c{at}" for at, name in enumerate(names))
        reader.connection.execute(f"CREATE TEMP TABLE {reader.raw} AS SELECT {texts} FROM {literal(path)}")
        return
    columns = "{" + ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(reader.sheet.header))) + "}"
    reader.connection.execute(
        f"CREATE TEMP TABLE {reader.raw} AS SELECT * FROM read_csv({literal(path)}, columns = {columns}, "
        f"header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        f"null_padding = false, max_line_size = {LARGEST_CELL}, encoding = 'utf-8')"
    )
    blank = " AND ".join(f"trim(coalesce(c{at}, '')) = ''" for at in range(len(reader.sheet.header)))
    rows, empty = reader.one(f"SELECT count(*), count(*) FILTER (WHERE {blank}) FROM {reader.raw}")
    if empty or _lines(path) != rows + 1:
        raise NotBulkError


def _lines(path: str) -> int:
    with open(path, "rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
        file.seek(-1, 2)
        return lines + (file.read(1) != b"\n")


def _count_places(reader: Reader) -> None:
    """The most decimals of each column's plain cells."""
    counted = {name: own for name, own in reader.shapes.items() if own.places != "0"}
    asked = ", ".join(f"coalesce(max({own.places}) FILTER (WHERE {own.plain}), 0)" for own in counted.values())
    if counted:
        reader.places = dict(zip(counted, reader.one(f"SELECT {asked} FROM {reader.raw}"), strict=True))


def _convert(reader: Reader) -> None:
    """The typed table, of all rows, with those that are odd marked; rows are numbered as spreadsheets number them."""
    parts, plain = [f"rowid + {reader.sheet.top + 1} AS {reader.number}"], []
    for item in reader.matched:
        own = reader.shapes.get(item.field.name)
        column = column_name(reader.table.name, item.field.name)
        if own is None:
            parts.append(f"{constant(item.field.default, reader.scale(item))} AS {column}")
            continue
        value, good = _cell(reader, item, own)
        parts.append(f"{value} AS {column}")
        plain.append(f"coalesce({good}, FALSE)")
    odd = f"NOT ({' AND '.join(plain)})"
    reader.connection.execute(f"CREATE TEMP TABLE {reader.target} AS SELECT {', '.join(parts)}, {odd} AS odd "
                              f"FROM {reader.raw}")  # fmt: skip


def _cell(reader: Reader, item: Matched, own: Shape) -> tuple[str, str]:
    """A cell as it is stored, and when it is good."""
    numeric, scale = item.field.kind.numeric, reader.scale(item)
    value = own.number(reader.places.get(item.field.name, 0)) if numeric else typed(item, own)
    good = own.plain
    if numeric:
        good += f" AND {within(item.field.range, value, scale)}"
    if item.field.name in (*reader.table.key, reader.table.owner):
        good += f" AND NOT {matches(own.cell, '(?i)' + TOTALS.pattern)}"
    empty = constant(item.field.default, scale)
    if may_lack(item.field) and empty is not None:
        other = f" WHEN {own.cell} IS NULL THEN {empty}" if empty != "NULL" else ""
        return f"CASE WHEN {own.plain} THEN {value}{other} END", f"({own.cell} IS NULL OR ({good}))"
    return f"CASE WHEN {own.plain} THEN {value} END", good


def _odd(reader: Reader) -> Facts:
    """The odd rows as read one by one, with those that have a key of theirs, or the key of another."""
    target, keys = reader.target, [column_name(reader.table.name, name) for name in reader.table.key]
    if keys:
        by = ", ".join(keys)
        twins = f"SELECT {by} FROM {target} GROUP BY {by} HAVING count(*) > 1"
        reader.connection.execute(f"UPDATE {target} SET odd = TRUE WHERE ({by}) IN ({twins})")
    odd = reader.read("odd")
    named = {tuple(str(row.values[name]) for name in reader.table.key) for row in odd.rows if keys}
    if named:
        texts = ", ".join(f"CAST({key} AS VARCHAR)" for key in keys)
        wanted = ", ".join("(" + ", ".join(map(literal, name)) + ")" for name in named)
        reader.connection.execute(f"UPDATE {target} SET odd = TRUE WHERE NOT odd AND ({texts}) IN ({wanted})")
        odd = reader.read("odd")
    return odd


def _columns(reader: Reader) -> dict[str, Column]:
    """What the typed table has of each field."""
    asked = []
    for item in reader.matched:
        name = column_name(reader.table.name, item.field.name)
        ends = f"min({name}), max({name})" if item.field.kind.numeric else "0, 0"
        asked.append(f"count({name}) < count(*), {ends}")
    found = reader.one(f"SELECT {', '.join(asked)} FROM {reader.target}")
    columns = {}
    for at, item in enumerate(reader.matched):
        nulls, low, high = found[3 * at : 3 * at + 3]
        columns[item.field.name] = Column(item.field, bool(nulls), reader.scale(item), int(low or 0), int(high or 0))
    return columns


def _join(reader: Reader, columns: Mapping[str, Column], rows: Sequence[Reading]) -> dict[str, Column]:
    """The columns with good rows that were read one by one; scales and types are made to hold these too."""
    found = {name: _holding(column, [row.values[name] for row in rows]) for name, column in columns.items()}
    cells = [reader.number]
    for name, column in found.items():
        cell = column_name(reader.table.name, name)
        times = column.scale // columns[name].scale
        number = f"CAST({cell} AS {column.type})" + (f" * {times}" if times > 1 else "")
        cells.append(f"{number} AS {cell}" if column.field.kind.numeric else f"CAST({cell} AS {column.type}) AS {cell}")
    target = reader.target
    reader.connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT {', '.join(cells)} FROM {target}")
    if rows:
        marks = ", ".join("?" * len(cells))
        values = [[row.number, *(_stored(row.values[name], column) for name, column in found.items())] for row in rows]
        reader.connection.executemany(f"INSERT INTO {target} VALUES ({marks})", values)
    return found


def _holding(column: Column, values: Sequence[Value]) -> Column:
    """The column with more values."""
    scale = lcm(column.scale, *(value.denominator for value in values if isinstance(value, Fraction)))
    times = scale // column.scale
    stored = [int(value * scale) for value in values if isinstance(value, Fraction)]
    return Column(column.field, column.nulls or None in values, scale, min([column.low * times, *stored]),
                  max([column.high * times, *stored]))  # fmt: skip


def _stored(value: Value, column: Column) -> object:
    return int(value * column.scale) if isinstance(value, Fraction) else value


def _bare(reader: Reader, odd: Facts) -> list[Finding]:
    """Columns whose shares have no sign, told once with how many such cells, in the order of the first ones."""
    found: list[tuple[int, int, Finding]] = []
    for item in reader.matched:
        own = reader.shapes.get(item.field.name)
        if own is None or own.bare == "FALSE":
            continue
        cells = [(row.number, tidy(row.cells[item.at])) for row in odd.rows if row.values[item.field.name] is not None]
        bare = [(number, text) for number, text in cells if is_bare_share(text, item.field.kind)]
        number = f"raw.rowid + {reader.sheet.top + 1}"
        count, first, example = reader.one(
            f"SELECT count(*), min({number}), min_by({own.cell}, raw.rowid) FROM {reader.raw} AS raw "
            f"JOIN {reader.target} AS typed ON typed.{reader.number} = {number} WHERE {own.bare} AND NOT odd"
        )
        firsts = bare[:1] + ([(first, example)] if count else [])
        if firsts:
            first, example = min(firsts)
            args = {"cells": count + len(bare), "example": example, "as": percent(Fraction(example), "%")}
            found.append((first, item.at, Finding("D030", Cell(reader.sheet.name, 0, item.header), args)))
    return [finding for _, _, finding in sorted(found, key=lambda one: one[:2])]
