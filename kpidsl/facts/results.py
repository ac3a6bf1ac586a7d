"""Results out of a database, in the order of the facts: as rows of exact texts, or as a Parquet file."""

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

from kpidsl.core.columns import ROOM, TYPES, quoted
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.values.kinds import Base
from kpidsl.values.numerals import exact

AT_ONCE = 50_000
PLACES = 6
FEWER_DIGITS, DIGITS = 18, 38
"""Of decimals of 64 and of 128 bits."""
MOST_KEPT = 1_000_000
Row = tuple[Any, ...]


class Result(NamedTuple):
    """A column of results as SQL: a text, where `scale` is 0; else whole numbers over `scale` and over `divisor`, which
    is 1 where there is none. It is NULL where there is no value.
    """

    header: str
    sql: str
    scale: int = 0
    divisor: str = "1"


class Stand(NamedTuple):
    """A table of results, and in what `order` its rows are to be."""

    table: str
    order: str = "rowid"

    @property
    def source(self) -> str:
        """What stands after SELECT … FROM."""
        return f"{self.table} ORDER BY {self.order}"


def rows(connection: Any, columns: Sequence[Result], stand: Stand) -> Iterator[list[str | None]]:
    """Numbers as texts, exact; None where there is no value."""
    own = ([column.sql, column.divisor] if _divided(column) else [column.sql] for column in columns)
    parts = [part for found in own for part in found]
    writers = [_writer(column) for column in columns]
    cursor = connection.execute(f"SELECT {', '.join(parts)} FROM {stand.source}")
    while found := cursor.fetchmany(AT_ONCE):
        for row in found:
            cells = iter(row)
            yield [write(cells) for write in writers]


def _divided(column: Result) -> bool:
    return bool(column.scale) and column.divisor != "1"


def _writer(column: Result) -> Callable[[Iterator[Any]], str | None]:
    """What makes texts of the cells of a column. Equal numbers come often, and their text is made once."""
    if not column.scale:
        return next
    known: dict[Any, str | None] = {None: None}

    def write(cells: Iterator[Any]) -> str | None:
        top = next(cells)
        key = (top, next(cells)) if divided else top
        if key not in known:
            if len(known) > MOST_KEPT:
                known.clear()
            below = key[1] if divided else 1
            known[key] = None if top is None else exact(Fraction(top, column.scale * below))
        return known[key]

    divided = _divided(column)
    return write


def put(connection: Any, headers: Sequence[str], values: Sequence[Row], name: str = "results",
        numbers: Collection[int] = ()) -> tuple[list[Result], Stand]:  # fmt: skip
    """Makes a table of results that are in memory: its columns, and where they stand. The columns at `numbers` are such
    even where nobody has one. Raises RefusedError where one has too many digits.
    """
    found, parts, parameters = [], [], []
    for at, header in enumerate(headers):
        column = [row[at] for row in values]
        known = [value for value in column if isinstance(value, Fraction)]
        own, stored = _stored(header, f"r{at}", column, bool(known) or at in numbers)
        found.append(own)
        for part, kind, cells in stored:
            parts.append(f"unnest(?::{kind}[]) AS {part}")
            parameters.append(_fitting(header, cells) if kind == TYPES[128] else cells)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT {', '.join(parts)}", parameters)
    return found, Stand(quoted(name))


def _fitting(header: str, cells: Sequence[int | None]) -> Sequence[int | None]:
    """Whole numbers that a database holds. Raises RefusedError."""
    most = max((abs(cell) for cell in cells if cell is not None), default=0)
    if most >= ROOM[128]:
        digits, held = len(str(most)), len(str(ROOM[128])) - 1
        raise RefusedError([Finding("D067", None, {"name": header, "digits": digits, "most": held})])
    return cells


def _stored(header: str, name: str, column: Sequence[Any], number: bool) -> tuple[Result, list[tuple[str, str, Any]]]:
    """A column of results, and what stands for it in a table: name, type and cells of each part.

    Where decimals do not write all numbers of a column, each has a divisor of its own: one for all may have no bounds.
    """
    if not number:
        return Result(header, name), [(name, "VARCHAR", list(column))]
    scale = lcm(*(value.denominator for value in column if isinstance(value, Fraction)))
    if 10**PLACES % scale == 0:
        tops = [int(value * scale) if isinstance(value, Fraction) else value for value in column]
        return Result(header, name, scale), [(name, "HUGEINT", tops)]
    pairs = [value.as_integer_ratio() if isinstance(value, Fraction) else (None, 1) for value in column]
    return Result(header, name, 1, f"{name}d"), [
        (name, "HUGEINT", [top for top, _ in pairs]), (f"{name}d", "HUGEINT", [below for _, below in pairs]),
    ]  # fmt: skip


def ends(connection: Any, numbers: Sequence[str], table: str) -> list[int]:
    """How large each of some whole numbers gets, whatever its sign."""
    if not numbers:
        return []
    asked = ", ".join(f"min({number}), max({number})" for number in numbers)
    found = [end or 0 for end in connection.execute(f"SELECT {asked} FROM {table}").fetchone()]
    return [max(-low, high, 0) for low, high in zip(found[::2], found[1::2], strict=True)]


def stored(connection: Any, columns: Sequence[Result], stand: Stand) -> str:
    """A query of results as Parquet and DuckDB have them, in order: decimals of PLACES digits where these write all
    numbers of a column, in 64 bits where all fit; other numbers are texts, n/d.
    """
    columns = in_decimals(connection, columns, stand.table)
    numbers = [column.sql for column in columns if is_decimal(column)]
    most = dict(zip(numbers, ends(connection, numbers, stand.table), strict=True))
    cells = [f"{_stored_sql(column, most.get(column.sql, 0))} AS {quoted(column.header)}" for column in columns]
    return f"SELECT {', '.join(cells)} FROM {stand.source}"


def to_parquet(connection: Any, columns: Sequence[Result], stand: Stand, path: str) -> None:
    copy_parquet(connection, stored(connection, columns, stand), path)


def copy_parquet(connection: Any, query: str, path: str, more: str = "") -> None:
    """Equal results are equal files: no column is told to be never empty, whatever is known of it."""
    name = path.replace("'", "''")
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    connection.execute(f"COPY ({query}) TO '{name}' (FORMAT parquet{more})")
    connection.execute("RESET disabled_optimizers")


def period_sql(day: str, unit: str | None) -> str:
    """SQL of what `calendar.label` says of the first day of a period: 2014-05, 2014Q2, 2014."""
    if unit == Base.QUARTER:
        return f"(strftime({day}, '%Y') || 'Q' || quarter({day}))"
    return f"strftime({day}, '{'%Y-%m' if unit == Base.MONTH else '%Y'}')"


def is_decimal(column: Result) -> bool:
    """Whether PLACES decimals write every number that the column may have."""
    return bool(column.scale) and not _divided(column) and 10**PLACES % column.scale == 0


def in_decimals(connection: Any, columns: Sequence[Result], table: str) -> list[Result]:
    """The columns; those that may have numbers of more than PLACES decimals, and have none, as ones that may not: what
    a column is hangs on its numbers alone, and not on which engine worked them out.
    """
    finer = [column for column in columns if column.scale and not is_decimal(column)]
    if not finer:
        return list(columns)
    asked = ", ".join(f"bool_and({_fits(*_lowest(column))}) FILTER (WHERE {column.sql} IS NOT NULL)"
                      for column in finer)  # fmt: skip
    told = connection.execute(f"SELECT {asked} FROM {table}").fetchone()
    found = {column for column, fits in zip(finer, told, strict=True) if fits is not False}
    return [_in_last_decimals(column) if column in found else column for column in columns]


def _lowest(column: Result) -> tuple[str, str]:
    """SQL of each number's numerator and denominator, in lowest terms."""
    top = f"CAST({column.sql} AS HUGEINT)"
    below = f"({column.scale} * CAST({column.divisor} AS HUGEINT))"
    shared = f"greatest(gcd({top}, {below}), 1)"
    return f"({top} // {shared})", f"({below} // {shared})"


def _fits(top: str, below: str) -> str:
    return f"{10**PLACES} % {below} = 0 AND abs({top}) // {below} < {10 ** (DIGITS - PLACES)}"


def _in_last_decimals(column: Result) -> Result:
    top, below = _lowest(column)
    return Result(column.header, f"({top} * ({10**PLACES} // {below}))", 10**PLACES)


def _stored_sql(column: Result, most: int) -> str:
    """`most`: how large its whole numbers get, where decimals write them."""
    if not column.scale:
        return column.sql
    if is_decimal(column) and most * 10**PLACES // column.scale < 10**DIGITS:
        return _decimal(column, most)
    top, below = _lowest(column)
    return f"CAST({top} AS VARCHAR) || '/' || CAST({below} AS VARCHAR)"


def _decimal(column: Result, most: int) -> str:
    """As whole numbers of the last digit that the scale needs, moved behind the point by a factor."""
    places = next(many for many in range(PLACES + 1) if 10**many % column.scale == 0)
    times = 10**places // column.scale
    digits = FEWER_DIGITS if most * 10**PLACES // column.scale < 10**FEWER_DIGITS else DIGITS
    bits = TYPES[64 if digits == FEWER_DIGITS else 128]
    whole = column.sql if times == 1 else f"CAST({column.sql} AS {bits}) * {times}"
    number = f"CAST({whole} AS DECIMAL({len(str(most * times))}, 0))"
    moved = f"{number} * CAST({Decimal(1).scaleb(-places)} AS DECIMAL({places + 1}, {places}))" if places else number
    return f"CAST({moved} AS DECIMAL({digits}, {PLACES}))"
