"""Rows that are sound one by one and look wrong together: warnings, for nobody can be sure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from kpidsl.core.program import Program
from kpidsl.facts.read import Facts
from kpidsl.text.findings import Finding
from kpidsl.text.source import Cell
from kpidsl.values.calendar import label, last_day, shift, start
from kpidsl.values.kinds import Base

Window = tuple[Base, int] | None
Stretches = Sequence[tuple[date, date]]
MOST_ROWS = 12
# Below so many subjects a period with few of them says nothing.
FEW = 3


def doubts(program: Program, facts: Facts, events: Sequence[Facts]) -> Iterator[Finding]:
    """Periods with few subjects; tables of events that are empty, or have rows that no period takes in."""
    if program.unit is not None and not facts.sheet.derived:
        yield from _lonely(program, program.unit, facts)
    for table in events:
        windows = program.windows.get(table.table.name, ())
        if not windows or table.blocked:
            continue
        if not table.rows:
            yield empty(table)
        elif program.unit is not None and table.table.dated:
            yield from _unreached(program, program.unit, facts, table, windows)


def empty(table: Facts) -> Finding:
    return Finding("D051", Cell(table.sheet.name), {"period": ""})


def few(count: int, everyone: int) -> bool:
    """Whether a period has less than half of all subjects: a mistyped one makes a group of one."""
    return everyone >= FEW and count * 2 < everyone


def lonely(facts: Facts, period: str, count: int, everyone: int, numbers: Sequence[int]) -> Finding:
    """A period of few; of the rows the first `numbers` will do."""
    return Finding("D052", Cell(facts.sheet.name), {"period": period, "count": count, "all": everyone,
                                                    "rows": _some(numbers)})  # fmt: skip


def unreached(table: Facts, unit: Base, days: Collection[date], lost: tuple[int, Sequence[int]],
              filled: Collection[date]) -> Iterator[Finding]:  # fmt: skip
    """Of `days`, which are periods, only the `filled` ones have events; `lost`: how many events count in none of them,
    and the first of their numbers.
    """
    count, numbers = lost
    if count and days:
        told = f"{label(unit, min(days))} – {label(unit, max(days))}"
        yield Finding("D050", Cell(table.sheet.name), {"count": count, "rows": _some(numbers), "periods": told})
    left = [day for day in sorted(days) if day not in filled]
    if left:
        told = ", ".join(label(unit, day) for day in left)
        yield Finding("D051", Cell(table.sheet.name), {"period": f" ({told})"})


def stretches(unit: Base, day: date, windows: Collection[Window]) -> Iterator[tuple[date, date]]:
    """From when to when events count in a period."""
    last = last_day(unit, day)
    for window in windows:
        of, count = window or (unit, 1)
        yield shift(of, last, 1 - count), last


def _lonely(program: Program, unit: Base, facts: Facts) -> Iterator[Finding]:
    rows: dict[date, list[int]] = {}
    for row in facts.rows:
        day = row.values[program.dated]
        if row.good and isinstance(day, date):
            rows.setdefault(day, []).append(row.number)
    everyone = len({row.values[program.subject] for row in facts.rows if row.good})
    for day, numbers in sorted(rows.items()):
        if few(len(numbers), everyone):
            yield lonely(facts, label(unit, day), len(numbers), everyone, numbers)


def _unreached(program: Program, unit: Base, facts: Facts, table: Facts,
               windows: Collection[Window]) -> Iterator[Finding]:  # fmt: skip
    reach: dict[str, list[tuple[date, date]]] = {}
    days = set()
    for row in facts.rows:
        day, subject = row.values[program.dated], row.values[program.subject]
        if isinstance(day, date):
            days.add(day)
            if subject is not None:
                reach.setdefault(str(subject), []).extend(stretches(unit, day, windows))
    lost, filled = _lost(table, reach), {start(unit, day) for day in _days(table).values()}
    yield from unreached(table, unit, days, (len(lost), lost), filled)


def _days(table: Facts) -> Mapping[int, date]:
    """When the good events were, by their numbers."""
    found = {row.number: row.values[table.table.dated] for row in table.rows if row.good}
    return {number: day for number, day in found.items() if isinstance(day, date)}


def _lost(table: Facts, reach: Mapping[str, Stretches]) -> list[int]:
    owners = {row.number: str(row.values[table.table.owner]) for row in table.rows}
    return [number for number, day in _days(table).items()
            if not any(first <= day <= last for first, last in reach.get(owners[number], ()))]  # fmt: skip


def _some(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_ROWS]))
    return shown + " …" if len(numbers) > MOST_ROWS else shown
