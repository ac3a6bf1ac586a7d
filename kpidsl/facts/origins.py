"""Where a large table comes from: a file or a table of a database, as a relation of the working database."""

import codecs
import csv
import io
import os
from dataclasses import replace
from itertools import count, islice
from pathlib import Path, PurePath
from tempfile import mkstemp
from typing import Any

from kpidsl.core.columns import quoted
from kpidsl.facts.bulk_reader import NotBulkError
from kpidsl.facts.bulk_records import not_lines
from kpidsl.facts.bulk_source import Origin, relation, separated
from kpidsl.facts.databases import found_in, spool, there, unreadable
from kpidsl.facts.digests import file_hash, rows_hash
from kpidsl.facts.places import Place, place
from kpidsl.facts.shapes import literal
from kpidsl.facts.sheets import PARQUET, Sheet, form_of
from kpidsl.facts.signatures import refuse_no_parquet
from kpidsl.facts.texts import MACROS, columns

HEAD = 1 << 16
MOST_HEAD = 5
CSV = ".csv"
SOURCE = "source"


def origin(connection: Any, path: str, encoding: str | None, folder: Path) -> Origin:
    """Of a path or an address; what is made on the way, in `folder` or the database, is needed as long as the table is.

    Raises NotBulkError, RefusedError, OSError, and what the database raises.
    """
    for macro in MACROS:
        connection.execute(macro)
    address, ending = place(path), PurePath(path).suffix.lower()
    if address is not None and address.scheme == "duckdb":
        return _attached(connection, address)
    if address is not None:
        made = _new(folder)
        head = spool(address, made)
        return Origin(head, separated(made, len(head.header), header=False))
    if ending == PARQUET:
        return _parquet(connection, path)
    if ending == CSV:
        readable = _utf8(path, encoding, folder)
        head = _head(path, readable)
        return Origin(head, separated(readable, len(head.header), header=True), path)
    raise NotBulkError(form_of(path), table=path)


def written_out(sheet: Sheet, folder: Path) -> Origin:
    """A sheet of a workbook as a file that the database reads. Raises NotBulkError."""
    for number, wanted, row in zip(sheet.numbers, count(sheet.top + 1), sheet.rows, strict=False):
        if number != wanted:
            raise NotBulkError("EMPTY_LINE", table=sheet.name, line=wanted)
        if len(row) != len(sheet.header):
            raise NotBulkError("WIDTH", table=sheet.name, line=number, cells=len(row), headers=len(sheet.header))
    made = _new(folder)
    with open(made, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(sheet.rows)
    head = replace(sheet, rows=sheet.rows[:MOST_HEAD], numbers=sheet.numbers[:MOST_HEAD])
    return Origin(head, separated(made, len(sheet.header), header=False))


def digest(connection: Any, found: Origin) -> str:
    """What tells these facts from others, in the manifest."""
    return file_hash(found.file) if found.file else rows_hash(connection, found.source)


def _new(folder: Path) -> str:
    handle, path = mkstemp(suffix=CSV, dir=folder)
    os.close(handle)
    return path


def _attached(connection: Any, address: Place) -> Origin:
    """A file may hold several of the tables of a run, and can be attached only once. Raises RefusedError."""
    import duckdb

    there(address)
    path = os.path.abspath(address.at)
    known = connection.execute("SELECT path, database_name FROM duckdb_databases()").fetchall()
    name = dict(known).get(path)
    if name is None:
        name = f"{SOURCE} {len(known)}"
        try:
            connection.execute(f"ATTACH {literal(path)} AS {quoted(name)} (READ_ONLY, TYPE duckdb)")
        except duckdb.Error as error:
            raise unreadable(address, error) from error
    scan = found_in(connection, address, name)
    found = columns(connection, scan)
    head = Sheet(address.shown, tuple(c.name for c in found), (), (), address.name, 0,
                 floating=tuple(c.name for c in found if c.floating), keyed=True)  # fmt: skip
    return Origin(head, relation(scan, found))


def detach(connection: Any) -> None:
    """Lets go of the databases that tables were read from."""
    for (name,) in connection.execute("SELECT database_name FROM duckdb_databases()").fetchall():
        if name.startswith(SOURCE):
            connection.execute(f"DETACH {quoted(name)}")


def _parquet(connection: Any, path: str) -> Origin:
    refuse_no_parquet(path)
    scan = f"read_parquet({literal(path)})"
    found = columns(connection, scan)
    texts = ", ".join(f"coalesce({column.text}, '')" for column in found)
    rows = tuple(connection.execute(f"SELECT {texts} FROM {scan} LIMIT {MOST_HEAD}").fetchall())
    head = Sheet(path, tuple(c.name for c in found), rows, tuple(range(2, 2 + len(rows))),
                 floating=tuple(c.name for c in found if c.floating))  # fmt: skip
    numbered = f"read_parquet({literal(path)}, file_row_number = true)"
    return Origin(head, relation(numbered, found, "file_row_number"), path)


def _head(name: str, path: str) -> Sheet:
    """The header and the first rows; a file that is not separated by commas is read row by row."""
    with open(path, "rb") as file:
        data = file.read(HEAD)
    text = data[: data.rfind(b"\n") + 1].decode("utf-8-sig", errors="ignore") or data.decode("utf-8-sig")
    first = text.split("\n", 1)[0]
    if text.strip() and not first.strip():
        raise NotBulkError("EMPTY_LINE", table=name, line=1)
    if not text.strip() or first.count(",") < max(first.count("\t"), first.count(";")):
        raise NotBulkError("COMMAS", table=name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *lines = map(tuple, islice(reader, 1 + MOST_HEAD))
    except csv.Error as error:
        raise not_lines(name, path) from error
    return Sheet(name, header, tuple(lines), tuple(range(2, 2 + len(lines))))


def _utf8(path: str, encoding: str | None, folder: Path) -> str:
    """The file itself where it is UTF-8, else a copy that is, made in a stream."""
    if encoding is None and _decodes(path, "utf-8"):
        return path
    copy = _new(folder)
    try:
        with open(copy, "w", encoding="utf-8", newline="") as out, \
             open(path, encoding=encoding or "gb18030", newline="") as read:  # fmt: skip
            while block := read.read(1 << 20):
                out.write(block)
    except (UnicodeDecodeError, LookupError) as error:
        raise NotBulkError("ENCODING", table=path) from error
    return copy


def _decodes(path: str, encoding: str) -> bool:
    """Whether it does up to where there is something to tell by: nothing else looks like UTF-8 for long.

    What does not in what follows, the database refuses.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open(path, "rb") as file:
            while block := file.read(HEAD):
                if not decoder.decode(block).isascii() and len(block) == HEAD:
                    return True
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
