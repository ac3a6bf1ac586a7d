"""Tables of databases as rows of texts, each number as the shortest decimal that reads back as it."""

import csv
import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from kpidsl.core.columns import quoted
from kpidsl.facts.places import SERVER, Place
from kpidsl.facts.sheets import Sheet
from kpidsl.facts.signatures import refuse_other
from kpidsl.text.findings import Argument, Finding, RefusedError, likeliest
from kpidsl.text.source import Cell

AT_ONCE = 10_000
_FLOATS, _TIMES = ("float4", "float8"), ("timestamp",)


class Read(NamedTuple):
    """A table that is being read: its columns, which of them are floating, and its rows."""

    header: tuple[str, ...]
    floating: tuple[str, ...]
    rows: Iterator[tuple[str, ...]]

    def sheet(self, place: Place, rows: Iterable[tuple[str, ...]] = ()) -> Sheet:
        """As a sheet without a line for its header: its first row is row 1."""
        found = tuple(rows)
        return Sheet(place.shown, self.header, found, tuple(range(1, 1 + len(found))), place.name, 0,
                     floating=self.floating, keyed=True)  # fmt: skip


def read_database(place: Place) -> Sheet:
    """The whole table. Raises RefusedError and OSError."""
    with opened(place) as table:
        return table.sheet(place, table.rows)


def tables(place: Place) -> list[str]:
    """The names of the tables of its schema. Raises RefusedError, and OSError where there is no file."""
    if place.scheme == SERVER:
        with connected(place) as server:
            return server_tables(server, place)
    there(place)
    if place.scheme == "duckdb":
        with _duckdb(place) as connection:
            return _duckdb_tables(connection, place)
    with _sqlite(place) as connection:
        return _sqlite_tables(connection)


@contextmanager
def opened(place: Place) -> Iterator[Read]:
    """Raises RefusedError, and OSError where there is no file, also while rows are taken."""
    if place.scheme == SERVER:
        with connected(place) as server:
            yield _of_server(server, place)
        return
    there(place)
    if place.scheme == "duckdb":
        with _duckdb(place) as connection:
            yield _of_duckdb(connection, place)
        return
    with _sqlite(place) as connection:
        yield _of_sqlite(connection, place)


def there(place: Place) -> None:
    """Raises FileNotFoundError, as a database that is only looked at is not made, and RefusedError where the file is
    another.
    """
    if not Path(place.at).is_file():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place.at)
    refuse_other(place)


def unreadable(place: Place, error: Exception) -> RefusedError:
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return RefusedError([Finding("D061", Cell(place.shown), {"reason": reason})])


def unknown(place: Place, known: Iterable[str]) -> RefusedError:
    there = tuple(known)
    args: dict[str, Argument] = {"name": place.name, "known": there, "near": likeliest(place.name, there)}
    return RefusedError([Finding("D062", Cell(place.shown), args)])


@contextmanager
def _sqlite(place: Place) -> Iterator[Any]:
    import sqlite3

    try:
        with closing(sqlite3.connect(f"file:{quote(os.path.abspath(place.at))}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise unreadable(place, error) from error


def _sqlite_tables(connection: Any) -> list[str]:
    query = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY 1"
    return [row[0] for row in connection.execute(query)]


def _of_sqlite(connection: Any, place: Place) -> Read:
    known = _sqlite_tables(connection)
    if place.name.casefold() not in (name.casefold() for name in known):
        raise unknown(place, known)
    header = tuple(column[0] for column in connection.execute(f"SELECT * FROM {place.sql} LIMIT 0").description)
    # A column holds values of any type, whatever it was declared as.
    asked = ", ".join(f"max(typeof({name}) = '{kind}')" for name in map(quoted, header) for kind in ("real", "blob"))
    found = connection.execute(f"SELECT {asked} FROM {place.sql}").fetchone()
    floating, blobs = found[::2], found[1::2]
    odd = {at for at in range(len(header)) if floating[at] or blobs[at]}
    parts = ", ".join(name if at in odd else f"CAST({name} AS TEXT)" for at, name in enumerate(map(quoted, header)))
    cells = connection.execute(f"SELECT {parts} FROM {place.sql}")
    rows = (tuple(_text(cell) if at in odd else cell or "" for at, cell in enumerate(row)) for row in cells)
    return Read(header, tuple(name for name, real in zip(header, floating, strict=True) if real), rows)


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case float():
            return plain(cell)
        case bytes():
            return f"x'{cell.hex()}'"
    return str(cell)


def plain(number: float) -> str:
    """The shortest decimal that reads back as the number, without an exponent."""
    return format(Decimal(repr(number)), "f").removesuffix(".0")


@contextmanager
def _duckdb(place: Place) -> Iterator[Any]:
    import duckdb

    try:
        with duckdb.connect(place.at, read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        raise unreadable(place, error) from error


def _of_duckdb(connection: Any, place: Place) -> Read:
    from kpidsl.facts.texts import MACROS, columns

    source = found_in(connection, place)
    for macro in MACROS:
        connection.execute(macro)
    own = columns(connection, source)
    parts = ", ".join(f"coalesce({column.text}, '')" for column in own)
    cursor = connection.execute(f"SELECT {parts} FROM {source}")
    batches = iter(lambda: cursor.fetchmany(AT_ONCE), [])
    rows = (row for batch in batches for row in batch)
    return Read(tuple(c.name for c in own), tuple(c.name for c in own if c.floating), rows)


def found_in(connection: Any, place: Place, catalogue: str = "") -> str:
    """The table's name in a database of DuckDB. Raises RefusedError where there is no such table."""
    own = catalogue or connection.execute("SELECT current_database()").fetchone()[0]
    known = _duckdb_tables(connection, place, own)
    if place.name.casefold() not in (name.casefold() for name in known):
        raise unknown(place, known)
    return ".".join(map(quoted, (own, _schema(place, "main"), place.name)))


def _duckdb_tables(connection: Any, place: Place, catalogue: str = "") -> list[str]:
    query = ("SELECT table_name FROM information_schema.tables WHERE table_catalog = coalesce(nullif(?, ''), "
             "current_database()) AND table_schema = ? ORDER BY 1")  # fmt: skip
    return [row[0] for row in connection.execute(query, [catalogue, _schema(place, "main")]).fetchall()]


def _schema(place: Place, usual: str) -> str:
    return place.table[0] if len(place.table) > 1 else usual


@contextmanager
def connected(place: Place) -> Iterator[Any]:
    """A connection to a server. Raises RefusedError."""
    try:
        import psycopg
    except ImportError:
        raise RefusedError([Finding("D063", Cell(place.shown))]) from None
    try:
        with psycopg.connect(f"{place.scheme}://{place.at}", client_encoding="UTF8") as connection:
            yield connection
    except (psycopg.Error, UnicodeError) as error:
        raise unreadable(place, error) from error


def _of_server(connection: Any, place: Place) -> Read:
    query, header, floating = server_query(connection, place)
    return Read(header, floating, _copied(connection, query))


def server_query(connection: Any, place: Place) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What gives the table as texts, in the order in which it is stored; its columns, and those that are floating."""
    for setting in ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL synchronize_seqscans = off",
                    "SET LOCAL max_parallel_workers_per_gather = 0", "SET LOCAL datestyle = 'ISO, YMD'",
                    "SET LOCAL extra_float_digits = 1", "SET LOCAL timezone = 'UTC'"):  # fmt: skip
        connection.execute(setting)
    if connection.execute("SELECT to_regclass(%s)", [place.sql]).fetchone()[0] is None:
        raise unknown(place, server_tables(connection, place))
    columns = connection.execute(f"SELECT * FROM {place.sql} LIMIT 0").description
    kinds = {column.name: connection.adapters.types.get(column.type_code) for column in columns}
    names = {name: kind.name if kind else "" for name, kind in kinds.items()}
    parts = ", ".join(_server_text(quoted(name), kind) for name, kind in names.items())
    floating = tuple(name for name, kind in names.items() if kind in _FLOATS)
    return f"SELECT {parts} FROM {place.sql}", tuple(names), floating


def server_size(place: Place) -> int:
    """The bytes that a table takes; of a view, or of what is not there, 0."""
    with connected(place) as connection:
        query = "SELECT coalesce(pg_table_size(to_regclass(%s)), 0)"
        return int(connection.execute(query, [place.sql]).fetchone()[0])


def server_tables(connection: Any, place: Place) -> list[str]:
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1"
    return [row[0] for row in connection.execute(query, [_schema(place, "public")]).fetchall()]


def _server_text(column: str, kind: str) -> str:
    text = f"CAST({column} AS text)"
    if kind in _FLOATS:
        return f"CASE WHEN {text} LIKE '%e%' THEN CAST(CAST({text} AS numeric) AS text) ELSE {text} END"
    if kind in _TIMES:
        return f"regexp_replace({text}, ' 00:00:00$', '')"
    return text


def _copied(connection: Any, query: str) -> Iterator[tuple[str, ...]]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        for row in copy.rows():
            yield tuple(cell or "" for cell in row)


def spool(place: Place, path: str) -> Sheet:
    """Copies the table to a CSV file without a header; returns the sheet without its rows."""
    if place.scheme == SERVER:
        with connected(place) as connection:
            query, header, floating = server_query(connection, place)
            with open(path, "wb") as file, connection.cursor() as cursor, \
                 cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)") as copy:  # fmt: skip
                file.writelines(copy)
            return Read(header, floating, iter(())).sheet(place)
    with opened(place) as table, open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(table.rows)
        return table.sheet(place)
