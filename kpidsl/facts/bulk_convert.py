"""The cells of a file as the whole numbers that they are stored as, all in one pass over the file.

How many decimals a column has and how large its numbers are is taken from its first rows; where more comes later, those
rows are odd, and where too many are, the file is gone through once more.
"""

from kpidsl.core.columns import quoted
from kpidsl.facts.bulk_lines import read_by_itself
from kpidsl.facts.bulk_reader import MOST_ODD, WRITTEN, Held, Reader
from kpidsl.facts.bulk_records import not_lines
from kpidsl.facts.headers import NOWHERE, Matched
from kpidsl.facts.shapes import Shape, constant, is_total, may_lack, typed, within
from kpidsl.values.kinds import Base

SAMPLE = 10_000
MOST_32 = 2**31 - 1
ROOM = 64
"""How many times as large as any in the sample a number may be, for 32 bits to be tried."""


def store(reader: Reader) -> int:
    """Stores all rows, and returns how many there are. Raises NotBulkError."""
    written, sample = dict(reader.shapes), quoted(f"sample of {reader.target}")
    first = cells_of(reader, f"(SELECT * FROM {reader.source.scan} LIMIT {SAMPLE})")
    reader.connection.execute(f"CREATE OR REPLACE TEMP TABLE {sample} AS {first}")
    hold(reader, sample)
    read_by_itself(reader, sample)
    convert(reader)
    total, odd = reader.one(f"SELECT count(*), count(*) FILTER (WHERE odd) FROM {reader.stored}")
    if odd > MOST_ODD:
        reader.shapes, reader.scan = written, reader.source.scan
        hold(reader, f"({cells_of(reader, reader.source.scan)})")
        convert(reader)
    if reader.scan == reader.source.scan and reader.source.lines not in (None, total):
        raise not_lines(reader.sheet.name, reader.source.file)
    return int(total)


def hold(reader: Reader, cells: str) -> None:
    """Finds out how each column of numbers is to be stored, from the `cells` of some rows."""
    asked = {item.field.name: own for item in reader.matched
             if (own := reader.shapes.get(item.field.name)) is not None and item.field.kind.numeric}  # fmt: skip
    if not asked:
        return
    parts = [f"coalesce(max({own.places}) FILTER (WHERE {own.plain}), 0)" for own in asked.values()]
    found = reader.one(f"SELECT {', '.join(parts)} FROM {cells}")
    places = {name: own.exact if own.exact is not None else many
              for (name, own), many in zip(asked.items(), found, strict=True)}  # fmt: skip
    parts = [f"coalesce(max(abs({own.number(own.decimal(own.digits, places[name]), places[name], 64)})) "
             f"FILTER (WHERE {own.plain}), 0)" for name, own in asked.items()]  # fmt: skip
    most = reader.one(f"SELECT {', '.join(parts)} FROM {cells}")
    for name, large in zip(asked, most, strict=True):
        reader.held[name] = Held(places[name], 32 if large * ROOM <= MOST_32 else 64)


def convert(reader: Reader) -> None:
    """The stored table, of all rows in their order, with those that are odd marked: of these no cell is to be used."""
    digits, decimals, values, parts, good = [], [], [], [], []
    for item in reader.matched:
        at, own = item.at, reader.shapes.get(item.field.name)
        column = reader.column(item.field.name)
        if own is None:
            parts.append(f"{constant(item.field.default, reader.scale(item))} AS {column}")
            continue
        if item.field.kind.numeric:
            held = reader.held[item.field.name]
            digits.append(f"{own.digits} AS d{at}")
            decimals.append(f"{own.decimal(f'd{at}', held.places)} AS n{at}")
            values.append(f"{own.number(f'n{at}', *held)} AS v{at}")
        else:
            values.append(f"{typed(item, own)} AS v{at}")
        if item.field.name not in reader.idle:
            parts.append(f"{_value(reader, item, own)} AS {column}")
        if own.bare != "FALSE" and not reader.all_bare(item):
            parts.append(f"{own.bare} AS {reader.bare(item)}")
        good.append(f"coalesce({_good(reader, item, own)}, FALSE)")
    query = cells_of(reader, reader.scan)
    for more in (digits, decimals, values):
        query = f"SELECT {', '.join(['*', *more])} FROM ({query})"
    if reader.prefix:
        parts.append(f"hash({', '.join(reader.cells)}) AS {WRITTEN}")
    parts.append(f"NOT ({' AND '.join(good)}) AS odd")
    reader.connection.execute(f"CREATE OR REPLACE TEMP TABLE {reader.stored} AS SELECT {', '.join(parts)} "
                              f"FROM ({query})")  # fmt: skip


def cells_of(reader: Reader, scan: str) -> str:
    """The cells that fields are read from: as texts, but for numbers that are stored as such."""
    source = reader.source
    exact = {item.at for item in reader.matched
             if (own := reader.shapes.get(item.field.name)) is not None and own.exact is not None}  # fmt: skip
    cells = [f"{source.columns[item.at] if item.at in exact else source.text(item.at)} AS c{item.at}"
             for item in reader.matched if item.at != NOWHERE]  # fmt: skip
    return f"SELECT {', '.join(cells)} FROM {scan}"


def _value(reader: Reader, item: Matched, own: Shape) -> str:
    """What is stored: for an empty cell what stands for it."""
    empty = constant(item.field.default, reader.scale(item))
    if item.field.default is None or empty is None:
        return f"v{item.at}"
    return f"CASE WHEN {own.cell} IS NULL THEN {empty} ELSE v{item.at} END"


def _good(reader: Reader, item: Matched, own: Shape) -> str:
    """When a cell is good."""
    good = own.plain
    if item.field.kind.numeric:
        held, value = reader.held[item.field.name], f"v{item.at}"
        if own.exact is None:
            good = (f"CASE WHEN {own.swift(f'd{item.at}', f'n{item.at}')} THEN TRUE "
                    f"ELSE {own.plain} AND {own.places} <= {held.places} END")  # fmt: skip
        good = f"{good} AND {value} IS NOT NULL AND {within(item.field.range, value, reader.scale(item))}"
    if item.field.name == reader.table.dated and reader.table.period is not None:
        good += f" AND v{item.at} = {constant(reader.table.period, 1)}"
    if item.field.name in (*reader.table.key, reader.table.owner) and item.field.kind.base is not Base.TEXT:
        good += f" AND NOT {is_total(own.cell)}"
    if may_lack(item.field) and constant(item.field.default, reader.scale(item)) is not None:
        return f"({own.cell} IS NULL OR ({good}))"
    return good
