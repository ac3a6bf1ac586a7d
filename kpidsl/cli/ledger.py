"""`kpidsl ledger`: what a file of ledgers has, and its entries as a long table."""

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import click

from kpidsl.cli.targets import refuse_inputs
from kpidsl.cli.terminal import Command, lang_option
from kpidsl.cli.workspace import Workspace, memory_option, workspace
from kpidsl.core.columns import quoted
from kpidsl.facts.databases import unreadable
from kpidsl.facts.digests import file_hash
from kpidsl.facts.ledger_file import read_about
from kpidsl.facts.long_form import Inputs, long_form
from kpidsl.facts.places import Place
from kpidsl.facts.results import AT_ONCE, copy_parquet
from kpidsl.facts.shapes import literal
from kpidsl.facts.signatures import database_of, no_database
from kpidsl.facts.write import placeable, write_all
from kpidsl.reports.ledger_file import no_score, overview
from kpidsl.reports.scores import inert
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell
from kpidsl.text.words import Lang
from kpidsl.values.reading import fold

FORMS = (".parquet", ".csv", ".duckdb")
VIEW = "ledger"


@click.command("ledger", cls=Command, short_help="Look into a file of ledgers. 分录文件")
@lang_option
@click.option("--long", "long", is_flag=True, help="Every entry as a row; so it is with --subject and -o too.")
@click.option("--subject", help="Only the entries of one subject.")
@click.option("-o", "--output", metavar="OUTPUT",
              help="Write the entries to OUTPUT (.parquet, .csv), or as a view called ledger to a database (.duckdb); "
                   "without it they are printed as CSV.")
@memory_option
@click.argument("file")
def command(lang: Lang, long: bool, subject: str | None, output: str | None, memory: str | None, file: str) -> None:
    """Say what FILE has, which `kpidsl run --ledger` has written; with --long, write its entries."""
    if output and Path(output).suffix.lower() not in FORMS:
        raise click.UsageError(f"-o takes a file that ends in {', '.join(FORMS)}")
    with workspace(memory) as space:
        about = read_about(space.connection, file)
        if output:
            refuse_inputs([Path(output)], [file, about["manifest"]["run"]["facts"]])
        if not (long or subject or output):
            rows = space.connection.execute(f"SELECT count(*) FROM {literal(file)}").fetchone()[0]
            click.echo(overview(about, rows, lang))
            return
        if output and Path(output).suffix.lower() == ".duckdb":
            _view(about, file, output)
        else:
            with _digits(file):
                _entries(about, file, subject and fold(subject), output, space, lang)
        if output:
            click.echo(phrase(lang, "written", paths=output), err=True)


@contextmanager
def _digits(file: str) -> Iterator[None]:
    """Raises RefusedError where an entry does not fit the numbers of the database."""
    import duckdb

    try:
        yield
    except duckdb.OutOfRangeException as error:
        raise RefusedError([Finding("D068", Cell(file))]) from error


def _entries(about: dict[str, Any], file: str, subject: str | None, output: str | None, space: Workspace,
             lang: Lang) -> None:  # fmt: skip
    source = f"read_parquet({literal(file)})"
    if subject is not None:
        known = f"SELECT count(*) FROM {source} WHERE {quoted(about['level']['subject'])} = ?"
        if not space.connection.execute(known, [subject]).fetchone()[0]:
            raise RefusedError([no_score(about["manifest"], subject, Cell(file))])
        source = f"(SELECT * FROM {source} WHERE {quoted(about['level']['subject'])} = {literal(subject)})"
    query = long_form(about, source, _inputs(about, space, lang))
    if output is None:
        _as_csv(space.connection, f"{query} ORDER BY row, position", sys.stdout)
    elif output.lower().endswith(".csv"):
        write_all({Path(output): partial(_csv_file, space.connection, f"{query} ORDER BY row, position")})
    else:
        write_all({Path(output): partial(copy_parquet, space.connection, query)})


def _csv_file(connection: Any, query: str, path: str) -> None:
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        _as_csv(connection, query, file)


def _as_csv(connection: Any, query: str, file: TextIO) -> None:
    """Row by row, as texts that no spreadsheet takes for formulas."""
    cursor = connection.execute(query)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([name for name, *_ in cursor.description])
    while rows := cursor.fetchmany(AT_ONCE):
        writer.writerows([inert("" if cell is None else str(cell)) for cell in row] for row in rows)


def _inputs(about: dict[str, Any], space: Workspace, lang: Lang) -> Inputs | None:
    """The cells of the facts, where these are there and are those that were scored; or it is said that not."""
    from kpidsl.facts.bulk_reader import NotBulkError
    from kpidsl.facts.bulk_records import numbered
    from kpidsl.facts.origins import origin

    asked, hashes = about["manifest"]["run"], about["manifest"]["facts"]
    path = asked["facts"]
    if about["level"]["facts"]:
        return None
    with suppress(OSError, NotBulkError, RefusedError):
        if file_hash(path) == hashes.get(os.path.basename(path)):
            found = origin(space.connection, path, asked["encoding"], space.folder)
            if numbered(space.connection, found.source):
                return Inputs(found.source.all_texts(), found.head)
    click.echo(phrase(lang, "no inputs", path=path), err=True)
    return None


def _view(about: dict[str, Any], file: str, output: str) -> None:
    """Raises RefusedError and OSError."""
    import duckdb

    query = long_form(about, f"read_parquet({literal(os.path.abspath(file))})", None)
    place = Place("duckdb", output, (VIEW,))
    if Path(output).exists() and database_of(output) != place.scheme:
        raise no_database(place)
    try:
        with duckdb.connect(output) as connection:
            connection.execute(f"CREATE OR REPLACE VIEW {VIEW} AS {query}")
    except duckdb.CatalogException as error:
        raise RefusedError([Finding("D065", Cell(place.shown))]) from error
    except duckdb.IOException as error:
        placeable(Path(output))
        raise unreadable(place, error) from error
