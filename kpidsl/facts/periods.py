"""The facts of longer periods: a row for every subject and every period that is over, read from a table or derived."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from kpidsl.core.program import Program, Table
from kpidsl.facts.read import Facts, Reading
from kpidsl.facts.sheets import Sheet
from kpidsl.text.findings import Argument, Finding
from kpidsl.text.source import Cell
from kpidsl.values.calendar import label, shift, start
from kpidsl.values.kinds import Base, Value

Key = tuple[str, date]
# Every table of a longer period has the subject and the period.
COMMON = 2


def has_facts(table: Table) -> bool:
    """Whether a level has facts of its own."""
    return len(table.fields) > COMMON


def longer(program: Program, base: Program, below: Facts, own: Facts | None) -> Facts:
    """The facts of `program` over the rows of `base`, which are `below`; `own` is its table, where it has one.

    A period is over when the facts have rows of its last month or quarter. Groups are those of a subject's last row.
    """
    assert program.unit is not None
    assert base.unit is not None
    wanted, going = _wanted(program, base, below)
    name = own.sheet.name if own else program.facts.header
    notes = [Finding("D039", Cell(name), _lacking(program, base, day)) for day in going]
    if own is None:
        return _derived(program, wanted, notes)
    rows = tuple(_known(row, program, base, own, wanted) for row in own.rows)
    there = {(row.values[program.subject], row.values[program.dated]) for row in rows}
    needed = any(not item.optional and item.default is None and item.scored for item in program.facts.fields[COMMON:])
    lacking = [key for key in wanted if key not in there] if needed and not own.blocked else []
    told = [Finding("D033", Cell(own.sheet.name), {"value": subject, "period": label(program.unit, day)})
            for subject, day in lacking]  # fmt: skip
    return replace(own, rows=rows, findings=(*own.findings, *notes, *told))


def _wanted(program: Program, base: Program, below: Facts) -> tuple[dict[Key, Mapping[str, Value]], list[date]]:
    """Every subject's periods that are over, each with the subject's last row in it; and those that still go on."""
    assert program.unit is not None
    assert base.unit is not None
    found: dict[Key, list[tuple[date, Mapping[str, Value]]]] = {}
    over: set[date] = set()
    for row in below.rows:
        subject, day = row.values[base.subject], row.values[base.dated]
        if subject is not None and isinstance(day, date):
            period = start(program.unit, day)
            found.setdefault((str(subject), period), []).append((day, row.values))
            if start(program.unit, shift(base.unit, day, 1)) != period:
                over.add(period)
    keys = sorted((key for key in found if key[1] in over), key=lambda key: key[1])
    going = sorted({period for _, period in found} - over)
    return {key: max(found[key], key=lambda item: item[0])[1] for key in keys}, going


def _derived(program: Program, wanted: Mapping[Key, Mapping[str, Value]], notes: Sequence[Finding]) -> Facts:
    assert program.unit is not None
    headers = tuple(item.header for item in program.facts.fields)
    cells = tuple((subject, label(program.unit, day)) for subject, day in wanted)
    numbers = tuple(range(2, len(cells) + 2))
    sheet = Sheet(program.facts.header, headers, cells, numbers, derived=True)
    rows = tuple(
        Reading(number, {program.subject: subject, program.dated: day, **_groups(program, last)}, shown)
        for number, shown, ((subject, day), last) in zip(numbers, cells, wanted.items(), strict=True)
    )
    return Facts(program.facts, sheet, rows, tuple(notes))


def _groups(program: Program, last: Mapping[str, Value]) -> dict[str, Value]:
    return {name: last[name] for name in program.within}


def _lacking(program: Program, base: Program, day: date) -> dict[str, Argument]:
    """A period that goes on, and the last of the shorter ones in it."""
    assert program.unit is not None
    assert base.unit is not None
    last = shift(base.unit, shift(program.unit, day, 1), -1)
    return {"period": label(program.unit, day), "last": label(base.unit, last)}


def _known(row: Reading, program: Program, base: Program, own: Facts,
           wanted: Mapping[Key, Mapping[str, Value]]) -> Reading:
    """A row of a subject and period that the shorter periods have, with the subject's groups; else a bad one."""
    assert isinstance(program.unit, Base)
    subject, day = row.values[program.subject], row.values[program.dated]
    if subject is None or not isinstance(day, date):
        return replace(row, values={**dict.fromkeys(program.within), **row.values})
    last = wanted.get((str(subject), day))
    if last is not None:
        return replace(row, values={**_groups(program, last), **row.values})
    over = any(period == day for _, period in wanted)
    args = {"value": str(subject), **_lacking(program, base, day)}
    found = Finding("D036" if over else "D035", Cell(own.sheet.name, row.number), args)
    return replace(row, values={**dict.fromkeys(program.within), **row.values}, findings=(*row.findings, found))
