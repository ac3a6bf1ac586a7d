"""Large tables joined: every row of events gets the number of its subject's row, and what joining finds wrong is told
as for small ones, of the few rows that it concerns.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kpidsl.core.columns import FACTS, NUMBER, ROW, Columns, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.facts.bulk_reader import MOST_ODD, Loaded
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
    joined = quoted(f"joined {table.table.name}")
    connection.execute(f"CREATE TEMP TABLE {joined} AS SELECT {name}.*, {FACTS}.{quoted(ROW)} FROM {name} "
                       f"LEFT JOIN {FACTS} ON {FACTS}.{subject} = {owner}")  # fmt: skip
    connection.execute(f"DROP VIEW {name}")
    connection.execute(f"ALTER TABLE {joined} RENAME TO {name}")
    lost = connection.execute(f"SELECT {quoted(NUMBER)} FROM {name} WHERE {quoted(ROW)} IS NULL "
                              f"LIMIT {MOST_ODD + 1}").fetchall()  # fmt: skip
    found = table.reader.read(sorted({number for (number,) in lost} | set(_twins(connection, table))))
    return _rows(table, [*table.bad.rows, *found.rows], table.findings)


def _twins(connection: Any, table: Loaded) -> list[int]:
    """The numbers of good rows of which every cell is written as in another one."""
    name = table_name(table.table.name)
    cells = ", ".join(column_name(table.table.name, item.field.name) for item in table.reader.matched)
    twice = f"SELECT hash({cells}) FROM {name} GROUP BY 1 HAVING count(*) > 1"
    alike = connection.execute(f"SELECT {quoted(NUMBER)} FROM {name} WHERE hash({cells}) IN ({twice}) "
                               f"LIMIT {MOST_ODD + 1}").fetchall()  # fmt: skip
    rows = table.reader.read(sorted(number for (number,) in alike)).rows
    counted = Counter(row.cells for row in rows)
    return [row.number for row in rows if counted[row.cells] > 1]


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
    numbers = [number for (number,) in
               connection.execute(f"SELECT {quoted(ROW)} FROM {FACTS} WHERE {condition}").fetchall()]  # fmt: skip
    facts.reader.leave_out(condition)
    return facts.reader.read(sorted(numbers)).rows


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(literal, names)) or "NULL"
