"""Results out of a database, in the order of the facts: as rows of exact texts, or as a Parquet file."""

from collections.abc import Callable, Collection, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

from kpidsl.core.columns import quoted
from kpidsl.values.kinds import Base
from kpidsl.values.numerals import exact

AT_ONCE = 50_000
PLACES = 6
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


def rows(connection: Any, columns: Sequence[Result], source: str) -> Iterator[list[str | None]]:
    """`source` is what stands after SELECT … FROM. Numbers as texts, exact; None where there is no value."""
    own = ([column.sql, column.divisor] if _divided(column) else [column.sql] for column in columns)
    parts = [part for found in own for part in found]
    writers = [_writer(column) for column in columns]
    cursor = connection.execute(f"SELECT {', '.join(parts)} FROM {source}")
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
        numbers: Collection[int] = ()) -> tuple[list[Result], str]:  # fmt: skip
    """Makes a table of results that are in memory: its columns, and where they stand. The columns at `numbers` are such
    even where nobody has one.
    """
    found, parts, parameters = [], [], []
    for at, header in enumerate(headers):
        column = [row[at] for row in values]
        known = [value for value in column if isinstance(value, Fraction)]
        own, stored = _stored(header, f"r{at}", column, bool(known) or at in numbers)
        found.append(own)
        for part, kind, cells in stored:
            parts.append(f"unnest(?::{kind}[]) AS {part}")
            parameters.append(cells)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT {', '.join(parts)}", parameters)
    return found, quoted(name)


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


def to_parquet(connection: Any, columns: Sequence[Result], source: str, path: str) -> None:
    """Decimals of PLACES digits where these write all numbers of a column; others are texts, n/d."""
    parts = ", ".join(f"{stored_sql(column)} AS {quoted(column.header)}" for column in columns)
    copy_parquet(connection, f"SELECT {parts} FROM {source}", path)


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
    """Whether PLACES decimals write every number of the column."""
    return bool(column.scale) and not _divided(column) and 10**PLACES % column.scale == 0


def stored_sql(column: Result) -> str:
    if not column.scale:
        return column.sql
    top = f"CAST({column.sql} AS HUGEINT)"
    if not is_decimal(column):
        below = f"({column.scale} * CAST({column.divisor} AS HUGEINT))"
        shared = f"greatest(gcd({top}, {below}), 1)"
        return f"CAST({top} // {shared} AS VARCHAR) || '/' || CAST({below} // {shared} AS VARCHAR)"
    unit = "0." + "0" * (PLACES - 1) + "1"
    return f"CAST(CAST({top} * {10**PLACES // column.scale} AS DECIMAL(38, 0)) * {unit} AS DECIMAL(38, {PLACES}))"
