"""Large tables: plain cells become whole numbers within the database, and only odd rows are read one by one.

A row is odd where a cell is not plainly written, empty though it must not be, out of range, or where another row has
its key. Odd rows are read as those of any small table are, with the same findings; the good ones join the others.
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from kpidsl.core.columns import TYPES, Column, quoted
from kpidsl.core.program import Table
from kpidsl.facts.bulk_convert import store
from kpidsl.facts.bulk_reader import WRITTEN, Loaded, NotBulkError, Reader
from kpidsl.facts.bulk_records import not_lines, refuse_unlike
from kpidsl.facts.bulk_source import Origin
from kpidsl.facts.headers import BLOCKING, NOWHERE, Matched, match, with_header
from kpidsl.facts.read import Facts, Reading, bare_shares, cell_of
from kpidsl.facts.shapes import Shape, literal, of_idle, of_name, shape
from kpidsl.text.findings import Finding
from kpidsl.values.kinds import Base, Value
from kpidsl.values.reading import is_bare_share, tidy


def load(connection: Any, origin: Origin, table: Table, target: str, used: Collection[str],
         prefix: str = "") -> Loaded:  # fmt: skip
    """Reads a table, as `target` in the database; `prefix` stands before the names of columns of events, and `used` are
    the columns that something is worked out from.

    Raises NotBulkError, and what the database raises.
    """
    import duckdb

    file = origin.source.file
    try:
        if file:
            refuse_unlike(origin.head.name, file)
        return _loaded(connection, origin, table, target, used, prefix)
    except duckdb.InvalidInputException as error:
        if not file:
            raise
        raise not_lines(origin.head.name, file) from error


def _loaded(connection: Any, origin: Origin, table: Table, target: str, used: Collection[str], prefix: str) -> Loaded:
    head = origin.head
    matched, findings = match(head, table)
    if with_header(head, table) is not head:
        raise NotBulkError("TITLES", table=head.name)
    if any(finding.code in BLOCKING for finding in findings):
        raise NotBulkError("HEADER", table=head.name)
    reader = Reader(connection, table, head, matched, origin.source, target, prefix, scan=origin.source.scan)
    for item in matched:
        if item.at != NOWHERE:
            reader.shapes[item.field.name] = _shape(reader, item, used)
    total = store(reader)
    odd = _odd(reader)
    shares = _bare(reader, odd)
    columns = _view(reader, [row for row in odd.rows if row.good])
    bad = Facts(odd.table, odd.sheet, tuple(row for row in odd.rows if not row.good), (*findings, *shares))
    return Loaded(table, columns, total, bad, reader, len(odd.rows), _alike(reader) if prefix else ())


def _alike(reader: Reader) -> list[int]:
    """Rows of which another has the same hash."""
    twice = f"SELECT {WRITTEN} FROM {reader.stored} GROUP BY 1 HAVING count(*) > 1"
    return reader.where(f"{WRITTEN} IN ({twice})")


def _shape(reader: Reader, item: Matched, used: Collection[str]) -> Shape:
    cell, table, name = f"c{item.at}", reader.table, item.field.name
    if item.field.kind.base is Base.TEXT and name in (*table.key, table.owner):
        return of_name(cell)
    if item.field.kind.base is Base.TEXT and name not in used:
        reader.idle.add(name)
        return of_idle(cell)
    own = shape(item, cell, reader.source.types[item.at])
    if own is None:
        raise NotBulkError("CELLS", table=reader.sheet.name, name=item.header)
    return own


def _odd(reader: Reader) -> Facts:
    """The odd rows as read one by one, with those that have a key of theirs, or the key of another."""
    keys = [reader.column(name) for name in reader.table.key]
    if keys:
        by = ", ".join(keys)
        twins = f"SELECT {by} FROM {reader.stored} GROUP BY {by} HAVING count(*) > 1"
        reader.leave_out(f"({by}) IN ({twins})")
    odd = _left_out(reader)
    named = {tuple(str(row.values[name]) for name in reader.table.key) for row in odd.rows if keys}
    if named:
        texts = ", ".join(f"CAST({key} AS VARCHAR)" for key in keys)
        wanted = ", ".join("(" + ", ".join(map(literal, name)) + ")" for name in named)
        reader.leave_out(f"NOT odd AND ({texts}) IN ({wanted})")
        odd = _left_out(reader)
    return odd


def _left_out(reader: Reader) -> Facts:
    """The odd rows as they are read; a file of lines that has an empty one is refused. Raises NotBulkError."""
    odd = reader.read(reader.where("odd"))
    empty = next((row.number for row in odd.rows if not any(map(str.strip, row.cells))), 0)
    if reader.source.file and empty:
        raise NotBulkError("EMPTY_LINE", table=reader.sheet.name, line=empty)
    return odd


def _view(reader: Reader, rows: Sequence[Reading]) -> dict[str, Column]:
    """The good rows, with those that were read one by one, under the table's name: what it has of each field."""
    stored = _columns(reader)
    found = {name: _holding(column, [row.values[name] for row in rows]) for name, column in stored.items()}
    cells = [f"rowid + {reader.first} AS {reader.number}"]
    for item in reader.stored_fields:
        name, cell = item.field.name, reader.column(item.field.name)
        column, times = found[name], found[name].scale // stored[name].scale
        held = reader.held.get(name)
        same = item.at != NOWHERE and (held is None or TYPES[held.bits] == column.type) and times == 1
        number = f"CAST({cell} AS {column.type})" + (f" * {times}" if times > 1 else "")
        cells.append(cell if same else f"{number} AS {cell}")
    query = f"SELECT {', '.join(cells)} FROM {reader.stored} WHERE NOT odd"
    if rows:
        reader.mended = _mended(reader, found, rows)
        query += f" UNION ALL SELECT * FROM {reader.mended}"
    reader.connection.execute(f"CREATE TEMP VIEW {reader.target} AS {query}")
    return found


def _mended(reader: Reader, columns: Mapping[str, Column], rows: Sequence[Reading]) -> str:
    """A table of the good rows that were read one by one."""
    name = quoted(f"mended {reader.target}")
    types = [(reader.number, "BIGINT")]
    types += [(reader.column(name), column.type) for name, column in columns.items()]
    reader.connection.execute(f"CREATE TEMP TABLE {name} ({', '.join(map(' '.join, types))})")
    values = [[row.number, *(_stored(row.values[name], column) for name, column in columns.items())] for row in rows]
    reader.connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(types))})", values)
    return name


def _holding(column: Column, values: Sequence[Value]) -> Column:
    """The column with more values."""
    scale = lcm(column.scale, *(value.denominator for value in values if isinstance(value, Fraction)))
    times = scale // column.scale
    stored = [int(value * scale) for value in values if isinstance(value, Fraction)]
    return Column(column.field, column.nulls or None in values, scale, min([column.low * times, *stored]),
                  max([column.high * times, *stored]))  # fmt: skip


def _stored(value: Value, column: Column) -> object:
    return int(value * column.scale) if isinstance(value, Fraction) else value


def _columns(reader: Reader) -> dict[str, Column]:
    """What the good rows have of each field."""
    asked, fields = [], reader.stored_fields
    for item in fields:
        name = reader.column(item.field.name)
        ends = f"min({name}), max({name})" if item.field.kind.numeric else "0, 0"
        asked.append(f"count({name}) < count(*), {ends}")
    found = reader.one(f"SELECT {', '.join(asked)} FROM {reader.stored} WHERE NOT odd")
    columns = {}
    for at, item in enumerate(fields):
        nulls, low, high = found[3 * at : 3 * at + 3]
        columns[item.field.name] = Column(item.field, bool(nulls), reader.scale(item), int(low or 0), int(high or 0))
    return columns


def _bare(reader: Reader, odd: Facts) -> list[Finding]:
    """Columns whose shares have no sign, told once with how many such cells, in the order of the first ones."""
    asked = [item for item in reader.matched
             if (own := reader.shapes.get(item.field.name)) is not None and own.bare != "FALSE"]  # fmt: skip
    if not asked:
        return []
    counted = ", ".join(f"count(*) FILTER (WHERE {reader.bare(item)}), min(rowid) FILTER (WHERE {reader.bare(item)})"
                        for item in asked)  # fmt: skip
    counts = reader.one(f"SELECT {counted} FROM {reader.stored} WHERE NOT odd")
    firsts = [None if first is None else first + reader.first for first in counts[1::2]]
    known = {row.number: row for row in odd.rows}
    known |= {row.number: row for row in reader.read(sorted({number for number in firsts if number})).rows}
    found: list[tuple[int, int, Finding]] = []
    for item, plain, number in zip(asked, counts[::2], firsts, strict=True):
        cells = [(row.number, tidy(row.cells[item.at])) for row in odd.rows if row.values[item.field.name] is not None]
        bare = [(number, text) for number, text in cells if is_bare_share(text, item.field.kind)]
        count = plain + len(bare)
        if number is not None and (not bare or number < bare[0][0]):
            bare.insert(0, (number, tidy(known[number].cells[item.at])))
        if bare:
            first, example = bare[0]
            cell = cell_of(known[first], odd, item.header)
            found.append((first, item.at, bare_shares(cell, count, example)))
    return [finding for _, _, finding in sorted(found, key=lambda one: one[:2])]
