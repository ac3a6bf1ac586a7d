"""The columnar engine: a level as one query over exact whole numbers, run by the embedded database DuckDB.

It gives what the exact engine gives. Rows that it cannot work out go to the exact engine, which says why; what it does
not know at all it refuses, with the reason.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.columns import ROW, quoted
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Case, GradeResult, Outcome, RankResult, Score
from kpidsl.engines import exact
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.scoring import Scoring, scoring
from kpidsl.engines.columnar.tables import Tables, store, terms
from kpidsl.engines.columnar.terms import Term, UnsupportedError


def run(program: Program, cases: Sequence[Case]) -> Outcome:
    """Scores every case, or says why not; of accounts it has the balances. Raises UnsupportedError, TooWideError."""
    import duckdb

    with duckdb.connect() as connection:
        found = lowered(program, store(connection, program, cases))
        rows = connection.execute(statement(found)).fetchall()
    by_number = {case.number: case for case in cases}
    broken = [by_number[number] for number, bad, _, *_ in rows if bad]
    again = exact.run(program, [broken])[0] if broken else Outcome((), ())
    if any(late for _, _, late, *_ in rows) or (again.scores and program.results):
        raise UnsupportedError("LATE")
    scores = [_score(program, found, by_number[number], cells) for number, bad, _, *cells in rows if not bad]
    return Outcome(tuple(sorted([*scores, *again.scores], key=lambda score: score.row)), again.unscored)


def lowered(program: Program, tables: Tables) -> Scoring:
    """A level as a query over tables of a database. Raises UnsupportedError and TooWideError."""
    facts, events = terms(tables)
    return scoring(program, facts, events, tables[""].rows)


def statement(found: Scoring) -> str:
    """The whole query: the number of each row, whether it is broken, and only late; then the parts of each result."""
    queries = found.layers.queries()
    last = queries[-1][0] if queries else quoted(found.layers.base)
    results = (part for term in found.results.values() for part in _parts(term))
    parts = [quoted(ROW), found.broken.text, found.late.text, *results]
    named = ",\n".join(f"{name} AS (\n  {text})" for name, text in queries)
    return f"{'WITH ' if named else ''}{named}\nSELECT {', '.join(parts)} FROM {last}"


def _parts(term: Term) -> list[str]:
    """The value as whole numbers or a text, and whether there is none."""
    if not isinstance(term.value, Number):
        return [term.value.text, term.none.text]
    divisor = term.value.divisor
    return [term.value.top.text, divisor.text if divisor is not None else "1", term.none.text]


def _score(program: Program, found: Scoring, case: Case, cells: Sequence[Any]) -> Score:
    values: dict[str, Any] = {}
    at = 0
    for name, term in found.results.items():
        if isinstance(term.value, Number):
            top, divisor, none = cells[at : at + 3]
            values[name] = None if none else Fraction(top, term.value.scale * divisor)
            at += 3
        else:
            values[name] = None if cells[at + 1] else cells[at]
            at += 2
    accounts = {item.name: _account(item, values[item.name]) for item in program.definitions
                if isinstance(item, n.Ledger)}  # fmt: skip
    results = {item.name: _result(item, values[item.name]) for item in program.definitions
               if isinstance(item, n.Grade | n.Rank)}  # fmt: skip
    facts = case.facts
    groups = tuple(str(facts[group]) for group in program.within)
    return Score(case.number, str(facts[program.subject]), groups, accounts, results)


def _account(item: n.Ledger, balance: Fraction | None) -> Account:
    return Account(item.name, item.label, item.role, item.clause, item.source, item.place, item.worth, (), balance,
                   kind=item.kind)  # fmt: skip


def _result(item: n.Grade | n.Rank, value: Any) -> GradeResult | RankResult:
    if isinstance(item, n.Grade):
        return GradeResult(item.name, item.label, item.source, item.place, value or "", "")
    return RankResult(item.name, item.label, item.place, (), (), None if value is None else int(value))


