"""Runs over large files: facts are read, scored and written by the embedded database, without a row in between."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from kpidsl.cli.scoring import Level, Scored, Stored, as_scored, prepared
from kpidsl.cli.sources import Inputs, given_path, path_beside
from kpidsl.cli.workspace import Workspace
from kpidsl.core.columns import TooWideError, column_name
from kpidsl.core.entries import kept_names
from kpidsl.core.nodes import Grade
from kpidsl.core.results import Outcome
from kpidsl.facts.bulk import load
from kpidsl.facts.bulk_join import join_large
from kpidsl.facts.bulk_reader import Loaded, NotBulkError
from kpidsl.facts.join import Joined
from kpidsl.facts.origins import detach, digest, origin
from kpidsl.facts.results import Result, put, to_parquet
from kpidsl.facts.results_csv import Stand, to_csv
from kpidsl.reports.scores import cells, columns, inert_line, who
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang


def score_large(inputs: Inputs, space: Workspace, lang: Lang) -> Scored | None:
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
    asked = [(inputs.facts, program.facts), *((str(paths[table.name]), table) for table in program.events)]
    try:
        connection = space.connection
        space.at(phrase(lang, "reading"))
        found = [origin(connection, path, inputs.encoding, space.folder) for path, _ in asked]
        loaded = [load(connection, own, table) for own, (_, table) in zip(found, asked, strict=True)]
        inputs.refuse_more(loaded[0].rows)
        space.at(phrase(lang, "scoring"))
        joined, tables = join_large(connection, program, loaded[0], loaded[1:])
        entries = [name for ledger in program.ledgers for name in kept_names(ledger)] if inputs.whole else []
        shown = None if inputs.whole else [item.name for item in columns(program, lang).shown]
        scored = score(connection, program, tables, shown, entries)
        joined = _with_unscored(joined, loaded[0], [unscored.row for unscored in scored.unscored])
        hashes = {own.file or own.head.name: digest(connection, own) for own in found}
    except duckdb.InterruptException:
        raise
    except (NotBulkError, UnsupportedError, TooWideError, duckdb.Error):
        space.close()
        return None
    detach(connection)
    totals = tuple(table.rows for table in loaded)
    level = Level(program, joined, Outcome((), scored.unscored), Stored(space.connection, scored), totals)
    return as_scored(policy, (level,), hashes, inputs)


def _with_unscored(joined: Joined, facts: Loaded, numbers: list[int]) -> Joined:
    """With the rows that could not be scored among those that are not good."""
    if not numbers:
        return joined
    found = facts.reader.read(sorted(numbers))
    rows = sorted((*joined.facts.rows, *found.rows), key=lambda row: row.number)
    sheet = replace(joined.facts.sheet, rows=tuple(row.cells for row in rows), numbers=tuple(r.number for r in rows))
    return replace(joined, facts=replace(joined.facts, rows=tuple(rows), sheet=sheet))


def results(level: Level, lang: Lang) -> tuple[list[Result], str]:
    """The columns of a table of scores, in a database, and where they stand."""
    assert level.stored is not None
    shown = columns(level.program, lang)
    found = [Result(header, column_name("", name)) for header, name in zip(shown.headers, shown.names, strict=False)]
    for header, item in zip(shown.headers[len(shown.names) :], shown.shown, strict=True):
        own = level.stored.scored.results[item.name]
        found.append(Result(header, own.column, own.scale, own.divisor))
    return found, level.stored.scored.source


def write_csv(level: Level, lang: Lang, path: str) -> None:
    """As `reports.scores.as_csv` writes it."""
    assert level.stored is not None
    scored = level.stored.scored
    stand = Stand(scored.table, scored.joined, scored.order)
    to_csv(level.stored.connection, results(level, lang)[0], stand, path, inert_line)


def write_parquet(level: Level, lang: Lang, path: str) -> None:
    import duckdb

    if level.stored is not None:
        to_parquet(level.stored.connection, *results(level, lang), path)
        return
    with duckdb.connect() as connection:
        to_parquet(connection, *columns_in(level, connection, lang), path)


def columns_in(level: Level, connection: Any, lang: Lang) -> tuple[list[Result], str]:
    """A table of scores in a database, which is the one that has them already where there is one."""
    if level.stored is not None:
        return results(level, lang)
    shown = columns(level.program, lang)
    numbers = [at for at, item in enumerate(shown.shown, len(shown.names)) if not isinstance(item, Grade)]
    found = []
    for score in level.outcome.scores:
        row = [*who(score, level.program), *cells(score, shown)]
        found.append(tuple(Fraction(cell) if at in numbers and isinstance(cell, str) else cell
                           for at, cell in enumerate(row)))  # fmt: skip
    return put(connection, shown.headers, found, f"results {level.program.label}".strip(), numbers)


def in_memory(level: Level) -> Level:
    """With its scores as those of a small run, for what is written from them."""
    from kpidsl.engines.columnar.engine import scores

    if level.stored is None:
        return level
    found = scores(level.stored.connection, level.stored.scored)
    return replace(level, outcome=Outcome(tuple(found), level.outcome.unscored), stored=None)
