"""The columnar engine: a level as one query over exact whole numbers, run by the embedded database DuckDB.

It gives what the exact engine gives. Rows that it cannot work out go to the exact engine, which says why; what it does
not know at all it refuses, with the reason.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.columns import FACTS, ROW, column_name, quoted
from kpidsl.core.entries import Posted, Replayed, has_entries, place_of, replay
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Case, Choice, Entry, GradeResult, Outcome, RankResult, Score, Unscored
from kpidsl.engines.columnar.again import Again
from kpidsl.engines.columnar.apart import FLAG, Apart
from kpidsl.engines.columnar.conditions import FALSE
from kpidsl.engines.columnar.expressions import Expressions
from kpidsl.engines.columnar.history import Earlier
from kpidsl.engines.columnar.layers import Layers
from kpidsl.engines.columnar.level import RESULTS, Scored, Shown
from kpidsl.engines.columnar.looking import reaches
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.scoring import Scoring, scoring
from kpidsl.engines.columnar.tables import Tables, store, terms
from kpidsl.engines.columnar.terms import Term, UnsupportedError
from kpidsl.engines.columnar.views import Views
from kpidsl.engines.settled import Settled


def run(program: Program, cases: Sequence[Case]) -> Outcome:
    """Scores every case, or says why not; of accounts it has the balances. Raises UnsupportedError, TooWideError."""
    import duckdb

    with duckdb.connect() as connection:
        scored = score(connection, program, store(connection, program, cases))
        return Outcome(tuple(scores(connection, scored)), scored.unscored)


def lowered(program: Program, tables: Tables, base: str = FACTS, kept: Collection[str] = (),
            apart: Apart | None = None, events: Mapping[str, str] | None = None) -> Scoring:  # fmt: skip
    """A level without periods as a query over tables of a database; `apart` are rows that are worked out elsewhere, and
    `events` the tables without theirs. Raises UnsupportedError and TooWideError.
    """
    x = expressions(Views(None, program, tables, base, (), {}, events or {}))
    if apart is not None and apart.rows:
        x.apart = apart
        x.layers.columns += (FLAG,)
    return scoring(program, x, tables[""].rows, kept)


def score(connection: Any, program: Program, tables: Tables, wanted: Collection[str] | None = None,
          kept: Collection[str] = ()) -> Scored:  # fmt: skip
    """Works out the results of every row of facts, as a table: the `wanted` ones, or all; and what is to be `kept`
    besides. Raises UnsupportedError and TooWideError.
    """
    if program.dated or program.above is not None:
        raise UnsupportedError("PERIODS")
    again = Again(connection, program, tables, {})
    found, unscored = work_out(again, FACTS, lambda base: only(lowered(program, tables, base, kept), wanted), RESULTS)
    ordered = tuple(sorted(unscored, key=lambda one: one.row))
    return Scored(program, results_of(found), ordered, kept_of(found), tables, (found,))


def only(found: Scoring, wanted: Collection[str] | None) -> Scoring:
    """Without the results that nobody wants to see."""
    if wanted is not None:
        found.results = {name: term for name, term in found.results.items() if name in wanted}
    return found


def expressions(views: Views, earlier: Earlier | None = None) -> Expressions:
    """What is known of every subject at the beginning."""
    program = views.program
    layers = Layers(views.facts, tuple(dict.fromkeys((*(item.name for item in program.facts.fields), *program.within))))
    within = (program.dated,) if program.dated else ()
    rows = {reach: views.rows(reach) for reach in reaches(program)}
    return Expressions(layers, terms(views.tables), rows, unit=program.unit, earlier=earlier, within=within)


def work_out(again: Again, base: str, lower: Callable[[str], Scoring], into: str) -> tuple[Scoring, list[Unscored]]:
    """The results of every row of a table of facts as a new table, and why others have none.

    Where rows break only after places were taken, these are taken once more without them.
    """
    connection, row = again.connection, quoted(ROW)
    heads = [f"{column_name('', name)} AS h{at}" for at, name in enumerate(again.program.heads)]
    left, out, unscored = base, list[int](), list[Unscored]()
    while True:
        found = lower(left)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {statement(found, heads)}")
        broken = connection.execute(f"SELECT {row}, late FROM {into} WHERE broken ORDER BY 1").fetchall()
        late = [number for number, is_late in broken if is_late]
        settled = settled_of(connection, found, into, "late") if late else {}
        unscored += again.unscored([number for number, _ in broken], settled)
        if not late:
            connection.execute(f"DELETE FROM {into} WHERE broken")
            return found, unscored
        out += [number for number, _ in broken]
        left = f"{base} left"
        rows = f"SELECT * FROM {quoted(base)} WHERE {row} NOT IN ({', '.join(map(str, out))})"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(left)} AS {rows}")


def settled_of(connection: Any, found: Scoring, table: str, which: str) -> dict[int, dict[str, Settled]]:
    """The places and grades with which some rows were worked out; `which` is SQL of that."""
    shown = {name: own.column for name, (own, _) in _shown(found).items() if name in found.shared}
    sizes = {name: column for column, name, _ in _sizes(found)}
    if not shown:
        return {}
    cells = [f"{column}, {sizes.get(name, '0')}" for name, column in shown.items()]
    rows = connection.execute(f"SELECT {quoted(ROW)}, {', '.join(cells)} FROM {table} WHERE {which}").fetchall()
    return {number: {name: Settled(Fraction(value) if isinstance(value, int) else value, size)
                     for name, value, size in zip(shown, values[::2], values[1::2], strict=True)}
            for number, *values in rows}  # fmt: skip


def results_of(found: Scoring) -> dict[str, Shown]:
    """The results that a query gives, by name."""
    return {name: shown for name, (shown, _) in _shown(found).items() if name in found.results}


def kept_of(found: Scoring) -> dict[str, Shown]:
    """What it gives besides, for other periods."""
    return {name: shown for name, (shown, _) in _shown(found).items() if name in found.kept}


def statement(found: Scoring, heads: Sequence[str] = ()) -> str:
    """The whole query: the number of each row, whose it is, whether it is broken, and only late; then the parts of each
    result.
    """
    parts = [*heads, f"{found.broken.text} AS broken", f"{found.late.text} AS late"]
    parts += [f"{text} AS {quoted(name)}" for _, columns in _shown(found).values() for name, text in columns]
    parts += [f"{text} AS {column}" for column, _, text in _sizes(found)]
    queries = found.layers.queries(parts)
    last = queries[-1].name if queries else quoted(found.layers.base)
    named = ",\n".join(map(str, queries))
    return f"{'WITH ' if named else ''}{named}\nSELECT {', '.join([f'{last}.{quoted(ROW)}', *parts])} FROM {last}"


def _shown(found: Scoring) -> dict[str, tuple[Shown, list[tuple[str, str]]]]:
    """Each result and each value that is kept, and its columns: their names and SQL."""
    return {name: _columns(f"r{at}", term) for at, (name, term) in enumerate({**found.results, **found.kept}.items())}


def _sizes(found: Scoring) -> list[tuple[str, str, str]]:
    """How many are placed, for those who ask: column, name of the rank, and SQL."""
    return [(f"s{at}", name, term.number.top.text) for at, (name, term) in enumerate(found.sizes.items())]


def _columns(name: str, term: Term) -> tuple[Shown, list[tuple[str, str]]]:
    if not isinstance(term.value, Number):
        return Shown(name), [(name, _unless(term, term.value.text))]
    columns = [(name, _unless(term, term.value.top.text))]
    if term.value.divisor is None:
        return Shown(name, term.value.scale), columns
    return Shown(name, term.value.scale, f"{name}d"), [*columns, (f"{name}d", term.value.divisor.text)]


def _unless(term: Term, text: str) -> str:
    return text if term.none == FALSE else f"CASE WHEN {term.none.text} THEN NULL ELSE {text} END"


def scores(connection: Any, scored: Scored) -> list[Score]:
    """The results row by row, as the exact engine has them; of accounts the balances, and what is kept of entries."""
    program = scored.program
    dated = (program.dated,) if program.dated else ()
    names = [scored.heads[name] for name in (program.subject, *dated, *program.within)]
    parts = [quoted(ROW), *names]
    for shown in (*scored.results.values(), *scored.kept.values()):
        parts += [shown.column, shown.divisor]
    rows = connection.execute(f"SELECT {', '.join(parts)} FROM {scored.table} ORDER BY {quoted(ROW)}").fetchall()
    return [_score(scored, row[0], row[1 : 1 + len(names)], row[1 + len(names) :]) for row in rows]


def _score(scored: Scored, number: int, who: Sequence[Any], cells: Sequence[Any]) -> Score:
    shown = [*scored.results.items(), *scored.kept.items()]
    values = {name: own.value(*cells[2 * at : 2 * at + 2]) for at, (name, own) in enumerate(shown)}
    items = [item for item in scored.program.definitions if item.name in scored.results]
    ledgers = [item for item in items if isinstance(item, n.Ledger)]
    entries = replay(ledgers, values, values) if has_entries(ledgers, values) else {}
    accounts = {item.name: _account(item, values[item.name], entries.get(item.name)) for item in ledgers}
    results = {item.name: _result(item, values[item.name]) for item in items if isinstance(item, n.Grade | n.Rank)}
    subject, period, groups = who[0], who[1] if scored.program.dated else None, who[2 if scored.program.dated else 1 :]
    return Score(number, str(subject), tuple(map(str, groups)), accounts, results, period)


def _account(item: n.Ledger, balance: Fraction | None, found: Replayed | None) -> Account:
    entries = tuple(_entry(line) for line in found.lines) if found is not None else ()
    return Account(item.name, item.label, item.role, item.clause, item.source, item.place, item.worth, entries, balance,
                   found.reason if found is not None else "", kind=item.kind)  # fmt: skip


def _entry(of: Posted) -> Entry:
    choices = tuple(Choice(place_of(cases), tuple(row.place for row in cases.rows), row) for cases, row in of.chosen)
    ledger = of.line.amount.name if of.line.verb == "carry" and isinstance(of.line.amount, n.Ref) else ""
    return Entry(of.line.clause, of.line.verb, of.line.place, of.reason, None, of.amount, of.balance, choices=choices,
                 ledger=ledger)  # fmt: skip


def _result(item: n.Grade | n.Rank, value: Any) -> GradeResult | RankResult:
    if isinstance(item, n.Grade):
        return GradeResult(item.name, item.label, item.source, item.place, value or "", "")
    return RankResult(item.name, item.label, item.place, (), (), None if value is None else int(value))
