"""Results out of a database as a CSV file: each text is made once, and the database puts the lines together."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from kpidsl.core.columns import quoted
from kpidsl.facts.results import Result, Stand
from kpidsl.facts.shapes import literal
from kpidsl.values.numerals import exact

COMMA = ", ',', "
ODD = r"^[-=+@\t\r]|[,\"\r\n]"
"""Texts that may not be written as they are."""


def to_csv(connection: Any, columns: Sequence[Result], stand: Stand, path: str,
           line: Callable[[Sequence[str]], str]) -> None:  # fmt: skip
    """Exact numbers, and nothing where there is no value. `line` makes a line of texts, without its end."""
    tell = [f"bool_or({_odd(column)})" if not column.scale else "NULL" for column in columns]
    told = connection.execute(f"SELECT {', '.join(tell)} FROM {stand.table}").fetchone()
    cells, joined = [], stand.table
    for at, (column, is_odd) in enumerate(zip(columns, told, strict=True)):
        if is_odd or (column.scale, column.divisor) not in ((0, "1"), (1, "1")):
            joined += _texts(connection, column, stand, f"texts {at}", line)
            cells.append(f"coalesce({quoted(f'texts {at}')}.text, {column.sql})" if is_odd else f'"texts {at}".text')
        else:
            cells.append(column.sql)
    head = quoted("\ufeff" + line([column.header for column in columns]) + "\r")
    # a single column that is written as it is; the database ends it with the second half of CR LF
    connection.execute(f"COPY (SELECT concat({COMMA.join(cells)}, chr(13)) AS {head} FROM {joined} "
                       f"ORDER BY {stand.order}) TO {literal(path)} "
                       "(FORMAT csv, HEADER, QUOTE '', ESCAPE '', DELIMITER '\x01')")  # fmt: skip


def _odd(column: Result) -> str:
    return f"regexp_matches({column.sql}, '{ODD}')"


def _texts(connection: Any, column: Result, stand: Stand, name: str, line: Callable[[Sequence[str]], str]) -> str:
    """Makes a table of the texts of all numbers, or of odd texts, and joins it."""
    parts = [column.sql, column.divisor] if column.scale else [column.sql]
    keys = ", ".join(f"{part} AS k{at}" for at, part in enumerate(parts))
    asked = f"{column.sql} IS NOT NULL" if column.scale else _odd(column)
    distinct = f"SELECT DISTINCT {keys} FROM {stand.table} WHERE {asked}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE keys AS {distinct}")
    found = connection.execute("FROM keys").fetchall()
    texts = [exact(Fraction(key[0], column.scale * key[1])) if column.scale else line(key) for key in found]
    own = quoted(name)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {own} AS "
                       "FROM keys POSITIONAL JOIN (SELECT unnest(?::VARCHAR[]) AS text)", [texts])  # fmt: skip
    return f" LEFT JOIN {own} ON " + " AND ".join(f"{own}.k{at} = {part}" for at, part in enumerate(parts))
