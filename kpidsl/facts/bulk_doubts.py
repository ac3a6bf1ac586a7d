"""What `doubts` tells of small tables, of large ones."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from kpidsl.core.columns import DAY, NUMBER, ROW, SUBJECT, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.facts.bulk_everyone import everyone
from kpidsl.facts.bulk_reader import Loaded
from kpidsl.facts.doubts import MOST_ROWS, Window, empty, few, lonely, stretches, unreached
from kpidsl.text.findings import Finding
from kpidsl.values.calendar import label
from kpidsl.values.kinds import Base


def doubts_large(connection: Any, program: Program, facts: Loaded, events: Sequence[Loaded]) -> Iterator[Finding]:
    """Before any row is left out for what another table says of its subject."""
    unit = program.unit if program.dated else None
    if unit is not None and not facts.reader.sheet.derived:
        yield from _lonely(connection, program, unit, facts)
    for table in events:
        windows = program.windows.get(table.table.name, ())
        if windows and not table.rows:
            yield empty(table.bad)
        elif windows and unit is not None and table.table.dated:
            yield from _unreached(connection, program, unit, facts, table, windows)


def _lonely(connection: Any, program: Program, unit: Base, facts: Loaded) -> Iterator[Finding]:
    name, day = table_name("", program.facts.name), column_name("", program.dated)
    subjects = f"SELECT count(DISTINCT {column_name('', program.subject)}) FROM {name}"
    total = connection.execute(subjects).fetchone()[0]
    for period, count in connection.execute(f"SELECT {day}, count(*) FROM {name} GROUP BY 1 ORDER BY 1").fetchall():
        if few(count, total):
            rows = connection.execute(f"SELECT {quoted(ROW)} FROM {name} WHERE {day} = DATE '{period}' ORDER BY 1 "
                                      f"LIMIT {MOST_ROWS + 1}").fetchall()  # fmt: skip
            yield lonely(facts.bad, label(unit, period), count, total, [number for (number,) in rows])


def _unreached(connection: Any, program: Program, unit: Base, facts: Loaded, table: Loaded,
               windows: Collection[Window]) -> Iterator[Finding]:  # fmt: skip
    who = everyone(connection, program, facts.bad.rows)
    days = [day for (day,) in connection.execute(f"SELECT DISTINCT {quoted(DAY)} FROM {who}").fetchall() if day]
    if not days:
        return
    name, day = table_name(table.table.name, program.facts.name), column_name(table.table.name, table.table.dated)
    owner, number = column_name(table.table.name, table.table.owner), quoted(NUMBER)
    known = f"FROM {name} WHERE {day} IS NOT NULL AND {owner} IN (SELECT {quoted(SUBJECT)} FROM {who})"
    filled = connection.execute(f"SELECT DISTINCT CAST(date_trunc('{unit}', {day}) AS DATE) {known}").fetchall()
    reached = (f"SELECT 1 FROM {who} AS f JOIN {_spans(unit, days, windows)} AS w(p, a, z) ON w.p = f.{quoted(DAY)} "
               f"WHERE f.{quoted(SUBJECT)} = {owner} AND {day} BETWEEN w.a AND w.z")  # fmt: skip
    lost = f"SELECT {number} {known} AND NOT EXISTS ({reached})"
    count = connection.execute(f"SELECT count(*) FROM ({lost})").fetchone()[0]
    first = connection.execute(f"{lost} ORDER BY 1 LIMIT {MOST_ROWS + 1}").fetchall() if count else []
    yield from unreached(table.bad, unit, days, (count, [number for (number,) in first]), {day for (day,) in filled})


def _spans(unit: Base, days: Collection[date], windows: Collection[Window]) -> str:
    spans = [(day, first, last) for day in days for first, last in stretches(unit, day, windows)]
    return "(VALUES " + ", ".join(f"(DATE '{day}', DATE '{first}', DATE '{last}')" for day, first, last in spans) + ")"
