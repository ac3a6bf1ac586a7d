"""Runs over large files: facts are read, scored and written by the embedded database, without a row in between."""

import codecs
import csv
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from kpidsl.cli.scoring import Level, Scored, Stored, as_scored, prepared
from kpidsl.cli.sources import Inputs, given_path, path_beside
from kpidsl.core.columns import TooWideError, column_name
from kpidsl.core.program import Table
from kpidsl.core.results import Outcome
from kpidsl.facts.bulk import load
from kpidsl.facts.bulk_join import join_large
from kpidsl.facts.bulk_reader import Loaded, NotBulkError
from kpidsl.facts.join import Joined
from kpidsl.facts.results import Result, put, rows, to_parquet
from kpidsl.facts.sheets import Sheet
from kpidsl.reports.scores import cells, columns, inert, who
from kpidsl.text.words import Lang

HEAD = 1 << 16
MOST_HEAD = 5
LARGE = 1_000_000
"""Bytes from which a run is worth a database."""
ENDINGS = (".csv", ".parquet")


def is_large(inputs: Inputs) -> bool:
    path = Path(inputs.facts)
    return path.suffix.lower() in ENDINGS and path.is_file() and path.stat().st_size >= LARGE


def score_large(inputs: Inputs, lang: Lang) -> Scored | None:
    """Scores in a database; None where the run is to be made row by row. Raises RefusedError."""
    import duckdb

    from kpidsl.engines.columnar.engine import score  # it costs small runs what they have no use for
    from kpidsl.engines.columnar.terms import UnsupportedError

    policy, program = prepared(inputs, lang)
    paths = {table.name: given_path(table, inputs) or path_beside(table, inputs) for table in program.events}
    kinds = {item.name: item.kind for item in program.facts.fields}
    named = all(kinds[name].textual for name in (program.subject, *program.within))
    if inputs.sheet or inputs.period or program.above or program.dated or None in paths.values() or not named:
        return None
    connection = duckdb.connect()
    try:
        loaded = [_load(connection, path or "", table, inputs.encoding)
                  for path, table in ((inputs.facts, program.facts), *((paths[t.name], t) for t in program.events))]
        joined, tables = join_large(connection, program, loaded[0], loaded[1:])
        found = score(connection, program, tables)
    except (NotBulkError, UnsupportedError, TooWideError, duckdb.Error):
        connection.close()
        return None
    joined = _with_unscored(joined, loaded[0], [unscored.row for unscored in found.unscored])
    totals = tuple(table.rows for table in loaded)
    level = Level(program, joined, Outcome((), found.unscored), Stored(connection, found), totals)
    hashes = {path: _hash(path) for path in (inputs.facts, *(str(path) for path in paths.values()))}
    return as_scored(policy, (level,), hashes)


def _with_unscored(joined: Joined, facts: Loaded, numbers: list[int]) -> Joined:
    """With the rows that could not be scored among those that are not good."""
    if not numbers:
        return joined
    found = facts.reader.read(sorted(numbers))
    rows = sorted((*joined.facts.rows, *found.rows), key=lambda row: row.number)
    sheet = replace(joined.facts.sheet, rows=tuple(row.cells for row in rows), numbers=tuple(r.number for r in rows))
    return replace(joined, facts=replace(joined.facts, rows=tuple(rows), sheet=sheet))


def _load(connection: Any, path: str, table: Table, encoding: str | None) -> Loaded:
    if PurePath(path).suffix.lower() not in ENDINGS:
        raise NotBulkError
    if PurePath(path).suffix.lower() == ".parquet":
        return load(connection, path, table, _parquet_head(connection, path))
    with _utf8(path, encoding) as readable:
        return load(connection, readable, table, _head(path, readable))


def _head(name: str, path: str) -> Sheet:
    """The header and the first rows; a file that is not separated by commas is read row by row."""
    with open(path, "rb") as file:
        data = file.read(HEAD)
    text = data[: data.rfind(b"\n") + 1].decode("utf-8-sig", errors="ignore") or data.decode("utf-8-sig")
    first = text.split("\n", 1)[0]
    if not text.strip() or first.count(",") < max(first.count("\t"), first.count(";"), 1):
        raise NotBulkError
    header, *lines = (tuple(cells) for cells in csv.reader(io.StringIO(text, newline="")))
    return Sheet(name, header, tuple(lines[:MOST_HEAD]), tuple(range(2, 2 + len(lines[:MOST_HEAD]))))


def _parquet_head(connection: Any, path: str) -> Sheet:
    name = path.replace("'", "''")
    cursor = connection.execute(f"SELECT * FROM '{name}' LIMIT {MOST_HEAD}")
    header = tuple(column[0] for column in cursor.description)
    lines = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in cursor.fetchall())
    return Sheet(path, header, lines, tuple(range(2, 2 + len(lines))))


@contextmanager
def _utf8(path: str, encoding: str | None) -> Iterator[str]:
    """The file itself where it is UTF-8, else a copy that is, made in a stream."""
    if encoding is None and _decodes(path, "utf-8"):
        yield path
        return
    chosen = encoding or "gb18030"
    handle, copy = tempfile.mkstemp(suffix=".csv")
    try:
        out = os.fdopen(handle, "w", encoding="utf-8", newline="")
        with out, open(path, encoding=chosen, newline="") as read:
            while block := read.read(1 << 20):
                out.write(block)
        yield copy
    except (UnicodeDecodeError, LookupError) as error:
        raise NotBulkError from error
    finally:
        os.unlink(copy)


def _decodes(path: str, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 22):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _hash(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def results(level: Level, lang: Lang) -> tuple[list[Result], str]:
    """The columns of a table of scores, in a database, and where they stand."""
    from kpidsl.engines.columnar.engine import source

    assert level.stored is not None
    shown = columns(level.program, lang)
    found = [Result(header, column_name("", name)) for header, name in zip(shown.headers, shown.names, strict=False)]
    for header, item in zip(shown.headers[len(shown.names) :], shown.shown, strict=True):
        own = level.stored.scored.results[item.name]
        found.append(Result(header, own.column, own.scale, own.divisor))
    return found, source()


def write_csv(level: Level, lang: Lang, path: str) -> None:
    """As `reports.scores.as_csv` writes it, row by row."""
    assert level.stored is not None
    found, source = results(level, lang)
    texts = {at for at, column in enumerate(found) if not column.scale}
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([inert(column.header) for column in found])
        for row in rows(level.stored.connection, found, source):
            writer.writerow([inert(cell or "") if at in texts else cell for at, cell in enumerate(row)])


def write_parquet(level: Level, lang: Lang, path: str) -> None:
    import duckdb

    if level.stored is not None:
        to_parquet(level.stored.connection, *results(level, lang), path)
        return
    shown = columns(level.program, lang)
    found = [(*who(score, level.program), *cells(score, shown)) for score in level.outcome.scores]
    with duckdb.connect() as connection:
        to_parquet(connection, *put(connection, shown.headers, found), path)


def in_memory(level: Level) -> Level:
    """With its scores as those of a small run, for what is written from them."""
    from kpidsl.engines.columnar.engine import scores

    if level.stored is None:
        return level
    found = scores(level.stored.connection, level.stored.scored)
    return replace(level, outcome=Outcome(tuple(found), level.outcome.unscored), stored=None)
