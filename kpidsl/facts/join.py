"""Facts and their events to cases, level by level. Every row of facts becomes a case or a reject; none is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from kpidsl.core.program import Program
from kpidsl.core.results import Case, Event
from kpidsl.facts.doubts import doubts
from kpidsl.facts.read import Facts, Reading, cell_of
from kpidsl.text.findings import Argument, Finding, likeliest
from kpidsl.text.source import Cell
from kpidsl.values.kinds import Value
from kpidsl.values.node import Node, node

MOST_GUESSES = 50


@node
class Joined(Node):
    """A level: `cases` can be scored; `facts` and `events` are the tables as read, with what joining found wrong."""

    cases: tuple[Case, ...]
    facts: Facts
    events: tuple[Facts, ...]

    @property
    def tables(self) -> tuple[Facts, ...]:
        return (self.facts, *self.events)

    @property
    def lost(self) -> list[tuple[str, date]]:
        """Subjects with periods that were due and come in no case."""
        subject, dated = self.facts.table.key[0], self.facts.table.dated
        rows = [row.values for row in self.facts.rows if not row.good] if dated else []
        known = [(str(values[subject]), values[dated]) for values in rows if values[subject] is not None]
        return [(name, day) for name, day in (*known, *self.facts.owed) if isinstance(day, date)]

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with a table before what that means for a subject of another."""
        found = [finding for table in self.tables for finding in table.all_findings]
        return sorted(found, key=lambda finding: finding.code == "D023")


def join(program: Program, facts: Facts, events: Sequence[Facts]) -> Joined:
    """The cases of a level, and whatever looks wrong."""
    owned = owned_by(subjects(program, facts), events)
    told = (*facts.findings, *doubts(program, facts, owned))
    return joined(program, replace(facts, findings=told), owned)


def join_some(program: Program, facts: Facts, events: Sequence[Facts]) -> Joined:
    """As `join`, where only some rows of each table were read: these say nothing of a table as a whole."""
    return joined(program, facts, owned_by(subjects(program, facts), events))


def joined(program: Program, facts: Facts, owned: Sequence[Facts]) -> Joined:
    """A subject whose events have a bad row is not scored: nobody can tell what that row would have said.

    Where a column of the events is missing, that holds for every subject.
    """
    spoilt = {name: Cell(table.sheet.name, row.number)
              for table in owned for row in table.rows for name in doubtful(row, table)}  # fmt: skip
    unread = next((Cell(table.sheet.name, table.sheet.top) for table in owned if table.blocked), None)
    rows = tuple(_spoil(row, program.subject, facts, unread or spoilt.get(row.values[program.subject]))
                 for row in facts.rows)  # fmt: skip
    by_subject = [_by_subject(table) for table in owned]
    cases = tuple(
        Case(row.number, row.values, {table.table.name: found.get(str(row.values[program.subject]), [])
                                      for table, found in zip(owned, by_subject, strict=True)})
        for row in rows if row.good
    )  # fmt: skip
    return Joined(cases, replace(facts, rows=rows), tuple(owned))


def subjects(program: Program, facts: Facts) -> set[str]:
    return {str(row.values[program.subject]) for row in facts.rows if row.values[program.subject] is not None}


def owned_by(known: set[str], events: Sequence[Facts]) -> list[Facts]:
    return [_owned(table, known) for table in events]


def doubtful(row: Reading, table: Facts) -> list[Value]:
    """Whose score a row of events puts in doubt: its subject's, or that of whom it was most likely meant to name."""
    if row.good:
        return []
    near = [finding.args["near"] for finding in row.findings if finding.code == "D022"]
    return [row.values[table.table.owner], *(name for name in near if isinstance(name, str) and name)]


def _owned(table: Facts, subjects: set[str]) -> Facts:
    """Events of a subject that the facts do not have are bad rows."""
    owner = table.table.owner
    label = next(item.header for item in table.table.fields if item.name == owner)
    guesses: dict[str, str] = {}
    ordered = sorted(subjects)     # of two that are as near the same one is told in every run

    def checked(row: Reading) -> Reading:
        name = row.values[owner]
        if name is None or not subjects or str(name) in subjects:
            return row
        if str(name) not in guesses:
            guesses[str(name)] = likeliest(str(name), ordered) if len(guesses) < MOST_GUESSES else ""
        args = {"value": str(name), "near": guesses[str(name)]}
        return replace(row, findings=(*row.findings, Finding("D022", cell_of(row, table, label), args)))

    return replace(table, rows=tuple(checked(row) for row in table.rows), findings=(*table.findings, *_repeated(table)))


def _repeated(table: Facts) -> Iterator[Finding]:
    """Events pasted twice: rows that are equal in every cell."""
    first: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        before = first.setdefault(row.cells, row.number)
        if before != row.number:
            yield Finding("D032", cell_of(row, table), {"row": before})


def _spoil(row: Reading, subject: str, facts: Facts, cell: Cell | None) -> Reading:
    if cell is None or row.values[subject] is None:
        return row
    label = next(item.header for item in facts.table.fields if item.name == subject)
    args: dict[str, Argument] = {"value": str(row.values[subject]), "table": cell.table, "row": cell.row}
    return replace(row, findings=(*row.findings, Finding("D023", cell_of(row, facts, label), args)))


def _by_subject(table: Facts) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for row in table.rows:
        if row.good:
            day: Value = row.values[table.table.dated] if table.table.dated else None
            event = Event(row.number, row.values, day if isinstance(day, date) else None)
            found.setdefault(str(row.values[table.table.owner]), []).append(event)
    return found
