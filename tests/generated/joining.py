"""Facts that were made up, joined as those that a run has read: the cases of every level, and what is lost."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from generated.rows import Line, Made

from kpidsl.core.program import Program, Table
from kpidsl.core.results import Case
from kpidsl.facts.join import Joined, joined, owned_by, subjects
from kpidsl.facts.periods import has_facts, longer
from kpidsl.facts.read import Facts, Reading
from kpidsl.facts.sheets import Sheet
from kpidsl.text.findings import Finding
from kpidsl.text.source import Cell

ILLEGIBLE = (Finding("D011", Cell("made.csv")),)


class Levels(NamedTuple):
    """Of every level its cases, and the subjects with periods that come in none."""

    cases: list[list[Case]]
    lost: list[list[tuple[str, date]]]


def levels(program: Program, made: Made) -> Levels:
    found: list[Joined] = []
    for level in program.levels:
        unit = level.unit or ""
        own = _read(level.facts, made[unit, ""]) if not found or has_facts(level.facts) else None
        facts = longer(level, program, found[0].facts, own) if found else own
        assert facts is not None
        events = [_read(table, made[unit, table.name]) for table in level.events]
        found.append(joined(level, facts, owned_by(subjects(level, facts), events)))
    return Levels([list(level.cases) for level in found], [level.lost for level in found])


def _read(table: Table, lines: Sequence[Line]) -> Facts:
    rows = tuple(Reading(number, line.values, (str(number),), () if line.good else ILLEGIBLE)
                 for number, line in enumerate(lines, 2))  # fmt: skip
    return Facts(table, Sheet("made.csv", (), (), ()), rows)
