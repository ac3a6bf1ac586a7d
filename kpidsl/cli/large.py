"""Runs over large files: facts are read, scored and written by the embedded database, without a row in between."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from kpidsl.cli.large_tables import read_levels
from kpidsl.cli.scoring import Level, Scored, Stored, as_scored
from kpidsl.cli.sources import Inputs
from kpidsl.cli.workspace import Workspace
from kpidsl.core.columns import ROW, quoted
from kpidsl.core.entries import kept_names
from kpidsl.core.left import LeftError
from kpidsl.core.nodes import Grade
from kpidsl.core.program import Program
from kpidsl.core.results import Outcome
from kpidsl.facts.bulk_join import rows_of
from kpidsl.facts.bulk_reader import Loaded
from kpidsl.facts.join import Joined
from kpidsl.facts.origins import detach
from kpidsl.facts.results import Result, Stand, period_sql, put, to_parquet
from kpidsl.facts.results_csv import to_csv
from kpidsl.policy.model import Policy
from kpidsl.reports.scores import cells, columns, inert_line, who
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang


def score_large(policy: Policy, program: Program, inputs: Inputs, space: Workspace, lang: Lang) -> Scored:
    """Scores in a database, by a policy that is `prepared`.

    Raises RefusedError, and LeftError where the run is to be made row by row.
    """
    import duckdb

    from kpidsl.engines.columnar.levels import score_levels  # it costs small runs what they have no use for

    try:
        connection = space.connection
        space.at(phrase(lang, "reading"))
        found, hashes = read_levels(program, inputs, connection, space.folder)
        space.at(phrase(lang, "scoring"))
        entries = {name for level in program.levels for ledger in level.ledgers for name in kept_names(ledger)}
        shown = [item.name for item in columns(program, lang).shown]
        lost = [level.joined.lost for level in found]
        kept, wanted = (entries, None) if inputs.whole else ((), shown)
        scored = score_levels(connection, program, [level.tables for level in found], lost, kept, wanted)
        levels = [Level(own.program, _with_unscored(level.joined, level.facts, [one.row for one in own.unscored]),
                        Outcome((), own.unscored), Stored(connection, own), level.totals, level.odd)
                  for level, own in zip(found, scored, strict=True)]  # fmt: skip
    except duckdb.InterruptException:
        raise
    except LeftError:
        space.close()
        raise
    except duckdb.OutOfMemoryException as error:
        space.close()
        raise LeftError("MEMORY") from error
    except duckdb.Error as error:
        space.close()
        raise LeftError("DATABASE", text=str(error).strip().partition("\n")[0]) from error
    detach(connection)
    return as_scored(policy, tuple(levels), hashes, inputs)


def _with_unscored(joined: Joined, facts: Loaded, numbers: list[int]) -> Joined:
    """With the rows that could not be scored among those that are not good."""
    if not numbers:
        return joined
    rows = rows_of(facts, [*joined.facts.rows, *facts.reader.read(sorted(set(numbers))).rows])
    return replace(joined, facts=replace(joined.facts, rows=rows.rows, sheet=rows.sheet))


def stand_of(level: Level) -> Stand:
    """Where the results of a large run stand."""
    assert level.stored is not None
    return Stand(level.stored.scored.table, quoted(ROW))


def results(level: Level, lang: Lang) -> tuple[list[Result], Stand]:
    """The columns of a table of scores, in a database, and where they stand."""
    assert level.stored is not None
    shown = columns(level.program, lang)
    texts = {name: level.stored.scored.heads[name] for name in shown.names}
    if level.program.dated:
        texts[level.program.dated] = period_sql(texts[level.program.dated], level.program.unit)
    names = texts.values()
    found = [Result(header, name) for header, name in zip(shown.headers, names, strict=False)]
    for header, item in zip(shown.headers[len(shown.names) :], shown.shown, strict=True):
        own = level.stored.scored.results[item.name]
        found.append(Result(header, own.column, own.scale, own.divisor))
    return found, stand_of(level)


def write_csv(level: Level, lang: Lang, path: str) -> None:
    """As `reports.scores.as_csv` writes it."""
    assert level.stored is not None
    to_csv(level.stored.connection, *results(level, lang), path, inert_line)


def write_parquet(level: Level, lang: Lang, path: str) -> None:
    import duckdb

    if level.stored is not None:
        to_parquet(level.stored.connection, *results(level, lang), path)
        return
    with duckdb.connect() as connection:
        to_parquet(connection, *columns_in(level, connection, lang), path)


def columns_in(level: Level, connection: Any, lang: Lang) -> tuple[list[Result], Stand]:
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
