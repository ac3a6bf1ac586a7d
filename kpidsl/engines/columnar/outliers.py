"""Rows with numbers so large that 128 bits would not hold what is worked out: only they go to the exact engine.

Which these are is found from the largest numbers down, until the query fits what is left. Places and quotas are taken
among all: the query is given by what these rows compete, and the exact engine where they came to stand.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from math import gcd
from typing import Any, NamedTuple

from kpidsl.core.columns import FACTS, ROW, Column, Columns, TooWideError, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.core.stages import stages
from kpidsl.engines.alone import work_alone
from kpidsl.engines.columnar import engine
from kpidsl.engines.columnar.again import Again
from kpidsl.engines.columnar.apart import FLAG, Apart
from kpidsl.engines.columnar.level import RESULTS, Scored
from kpidsl.engines.columnar.rejoining import rejoined
from kpidsl.engines.columnar.scoring import Scoring
from kpidsl.engines.columnar.tables import Tables
from kpidsl.engines.exact import Worked

DIGITS = (30, 24, 18, 15, 12, 10, 8, 6)
"""How long numbers may be as they are stored: fewer and fewer digits, until the query fits."""
PLACES = 10**6
"""The finest unit that is kept where only some rows need a finer one."""
MOST = 10_000
"""More rows than so many are worked out no sooner than all."""
LARGE, GIVEN = quoted("rows apart"), quoted("given of rows apart")
BASE = f"{FACTS} apart"


class Asked(NamedTuple):
    """A level, and what is wanted of it."""

    connection: Any
    program: Program
    tables: Tables
    wanted: Collection[str] | None
    kept: Collection[str]


def score(connection: Any, program: Program, tables: Tables, wanted: Collection[str] | None = None,
          kept: Collection[str] = ()) -> Scored:  # fmt: skip
    """As `engine.score`, but that rows whose numbers are too large go to the exact engine."""
    try:
        return engine.score(connection, program, tables, wanted, kept)
    except TooWideError as error:
        found = _scored(Asked(connection, program, tables, wanted, kept))
        if found is None:
            raise error from None
        return replace(found, wide=error)


def _scored(asked: Asked) -> Scored | None:
    """None where there are too many of these rows, or where places rest on other places, or are taken twice."""
    if any(stage.shared for stage in stages(asked.program)[1:]):
        return None
    try:
        own = _fitting(asked)
        return _together(asked, own) if own is not None else None
    except TooWideError:    # by what these rows come to themselves
        return None


# ---- which rows


def _fitting(asked: Asked) -> Tables | None:
    """The tables without the rows that are put into LARGE, so few of them that the query fits the others."""
    for digits in DIGITS:
        count = _pick(asked, digits)
        if count > MOST:
            return None
        own = _without(asked)
        try:
            engine.lowered(asked.program, own, BASE, asked.kept)
            return own
        except TooWideError:
            continue
    return None


def _pick(asked: Asked, digits: int) -> int:
    """Puts the rows whose own numbers, or those of their events, are longer into LARGE; returns how many these are."""
    parts = [f"SELECT {quoted(ROW)} FROM {_stored(name)} WHERE {condition}" for name, own in asked.tables.items()
             if (condition := " OR ".join(_beyond(name, own, digits)))]  # fmt: skip
    rows = " UNION ALL ".join(parts) or f"SELECT 0 AS {quoted(ROW)} WHERE FALSE"
    asked.connection.execute(f"CREATE OR REPLACE TEMP TABLE {LARGE} AS SELECT DISTINCT {quoted(ROW)} FROM ({rows}) "
                             f"WHERE {quoted(ROW)} IS NOT NULL")  # fmt: skip
    return int(asked.connection.execute(f"SELECT count(*) FROM {LARGE}").fetchone()[0])


def _beyond(table: str, own: Columns, digits: int) -> Iterable[str]:
    """SQL of when a cell is too long, or too fine."""
    for name, column in own.columns.items():
        cell, most, finer = column_name(table, name), 10**digits * _finer(column), _finer(column)
        if column.field.kind.numeric and max(-column.low, column.high) >= most:
            yield f"{cell} NOT BETWEEN {1 - most} AND {most - 1}"
        if column.field.kind.numeric and finer > 1:
            yield f"{cell} % {finer} <> 0"


def _finer(column: Column) -> int:
    """How many of its units make one that is kept."""
    return column.scale // gcd(column.scale, PLACES)


def _without(asked: Asked) -> Tables:
    """What the columns hold in the other rows, over the scales that these need."""
    found = {}
    for table, own in asked.tables.items():
        numbers = {name: column for name, column in own.columns.items() if column.field.kind.numeric}
        parts = [part for name, column in numbers.items() for part in _held(column_name(table, name), column)]
        others = f"{_stored(table)} AS t ANTI JOIN {LARGE} AS l ON l.{quoted(ROW)} = t.{quoted(ROW)}"
        values = asked.connection.execute(f"SELECT {', '.join(parts)} FROM {others}").fetchone() if parts else ()
        cells = iter(values)
        columns = {name: _narrowed(column, [next(cells) for _ in _held("", column)])
                   for name, column in numbers.items()}  # fmt: skip
        found[table] = Columns({**own.columns, **columns}, own.rows, own.most)
    return found


def _held(cell: str, column: Column) -> list[str]:
    """SQL of what a column holds: the least, the greatest, and whether each of its coarser units would do."""
    return [f"min({cell})", f"max({cell})", *(f"bool_and({cell} % {times} = 0)" for times in _coarser(column))]


def _coarser(column: Column) -> list[int]:
    """How many of its units make a coarser one."""
    return [times for at in range(1, len(str(column.scale))) if column.scale % (times := 10**at) == 0]


def _narrowed(column: Column, held: Sequence[Any]) -> Column:
    low, high, *whole = held
    times = max([1, *(times for times, all_are in zip(_coarser(column), whole, strict=True) if all_are)])
    return Column(column.field, column.nulls, column.scale // times, (low or 0) // times, (high or 0) // times)


def _stored(table: str) -> str:
    return table_name(table)


# ---- how they take part


def _together(asked: Asked, own: Tables) -> Scored | None:
    """All rows, these by the exact engine: the query is given what they compete with, and gives where they stand."""
    connection, program = asked.connection, asked.program
    again = Again(connection, program, asked.tables, {})
    begun = _early(again, [number for (number,) in connection.execute(f"SELECT * FROM {LARGE} ORDER BY 1").fetchall()])
    failing = [number for number, worked in begun.items() if worked.failures]
    rows = {number: worked.results for number, worked in begun.items() if not worked.failures}
    events = _events(asked, own)

    def lower(base: str) -> Scoring:
        apart = Apart(rows)
        found = engine.only(engine.lowered(program, own, base, asked.kept, apart, events), asked.wanted)
        _base(asked, own, apart, failing)
        return found

    found, unscored = engine.work_out(again, BASE, lower, RESULTS)
    settled = engine.settled_of(connection, found, RESULTS, f"{quoted(ROW)} IN (FROM {LARGE})")
    worked = {one.case.number: one for one in again.beginnings(list(rows))}
    for number, one in worked.items():
        work_alone(program, one, settled.get(number, {}))
    if found.layers.base != BASE or any(one.failures for one in worked.values()):
        return None     # who has no score only after places were taken leaves them to be taken again
    unscored += again.unscored(failing, {})
    ordered = tuple(sorted(unscored, key=lambda one: one.row))
    connection.execute(f"DELETE FROM {RESULTS} WHERE {quoted(ROW)} IN (FROM {LARGE})")
    scored = Scored(program, engine.results_of(found), ordered, engine.kept_of(found), own, (found,))
    return rejoined(connection, scored, [(one, settled.get(number, {})) for number, one in worked.items()])


def _early(again: Again, numbers: Sequence[int]) -> dict[int, Worked]:
    """As they are before any place is taken."""
    found = {worked.case.number: worked for worked in again.beginnings(numbers)}
    for worked in found.values():
        for definition in stages(again.program)[0].definitions:
            worked.work_out(definition)
    return found


def _base(asked: Asked, own: Tables, apart: Apart, failing: Sequence[int]) -> None:
    """The facts, in which rows that are apart have the least number of each column, and what they compete with."""
    row = quoted(ROW)
    cells = [f"unnest(?::{kind}[]) AS {quoted(name)}" for name, (kind, _) in apart.columns.items()]
    given = [list(apart.rows), *([own.get(number) for number in apart.rows] for _, own in apart.columns.values())]
    asked.connection.execute(f"CREATE OR REPLACE TEMP TABLE {GIVEN} AS SELECT "
                             f"{', '.join([f'unnest(?::BIGINT[]) AS {row}', *cells])}", given)  # fmt: skip
    replaced = ", ".join(_replaced(asked, own, "", "f", f"g.{row} IS NULL"))
    parts = [f"f.* REPLACE ({replaced})" if replaced else "f.*", f"g.{row} IS NOT NULL AS {quoted(FLAG)}"]
    parts += [f"g.{quoted(name)}" for name in apart.columns]
    where = f" WHERE f.{row} NOT IN ({', '.join(map(str, failing))})" if failing else ""
    asked.connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(BASE)} AS SELECT {', '.join(parts)} "
                             f"FROM {_stored('')} AS f LEFT JOIN {GIVEN} AS g ON g.{row} = f.{row}{where}")  # fmt: skip


def _events(asked: Asked, own: Tables) -> dict[str, str]:
    """The tables of events without those of rows that are apart."""
    found, row = {}, quoted(ROW)
    for name in own.keys() - {""}:
        found[name] = quoted(f"events {name} apart")
        replaced = ", ".join(_replaced(asked, own, name, "e", "TRUE"))
        cells = f"e.* REPLACE ({replaced})" if replaced else "e.*"
        others = f"{_stored(name)} AS e ANTI JOIN {LARGE} AS l ON l.{row} = e.{row} WHERE e.{row} IS NOT NULL"
        asked.connection.execute(f"CREATE OR REPLACE TEMP VIEW {found[name]} AS SELECT {cells} FROM {others}")
    return found


def _replaced(asked: Asked, own: Tables, table: str, alias: str, others: str) -> Iterable[str]:
    """SQL of the numbers of `others` as their columns now have them; in the rest stands the least.

    These all fit; but the database may read a number before it leaves its row out.
    """
    for name, column in own[table].columns.items():
        if column.field.kind.numeric:
            cell, times = f"{alias}.{column_name(table, name)}", asked.tables[table].columns[name].scale // column.scale
            exact = f"{cell} // {times}" if times > 1 else cell
            value = f"CASE WHEN {others} THEN {exact} ELSE {column.low} END"
            yield f"TRY_CAST({value} AS {column.type}) AS {column_name(table, name)}"
