"""Rows that are sound one by one and look wrong together: warnings, for nobody can be sure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from kpidsl.core.program import Program
from kpidsl.facts.read import Facts
from kpidsl.text.findings import Finding
from kpidsl.text.source import Cell
from kpidsl.values.calendar import label, last_day, shift
from kpidsl.values.kinds import Base

Window = tuple[Base, int] | None
Stretches = Sequence[tuple[date, date]]
MOST_ROWS = 12
# Below so many subjects a period with few of them says nothing.
FEW = 3


def doubts(program: Program, facts: Facts, events: Sequence[Facts]) -> Iterator[Finding]:
    """Periods with few subjects; tables of events that are empty, or have rows that no period takes in."""
    if program.unit is not None:
        yield from _lonely(program, program.unit, facts)
    for table in events:
        windows = program.windows.get(table.table.name, ())
        if not windows or table.blocked:
            continue
        if not table.rows:
            yield Finding("D051", Cell(table.sheet.name), {"period": ""})
        elif program.unit is not None and table.table.dated:
            yield from _unreached(program, program.unit, facts, table, windows)


def _lonely(program: Program, unit: Base, facts: Facts) -> Iterator[Finding]:
    """Periods that have less than half of all subjects: a mistyped period makes a group of one."""
    rows: dict[date, list[int]] = {}
    for row in facts.rows:
        day = row.values[program.dated]
        if row.good and isinstance(day, date):
            rows.setdefault(day, []).append(row.number)
    everyone = len({row.values[program.subject] for row in facts.rows if row.good})
    for day, numbers in sorted(rows.items()):
        if everyone >= FEW and len(numbers) * 2 < everyone and not facts.sheet.derived:
            yield Finding("D052", Cell(facts.sheet.name), {"period": label(unit, day), "count": len(numbers),
                                                           "all": everyone, "rows": _some(numbers)})  # fmt: skip


def _unreached(program: Program, unit: Base, facts: Facts, table: Facts,
               windows: Collection[Window]) -> Iterator[Finding]:
    days = {day for row in facts.rows if isinstance(day := row.values[program.dated], date)}
    reach = _reach(program, unit, facts, windows)
    lost, empty = [], dict.fromkeys(sorted(days))
    for row in table.rows:
        day = row.values[table.table.dated]
        if row.good and isinstance(day, date):
            if not any(first <= day <= last for first, last in reach.get(str(row.values[table.table.owner]), ())):
                lost.append(row.number)
            for period in [p for p in empty if shift(unit, p, 0) <= day <= last_day(unit, p)]:
                del empty[period]
    if lost:
        told = f"{label(unit, min(days))} – {label(unit, max(days))}"
        yield Finding("D050", Cell(table.sheet.name), {"count": len(lost), "rows": _some(lost), "periods": told})
    if empty:
        told = ", ".join(label(unit, day) for day in empty)
        yield Finding("D051", Cell(table.sheet.name), {"period": f" ({told})"})


def _reach(program: Program, unit: Base, facts: Facts, windows: Collection[Window]) -> Mapping[str, Stretches]:
    """For each subject from when to when events count, in any of its periods."""
    found: dict[str, list[tuple[date, date]]] = {}
    for row in facts.rows:
        day = row.values[program.dated]
        if isinstance(day, date) and row.values[program.subject] is not None:
            last = last_day(unit, day)
            for window in windows:
                of, count = window or (unit, 1)
                found.setdefault(str(row.values[program.subject]), []).append((shift(of, last, 1 - count), last))
    return found


def _some(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_ROWS]))
    return shown + " …" if len(numbers) > MOST_ROWS else shown
