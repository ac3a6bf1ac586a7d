"""The facts of longer periods: a row for every subject and every period that is whole, read from a table or derived."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from kpidsl.core.program import Program, Table
from kpidsl.facts.read import Facts, Reading
from kpidsl.facts.sheets import Sheet
from kpidsl.text.findings import Argument, Finding
from kpidsl.text.source import Cell
from kpidsl.values.calendar import label, periods, shift, start
from kpidsl.values.kinds import Base, Value
from kpidsl.values.node import Node, node

Key = tuple[str, date]
# Every table of a longer period has the subject and the period.
COMMON = 2


def has_facts(table: Table) -> bool:
    """Whether a level has facts of its own."""
    return len(table.fields) > COMMON


@node
class Span(Node):
    """What the shorter periods hold: each subject's rows by period, and from where to where the facts go.

    A longer period is whole, and is assessed, when the facts begin with it or before, and go on to its end or beyond.
    Whoever lacks a part of it is told so; that all lack its last months says that it still goes on.
    """

    unit: Base
    base: Base
    rows: Mapping[Key, Mapping[date, Mapping[str, Value]]]
    first: date
    last: date

    def whole(self, day: date) -> bool:
        inner = self.inner(day)
        return self.first <= inner[0] and inner[-1] <= self.last

    def inner(self, day: date) -> list[date]:
        """The shorter periods in the one that begins on `day`."""
        return periods(self.base, day, shift(self.base, shift(self.unit, day, 1), -1))

    def lacking(self, key: Key) -> list[str]:
        """What a subject lacks of a period."""
        there = self.rows.get(key, {})
        return [label(self.base, day) for day in self.inner(key[1]) if day not in there]

    def told(self, day: date) -> dict[str, Argument]:
        return {"period": label(self.unit, day), "from": label(self.base, self.first),
                "to": label(self.base, self.last)}  # fmt: skip


def longer(program: Program, base: Program, below: Facts, own: Facts | None) -> Facts:
    """The facts of `program` over the rows of `base`, which are `below`; `own` is its table, where it has one.

    Groups are those of a subject's last row.
    """
    return over(program, _span(program, base, below), own)


def over(program: Program, span: Span, own: Facts | None) -> Facts:
    """The facts of a longer period over what the shorter ones hold."""
    keys = sorted(span.rows, key=lambda key: key[1])
    wanted = [key for key in keys if span.whole(key[1])]
    parts = dict.fromkeys(day for _, day in keys if not span.whole(day))
    name = own.sheet.name if own else program.facts.header
    notes = [Finding("D039", Cell(name), span.told(day)) for day in parts]
    if own is None:
        return _derived(program, span, wanted, notes)
    rows = tuple(known(row, program, own, span) for row in own.rows)
    owed = _owed(program, own, rows, wanted)
    told = [Finding("D033", Cell(name), {"value": key[0], "period": label(span.unit, key[1]),
                                         "lacking": tuple(span.lacking(key))}) for key in owed]  # fmt: skip
    return replace(own, rows=rows, findings=(*own.findings, *notes, *told), owed=tuple(owed))


def _span(program: Program, base: Program, below: Facts) -> Span:
    assert program.unit is not None
    assert base.unit is not None
    rows: dict[Key, dict[date, Mapping[str, Value]]] = {}
    for row in below.rows:
        subject, day = row.values[base.subject], row.values[base.dated]
        if subject is not None and isinstance(day, date):
            rows.setdefault((str(subject), start(program.unit, day)), {})[day] = row.values
    days = [day for found in rows.values() for day in found]
    return Span(program.unit, base.unit, rows, min(days, default=date.max), max(days, default=date.min))


def is_owed(table: Table) -> bool:
    """Whether every longer period must have a row of its own."""
    return any(not item.optional and item.default is None and item.scored for item in table.fields[COMMON:])


def _owed(program: Program, own: Facts, rows: Sequence[Reading], wanted: Sequence[Key]) -> list[Key]:
    """Rows that the table should have; not those of a subject who has a bad row, which may be the one."""
    if own.blocked or not is_owed(program.facts):
        return []
    there = {(row.values[program.subject], row.values[program.dated]) for row in rows}
    doubtful = {row.values[program.subject] for row in rows if not row.good}
    return [key for key in wanted if key not in there and key[0] not in doubtful]


def _derived(program: Program, span: Span, wanted: Sequence[Key], notes: Sequence[Finding]) -> Facts:
    rows = [derived_row(program, span, number, key) for number, key in enumerate(wanted, 2)]
    return replace(derived_facts(program, rows), findings=tuple(notes))


def derived_facts(program: Program, rows: Sequence[Reading]) -> Facts:
    """Rows that stand in no file, as a sheet."""
    headers = tuple(item.header for item in program.facts.fields)
    cells, numbers = tuple(row.cells for row in rows), tuple(row.number for row in rows)
    return Facts(program.facts, Sheet(program.facts.header, headers, cells, numbers, derived=True), tuple(rows))


def derived_row(program: Program, span: Span, number: int, key: Key) -> Reading:
    values = {program.subject: key[0], program.dated: key[1], **_groups(program, span, key)}
    return Reading(number, values, (key[0], label(span.unit, key[1])))


def _groups(program: Program, span: Span, key: Key) -> dict[str, Value]:
    last = max(span.rows[key].items())[1]
    return {name: last[name] for name in program.within}


def known(row: Reading, program: Program, own: Facts, span: Span) -> Reading:
    """A row of a subject and period that the shorter periods have, with the subject's groups; else a bad one."""
    subject, day = row.values[program.subject], row.values[program.dated]
    empty = replace(row, values={**dict.fromkeys(program.within), **row.values})
    if subject is None or not isinstance(day, date):
        return empty
    key = (str(subject), day)
    if key in span.rows and span.whole(day):
        return replace(row, values={**_groups(program, span, key), **row.values})
    args: dict[str, Argument] = {"value": str(subject), **span.told(day)}
    found = Finding("D036" if span.whole(day) else "D035", Cell(own.sheet.name, row.number), args)
    return replace(empty, findings=(*row.findings, found))
