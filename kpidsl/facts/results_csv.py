"""Results out of a database as a CSV file: each text is made once, and the database puts the lines together."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from kpidsl.core.columns import quoted
from kpidsl.facts.results import Result
from kpidsl.facts.shapes import literal
from kpidsl.values.numerals import exact

COMMA = ", ',', "
ODD = r"^[-=+@\t\r]|[,\"\r\n]"
"""Texts that may not be written as they are."""


def to_csv(connection: Any, columns: Sequence[Result], source: str, order: str, path: str,
           line: Callable[[Sequence[str]], str]) -> None:  # fmt: skip
    """Exact numbers, and nothing where there is no value. `source` is what stands after SELECT … FROM, `order` after
    ORDER BY; `line` makes a line of texts, without its end.
    """
    cells, joined = [], source
    for at, column in enumerate(columns):
        cell, more = _cell(connection, column, source, f"texts {at}", line)
        cells.append(cell)
        joined += more
    head = quoted("\ufeff" + line([column.header for column in columns]) + "\r")
    text = f"concat({COMMA.join(cells)}, chr(13)) AS {head}"
    # a single column that is written as it is; the database ends it with the second half of CR LF
    connection.execute(f"COPY (SELECT {text} FROM {joined} ORDER BY {order}) TO {literal(path)} "
                       "(FORMAT csv, HEADER, QUOTE '', ESCAPE '', DELIMITER '\x01')")  # fmt: skip


def _cell(connection: Any, column: Result, source: str, name: str, line: Callable[[Sequence[str]], str]) -> \
        tuple[str, str]:  # fmt: skip
    """SQL of a text, and what is joined for it: a table of texts, where they are not what the column has."""
    if column.scale == 1 and column.divisor == "1":
        return column.sql, ""
    parts = [column.sql, column.divisor] if column.scale else [column.sql]
    keys = ", ".join(f"{part} AS k{at}" for at, part in enumerate(parts))
    which = f"{column.sql} IS NOT NULL" if column.scale else f"regexp_matches({column.sql}, '{ODD}')"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE keys AS SELECT DISTINCT {keys} FROM {source} WHERE {which}")
    found = connection.execute("FROM keys").fetchall()
    if not found and not column.scale:
        return column.sql, ""
    texts = [exact(Fraction(key[0], column.scale * key[1])) if column.scale else line(key) for key in found]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS "
                       "FROM keys POSITIONAL JOIN (SELECT unnest(?::VARCHAR[]) AS text)", [texts])  # fmt: skip
    own = quoted(name)
    same = " AND ".join(f"{own}.k{at} = {part}" for at, part in enumerate(parts))
    cell = f"{own}.text" if column.scale else f"coalesce({own}.text, {column.sql})"
    return cell, f" LEFT JOIN {own} ON {same}"
