"""The columnar engine: a level as one query over exact whole numbers, run by the embedded database DuckDB.

It gives what the exact engine gives. Rows that it cannot work out go to the exact engine, which says why; what it does
not know at all it refuses, with the reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.columns import FACTS, ROW, column_name, quoted
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Case, GradeResult, Outcome, RankResult, Score, Unscored
from kpidsl.engines import exact
from kpidsl.engines.columnar.conditions import FALSE
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.scoring import Scoring, scoring
from kpidsl.engines.columnar.tables import Tables, store, taken, terms
from kpidsl.engines.columnar.terms import Term, UnsupportedError

RESULTS = "results"


@dataclass(frozen=True)
class Shown:
    """A result as columns of the table of results: a text where `scale` is 0; NULL where there is no value."""

    column: str
    scale: int = 0
    divisor: str = "1"


@dataclass(frozen=True)
class Scored:
    """A level that was worked out: `results` by the names of ledgers, grades and ranks; and what has no score."""

    program: Program
    results: Mapping[str, Shown]
    unscored: tuple[Unscored, ...]


def run(program: Program, cases: Sequence[Case]) -> Outcome:
    """Scores every case, or says why not; of accounts it has the balances. Raises UnsupportedError, TooWideError."""
    import duckdb

    with duckdb.connect() as connection:
        scored = score(connection, program, store(connection, program, cases))
        return Outcome(tuple(scores(connection, scored)), scored.unscored)


def lowered(program: Program, tables: Tables) -> Scoring:
    """A level as a query over tables of a database. Raises UnsupportedError and TooWideError."""
    facts, events = terms(tables)
    return scoring(program, facts, events, tables[""].rows)


def score(connection: Any, program: Program, tables: Tables, wanted: Collection[str] | None = None) -> Scored:
    """Works out the results of every row of facts, as a table: the `wanted` ones, or all. Raises UnsupportedError and
    TooWideError.
    """
    found = lowered(program, tables)
    if wanted is not None:
        found.results = {name: term for name, term in found.results.items() if name in wanted}
    connection.execute(f"CREATE TEMP TABLE {RESULTS} AS {statement(found)}")
    row = quoted(ROW)
    if found.late != FALSE and connection.execute(f"SELECT count(*) FROM {RESULTS} WHERE late").fetchone()[0]:
        raise UnsupportedError("LATE")
    broken = [number for (number,) in connection.execute(f"SELECT {row} FROM {RESULTS} WHERE broken").fetchall()]
    again = Outcome((), ())
    if broken:
        again = exact.run(program, [taken(connection, program, tables, broken)])[0]
        connection.execute(f"DELETE FROM {RESULTS} WHERE broken")
    if again.scores:
        raise UnsupportedError("LATE")
    return Scored(program, {name: shown for name, (shown, _) in _shown(found).items()}, again.unscored)


def statement(found: Scoring) -> str:
    """The whole query: the number of each row, whether it is broken, and only late; then the parts of each result."""
    queries = found.layers.queries()
    last = queries[-1].name if queries else quoted(found.layers.base)
    parts = [f"{last}.{quoted(ROW)}", f"{found.broken.text} AS broken", f"{found.late.text} AS late"]
    parts += [f"{text} AS {quoted(name)}" for _, columns in _shown(found).values() for name, text in columns]
    named = ",\n".join(map(str, queries))
    return f"{'WITH ' if named else ''}{named}\nSELECT {', '.join(parts)} FROM {last}"


def _shown(found: Scoring) -> dict[str, tuple[Shown, list[tuple[str, str]]]]:
    """Each result, and its columns: their names and SQL."""
    return {name: _columns(f"r{at}", term) for at, (name, term) in enumerate(found.results.items())}


def _columns(name: str, term: Term) -> tuple[Shown, list[tuple[str, str]]]:
    if not isinstance(term.value, Number):
        return Shown(name), [(name, _unless(term, term.value.text))]
    columns = [(name, _unless(term, term.value.top.text))]
    if term.value.divisor is None:
        return Shown(name, term.value.scale), columns
    return Shown(name, term.value.scale, f"{name}d"), [*columns, (f"{name}d", term.value.divisor.text)]


def _unless(term: Term, text: str) -> str:
    return text if term.none == FALSE else f"CASE WHEN {term.none.text} THEN NULL ELSE {text} END"


def source() -> str:
    """The results with their facts, in the order of the facts."""
    row = quoted(ROW)
    return f"{RESULTS} JOIN {FACTS} ON {FACTS}.{row} = {RESULTS}.{row} ORDER BY {RESULTS}.{row}"


def scores(connection: Any, scored: Scored) -> list[Score]:
    """The results row by row, as the exact engine has them; of accounts the balances."""
    program = scored.program
    names = [column_name("", name) for name in (program.subject, *program.within)]
    parts = [f"{RESULTS}.{quoted(ROW)}", *names]
    for shown in scored.results.values():
        parts += [shown.column, shown.divisor]
    rows = connection.execute(f"SELECT {', '.join(parts)} FROM {source()}").fetchall()
    return [_score(scored, row[0], row[1 : 1 + len(names)], row[1 + len(names) :]) for row in rows]


def _score(scored: Scored, number: int, who: Sequence[Any], cells: Sequence[Any]) -> Score:
    values: dict[str, Any] = {}
    for at, (name, shown) in enumerate(scored.results.items()):
        top, divisor = cells[2 * at : 2 * at + 2]
        values[name] = Fraction(top, shown.scale * divisor) if shown.scale and top is not None else top
    items = [item for item in scored.program.definitions if item.name in values]
    accounts = {item.name: _account(item, values[item.name]) for item in items if isinstance(item, n.Ledger)}
    results = {item.name: _result(item, values[item.name]) for item in items if isinstance(item, n.Grade | n.Rank)}
    subject, *groups = map(str, who)
    return Score(number, subject, tuple(groups), accounts, results)


def _account(item: n.Ledger, balance: Fraction | None) -> Account:
    return Account(item.name, item.label, item.role, item.clause, item.source, item.place, item.worth, (), balance,
                   kind=item.kind)  # fmt: skip


def _result(item: n.Grade | n.Rank, value: Any) -> GradeResult | RankResult:
    if isinstance(item, n.Grade):
        return GradeResult(item.name, item.label, item.source, item.place, value or "", "")
    return RankResult(item.name, item.label, item.place, (), (), None if value is None else int(value))
