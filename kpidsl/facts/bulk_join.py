"""Large tables joined: every row of events gets the number of its subject's row, and what joining finds wrong is told
as for small ones, of the few rows that it concerns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kpidsl.core.columns import FACTS, NUMBER, ROW, Columns, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.facts.bulk import Loaded
from kpidsl.facts.join import Joined, doubtful, join, owned_by, subjects
from kpidsl.facts.read import Facts, Reading
from kpidsl.facts.shapes import literal

# Above so many subjects nobody looks for the one that was most likely meant.
MOST_SUBJECTS = 200_000


def join_large(connection: Any, program: Program, facts: Loaded,
               events: Sequence[Loaded]) -> tuple[Joined, Mapping[str, Columns]]:  # fmt: skip
    """What is bad, with the rows that it concerns; and the good rows, as tables of the database."""
    few = [_concerned(connection, program, table) for table in events]
    known = subjects(program, facts.bad) | _known(connection, program, facts, few)
    owned = owned_by(known, few)
    spoilt = {str(name) for table in owned for row in table.rows for name in doubtful(row, table) if name}
    bad = _rows(facts, [*facts.bad.rows, *_spoilt(connection, program, facts, spoilt)], ())
    joined = join(program, bad, few, known)
    empty = {table.bad.sheet.name for table in events if not table.rows}
    told = tuple(f for f in joined.facts.findings if f.code != "D051" or getattr(f.place, "table", "") in empty)
    joined = replace(joined, facts=replace(joined.facts, findings=(*facts.findings, *told)))
    stored = {"": Columns(facts.columns, facts.rows)}
    for table in events:
        name = table_name(table.table.name)
        counted = f"SELECT count(*) AS c FROM {name} WHERE {quoted(ROW)} IS NOT NULL GROUP BY {quoted(ROW)}"
        most = connection.execute(f"SELECT coalesce(max(c), 0) FROM ({counted})").fetchone()[0]
        stored[table.table.name] = Columns(table.columns, table.rows, most)
    return joined, stored


def _concerned(connection: Any, program: Program, table: Loaded) -> Facts:
    """Rows of events that are bad, that no good row owns, or that are there twice; all get their owner's row."""
    name, subject = table_name(table.table.name), column_name("", program.subject)
    owner = column_name(table.table.name, table.table.owner)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {name}.*, {FACTS}.{quoted(ROW)} FROM {name} "
                       f"LEFT JOIN {FACTS} ON {FACTS}.{subject} = {owner}")  # fmt: skip
    cells = ", ".join(f"c{at}" for at in range(len(table.reader.sheet.header)))
    twice = f"SELECT {cells} FROM {table.reader.raw} GROUP BY ALL HAVING count(*) > 1"
    top = table.reader.sheet.top + 1
    same = " AND ".join(f"one.c{at} IS NOT DISTINCT FROM other.c{at}" for at in range(len(table.reader.sheet.header)))
    rows = f"SELECT one.rowid + {top} FROM {table.reader.raw} AS one JOIN ({twice}) AS other ON {same}"
    found = table.reader.read(f"typed.{quoted(ROW)} IS NULL OR typed.{quoted(NUMBER)} IN ({rows})")
    return _rows(table, [*table.bad.rows, *found.rows], table.findings)


def _rows(table: Loaded, rows: Iterable[Reading], findings: Iterable[Any]) -> Facts:
    """Some rows of a table, in their order."""
    kept = sorted({row.number: row for row in rows}.values(), key=lambda row: row.number)
    cells, numbers = tuple(row.cells for row in kept), tuple(row.number for row in kept)
    sheet = replace(table.reader.sheet, rows=cells, numbers=numbers)
    return Facts(table.table, sheet, tuple(kept), tuple(findings))


def _known(connection: Any, program: Program, facts: Loaded, events: Sequence[Facts]) -> set[str]:
    """Subjects with good rows: all of them, or, of very many, those that are asked for."""
    subject = column_name("", program.subject)
    if facts.rows <= MOST_SUBJECTS:
        return {str(row[0]) for row in connection.execute(f"SELECT {subject} FROM {FACTS}").fetchall()}
    asked = {str(row.values[table.table.owner]) for table in events for row in table.rows}
    found = connection.execute(f"SELECT {subject} FROM {FACTS} WHERE {subject} IN ({_listed(asked)})").fetchall()
    return {str(row[0]) for row in found}


def _spoilt(connection: Any, program: Program, facts: Loaded, names: set[str]) -> Sequence[Reading]:
    """The good rows of these subjects, which are good no longer."""
    if not names:
        return ()
    condition = f"{column_name('', program.subject)} IN ({_listed(names)})"
    rows = facts.reader.read(condition).rows
    connection.execute(f"DELETE FROM {FACTS} WHERE {condition}")
    return rows


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(literal, names)) or "NULL"
