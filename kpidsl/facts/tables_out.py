"""Results to tables of a database, all in one transaction: there is the old result or the new one, and no other.

Beside a table of scores stands one called as it is with _manifest behind, by which a later run knows that the scores
are kpidsl's and may be replaced.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from kpidsl.core.columns import quoted
from kpidsl.facts.databases import connected, server_tables, tables, unreadable
from kpidsl.facts.places import SERVER, Place
from kpidsl.facts.results import Result, Stand, in_decimals, is_decimal, rows, stored
from kpidsl.facts.shapes import literal
from kpidsl.facts.shielded import settled, shielded
from kpidsl.facts.signatures import refuse_other
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell

MANIFEST, REJECTS = "_manifest", "_rejects"
TARGET = "kpidsl target"


class Made(NamedTuple):
    """A table to be written: its columns in the working database, and where they stand there."""

    name: str
    columns: Sequence[Result]
    stand: Stand


def refuse_foreign(place: Place, known: Sequence[str]) -> None:
    """Raises RefusedError where a table stands there that is no result of an earlier run."""
    names = {name.casefold() for name in known}
    if place.name.casefold() in names and f"{place.name}{MANIFEST}".casefold() not in names:
        raise RefusedError([Finding("D065", Cell(place.shown))])


def refuse_taken(place: Place, replace: bool) -> None:
    """As much as can be told of where tables are to stand before there are any. Raises RefusedError and OSError."""
    if place.scheme != SERVER:
        _in_a_folder(place)
        if not Path(place.at).exists():
            return
    known = tables(place)
    if not replace:
        refuse_foreign(place, known)


def _in_a_folder(place: Place) -> None:
    if not Path(place.at).absolute().parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(Path(place.at).parent))


def gone(place: Place, known: Sequence[str], made: Sequence[Made]) -> list[str]:
    """The tables that the new ones take the place of, also the rejects of an earlier run."""
    wanted = {table.name.casefold() for table in made}
    start = place.name.casefold()
    return [name for name in known if name.casefold() in wanted
            or (name.casefold().startswith(f"{start}_") and name.casefold().endswith(REJECTS))
            or name.casefold() == f"{start}{REJECTS}"]  # fmt: skip


def write_tables(connection: Any, place: Place, made: Sequence[Made], replace: bool) -> None:
    """The last that a run does, as it is of `write_all`. Raises RefusedError, and what the working database raises."""
    with _target(connection, place) as target:
        if not replace:
            refuse_foreign(place, target.known)
        for name in gone(place, target.known, made):
            target.drop(name)
        for table in made:
            target.put(table)


class _Attached:
    """A file of DuckDB, attached to the working database."""

    def __init__(self, connection: Any, place: Place) -> None:
        self._connection, self._schema = connection, place.table[0] if len(place.table) > 1 else "main"
        query = "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ?"
        self.known = [row[0] for row in connection.execute(query, [TARGET, self._schema]).fetchall()]

    def _named(self, name: str) -> str:
        return ".".join(map(quoted, (TARGET, self._schema, name)))

    def drop(self, name: str) -> None:
        self._connection.execute(f"DROP TABLE {self._named(name)}")

    def put(self, table: Made) -> None:
        query = stored(self._connection, table.columns, table.stand)
        self._connection.execute(f"CREATE TABLE {self._named(table.name)} AS {query}")


class _Sqlite:
    """SQLite has no decimals: numbers stand there as exact texts."""

    def __init__(self, working: Any, file: Any) -> None:
        self._working, self._file = working, file
        self.known = [row[0] for row in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]

    def drop(self, name: str) -> None:
        self._file.execute(f"DROP TABLE {quoted(name)}")

    def put(self, table: Made) -> None:
        columns = ", ".join(f"{quoted(column.header)} TEXT" for column in table.columns)
        self._file.execute(f"CREATE TABLE {quoted(table.name)} ({columns})")
        marks = ", ".join("?" * len(table.columns))
        cells = rows(self._working, table.columns, table.stand)
        self._file.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", cells)


class _Server:
    def __init__(self, working: Any, server: Any, place: Place) -> None:
        self._working, self._server, self._schema = working, server, place.table[:-1]
        self.known = server_tables(server, place)

    def _named(self, name: str) -> str:
        return ".".join(map(quoted, (*self._schema, name)))

    def drop(self, name: str) -> None:
        self._server.execute(f"DROP TABLE {self._named(name)}")

    def put(self, table: Made) -> None:
        found = in_decimals(self._working, table.columns, table.stand.table)
        columns = ", ".join(f"{quoted(column.header)} {'numeric' if is_decimal(column) else 'text'}"
                            for column in found)  # fmt: skip
        self._server.execute(f"CREATE TABLE {self._named(table.name)} ({columns})")
        with self._server.cursor() as cursor, cursor.copy(f"COPY {self._named(table.name)} FROM STDIN") as copy:
            for cells in rows(self._working, table.columns, table.stand):
                copy.write_row(cells)


@contextmanager
def _target(connection: Any, place: Place) -> Iterator[Any]:
    """Where the tables are put; committed at the end, and as if nothing had been where that is not reached."""
    if place.scheme == SERVER:
        with connected(place) as server:
            yield _Server(connection, server, place)
            with settled():
                server.commit()
        return
    new = not Path(place.at).exists()
    _in_a_folder(place)
    if not new:
        refuse_other(place)
    try:
        with (_duckdb if place.scheme == "duckdb" else _sqlite)(connection, place) as target:
            yield target
    except BaseException:
        if new:
            for ending in ("", ".wal", "-journal"):
                Path(place.at + ending).unlink(missing_ok=True)
        raise


@contextmanager
def _duckdb(connection: Any, place: Place) -> Iterator[Any]:
    import duckdb

    try:
        connection.execute(f"ATTACH {literal(os.path.abspath(place.at))} AS {quoted(TARGET)} (TYPE duckdb)")
    except duckdb.Error as error:
        raise unreadable(place, error) from error
    try:
        connection.execute("BEGIN")
        try:
            yield _Attached(connection, place)
            with settled():
                connection.execute("COMMIT")
        except BaseException as error:
            _quietly(connection, "ROLLBACK")
            if isinstance(error, duckdb.CatalogException):     # no such schema, or a view where a table is to stand
                raise unreadable(place, error) from error
            raise
    finally:
        with shielded():
            _quietly(connection, f"DETACH {quoted(TARGET)}")


def _quietly(connection: Any, statement: str) -> None:
    """What is done on the way out; the reason for it is what is told."""
    import duckdb

    with suppress(duckdb.Error, RuntimeError):
        connection.execute(statement)


@contextmanager
def _sqlite(connection: Any, place: Place) -> Iterator[Any]:
    import sqlite3

    try:
        with closing(sqlite3.connect(place.at, isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            try:
                yield _Sqlite(connection, file)
                with settled():
                    file.execute("COMMIT")
            except BaseException:
                if file.in_transaction:
                    file.execute("ROLLBACK")
                raise
    except sqlite3.Error as error:
        raise unreadable(place, error) from error
