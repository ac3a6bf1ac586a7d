"""Large tables joined: every row of events gets the number of its subject's row, and what joining finds wrong is told
as for small ones, of the few rows that it concerns.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kpidsl.core.columns import NUMBER, ROW, Column, Columns, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.facts.bulk_doubts import doubts_large
from kpidsl.facts.bulk_reader import MOST_ODD, Loaded
from kpidsl.facts.join import Joined, doubtful, joined, owned_by, subjects
from kpidsl.facts.read import Facts, Reading
from kpidsl.facts.shapes import literal

# Above so many subjects nobody looks for the one that was most likely meant.
MOST_SUBJECTS = 200_000


def join_large(connection: Any, program: Program, facts: Loaded,
               events: Sequence[Loaded]) -> tuple[Joined, Mapping[str, Columns]]:  # fmt: skip
    """What is bad, with the rows that it concerns; and the good rows of a level, as tables of the database."""
    few = [_concerned(connection, program, table) for table in events]
    known = subjects(program, facts.bad) | _known(connection, program, facts, few)
    owned = owned_by(known, few)
    told = (*facts.bad.findings, *doubts_large(connection, program, facts, events))
    spoilt = {str(name) for table in owned for row in table.rows for name in doubtful(row, table) if name}
    bad = rows_of(facts, [*facts.bad.rows, *_spoilt(connection, program, facts, spoilt)])
    found = joined(program, replace(bad, findings=told), owned)
    stored = {"": Columns(facts.columns, facts.rows)}
    for table in events:
        most = 0 if program.dated else _most(connection, program, table)
        stored[table.table.name] = Columns(_used(program, table), table.rows, most)
    return found, stored


def rows_of(table: Loaded, rows: Iterable[Reading]) -> Facts:
    """Some rows of a table, in their order."""
    kept = sorted({row.number: row for row in rows}.values(), key=lambda row: row.number)
    cells, numbers = tuple(row.cells for row in kept), tuple(row.number for row in kept)
    return replace(table.bad, sheet=replace(table.reader.sheet, rows=cells, numbers=numbers), rows=tuple(kept))


def _concerned(connection: Any, program: Program, table: Loaded) -> Facts:
    """Rows of events that are bad, that no good row owns, or that are there twice.

    Where there are no periods, all get the number of their owner's row.
    """
    name, facts = table_name(table.table.name, program.facts.name), table_name("", program.facts.name)
    subject, owner = column_name("", program.subject), column_name(table.table.name, table.table.owner)
    lost = f"ANTI JOIN {facts} ON {facts}.{subject} = {owner}"
    if not program.dated:
        rows = quoted(f"joined {table.table.name}")
        used = (column_name(table.table.name, item) for item in _used(program, table))
        cells = ", ".join([quoted(NUMBER), *used, f"{facts}.{quoted(ROW)}"])
        connection.execute(f"CREATE TEMP TABLE {rows} AS SELECT {cells} FROM {name} "
                           f"LEFT JOIN {facts} ON {facts}.{subject} = {owner}")  # fmt: skip
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE {rows} RENAME TO {name}")
        lost = f"WHERE {quoted(ROW)} IS NULL"
    found = connection.execute(f"SELECT {quoted(NUMBER)} FROM {name} {lost} LIMIT {MOST_ODD + 1}").fetchall()
    more = table.reader.read(sorted({number for (number,) in found} | set(_twins(table))))
    return rows_of(table, [*table.bad.rows, *more.rows])


def _used(program: Program, table: Loaded) -> dict[str, Column]:
    """The columns of events that are kept once each has the number of its subject's row: those that are used."""
    return {name: column for name, column in table.columns.items() if program.dated or name in program.used}


def _twins(table: Loaded) -> list[int]:
    """The numbers of rows of which every cell is written as in another one."""
    rows = table.reader.read(table.alike).rows
    counted = Counter(row.cells for row in rows)
    return [row.number for row in rows if counted[row.cells] > 1]


def _most(connection: Any, program: Program, table: Loaded) -> int:
    """The most rows that a subject has."""
    row, name = quoted(ROW), table_name(table.table.name, program.facts.name)
    counted = f"SELECT count(*) AS c FROM {name} WHERE {row} IS NOT NULL GROUP BY {row}"
    return int(connection.execute(f"SELECT coalesce(max(c), 0) FROM ({counted})").fetchone()[0])


def _known(connection: Any, program: Program, facts: Loaded, events: Sequence[Facts]) -> set[str]:
    """Subjects with good rows: all of them, or, of very many, those that are asked for."""
    subject = f"SELECT DISTINCT {column_name('', program.subject)} FROM {table_name('', program.facts.name)}"
    if facts.rows <= MOST_SUBJECTS:
        return {str(row[0]) for row in connection.execute(subject).fetchall()}
    asked = {str(row.values[table.table.owner]) for table in events for row in table.rows}
    named = f"{subject} WHERE {column_name('', program.subject)} IN ({_listed(asked)})"
    return {str(row[0]) for row in connection.execute(named).fetchall()}


def _spoilt(connection: Any, program: Program, facts: Loaded, names: set[str]) -> Sequence[Reading]:
    """The good rows of these subjects, which are good no longer."""
    if not names:
        return ()
    condition = f"{column_name('', program.subject)} IN ({_listed(names)})"
    source = table_name("", program.facts.name)
    found = connection.execute(f"SELECT {quoted(ROW)} FROM {source} WHERE {condition}").fetchall()
    rows = facts.reader.read(sorted(number for (number,) in found)).rows
    facts.reader.leave_out(condition)
    return rows


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(literal, names)) or "NULL"
