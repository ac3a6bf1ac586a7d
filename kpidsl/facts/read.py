"""Sheets to rows of values, against the tables that a program wants. All that is wrong is told in one pass."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from kpidsl.core.program import Field, Table
from kpidsl.facts.headers import BLOCKING, NOWHERE, Matched, match, with_header
from kpidsl.facts.sheets import Sheet
from kpidsl.text.findings import Finding, Word, likeliest
from kpidsl.text.source import Cell
from kpidsl.values.kinds import Base, Kind, Range, Value
from kpidsl.values.node import Node, changed, node
from kpidsl.values.numerals import exact, percent, written
from kpidsl.values.reading import UnreadableError, is_bare_share, read, tidy

LONGEST_SHOWN = 40
EXAMPLES = {Base.PERCENT: "86%", Base.PP: "2.5%", Base.NUMBER: "12.5", Base.POINTS: "12.5", Base.MONEY: "1,234.50",
            Base.MONTH: "2014-05", Base.QUARTER: "2014Q2", Base.YEAR: "2014"}  # fmt: skip
# A row of totals or means at the end of a sheet is nobody's.
TOTAL_ENDS, TOTAL_WORDS = ("合计", "总计", "小计", "平均", "均值"), ("total", "sum", "average")
TOTALS = re.compile(f".*({'|'.join(TOTAL_ENDS)})|{'|'.join(TOTAL_WORDS)}", re.IGNORECASE)
MOST_TWINS = 5


@node
class Reading(Node):
    """A row of values with its number in the file.

    `findings`: what is wrong with it; `twins`: other rows of the same key; `blocked`: a column is missing.
    """

    number: int
    values: Mapping[str, Value]
    cells: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    twins: tuple[int, ...] = ()
    blocked: bool = False

    @property
    def good(self) -> bool:
        return not (self.findings or self.twins or self.blocked)


@node
class Facts(Node):
    """A table as read: its rows, good and bad, and what is wrong with the table itself.

    `owed`: subjects and periods whose rows it should have and does not.
    """

    table: Table
    sheet: Sheet
    rows: tuple[Reading, ...]
    findings: tuple[Finding, ...] = ()
    owed: tuple[tuple[str, date], ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a column cannot be read, and with it no row."""
        return any(finding.code in BLOCKING for finding in self.findings)

    @property
    def all_findings(self) -> list[Finding]:
        return [*self.findings, *(finding for row in self.rows for finding in row.findings)]


@dataclass
class _Notes:
    """Columns whose shares have no sign, with the rows and texts of such cells; told once a column."""

    bare: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


def read_table(sheet: Sheet, table: Table) -> Facts:
    """Every row of `sheet`; findings name row, column, value and reason."""
    sheet = with_header(sheet, table)
    columns, findings = match(sheet, table)
    notes = _Notes()
    names = (*table.key, table.owner)
    rows = [_row(sheet, number, cells, columns, names, notes)
            for number, cells in zip(sheet.numbers, sheet.rows, strict=True)]  # fmt: skip
    if table.period is not None:
        rows = [_of_period(row, table, sheet.name) for row in rows]
    if any(f.code in BLOCKING for f in findings):
        rows = [replace(row, blocked=True) for row in rows]
    facts = Facts(table, sheet, tuple(_unique(rows, table, sheet.name)), tuple(findings))
    found = {row.number: row for row in rows} if notes.bare else {}
    shares = [bare_shares(cell_of(found[cells[0][0]], facts, column), len(cells), cells[0][1])
              for column, cells in notes.bare.items()]  # fmt: skip
    facts = replace(facts, findings=(*findings, *shares))
    return replace(facts, rows=tuple(_keyed(row, facts) for row in facts.rows)) if sheet.keyed else facts


def bare_shares(first: Cell, count: int, example: str) -> Finding:
    """Of a column whose shares have no sign from its `first` such cell on."""
    return Finding("D030", first, {"cells": count, "example": example, "as": percent(Fraction(example), "%")})


def _keyed(row: Reading, facts: Facts) -> Reading:
    """With what the row is known by where its findings tell of it."""
    if not row.findings:
        return row
    key = cell_of(row, facts).key
    return replace(row, findings=tuple(_named(finding, key) for finding in row.findings))


def _named(finding: Finding, key: str) -> Finding:
    return changed(finding, place=finding.place._replace(key=key)) if isinstance(finding.place, Cell) else finding


def cell_of(row: Reading, facts: Facts, column: str = "") -> Cell:
    """Where a row stands; where nobody sees its number, with its key, or with whose it is."""
    table, key = facts.table, ""
    names = table.key or (table.owner,)
    values = tuple(row.values[name] for name in names)
    if facts.sheet.keyed and None not in values:
        key = _key_text(values, changed(table, key=names))
    return Cell(facts.sheet.name, row.number, column, key=key)


def _of_period(row: Reading, table: Table, name: str) -> Reading:
    """A row that says another period than the one that is given for all is bad."""
    day = row.values[table.dated]
    if day is None or day == table.period:
        return row
    item = next(item for item in table.fields if item.name == table.dated)
    own, given = (written(value, item.kind, ("", "", "")) for value in (day, table.period))
    found = Finding("D053", Cell(name, row.number, item.header), {"period": own, "given": given})
    return replace(row, findings=(*row.findings, found))


def _at(cells: tuple[str, ...], place: int) -> str:
    return tidy(cells[place]) if NOWHERE < place < len(cells) else ""


def _row(sheet: Sheet, number: int, cells: tuple[str, ...], columns: list[Matched], names: tuple[str, ...],
         notes: _Notes) -> Reading:
    values: dict[str, Value] = {}
    findings: list[Finding] = []
    if len(cells) > len(sheet.header) and any(cell.strip() for cell in cells[len(sheet.header) :]):
        findings.append(Finding("D008", Cell(sheet.name, number), {"cells": len(cells), "headers": len(sheet.header)}))
    for column in columns:
        if column.field.name in names and TOTALS.fullmatch(_at(cells, column.at).replace(" ", "")):
            found = Finding("D027", Cell(sheet.name, number, column.header), {"value": _at(cells, column.at)})
            return Reading(number, dict.fromkeys((c.field.name for c in columns), None), cells, (found,))
    for column in columns:
        text = _at(cells, column.at)
        if column.at == NOWHERE:
            values[column.field.name] = column.field.default
            continue
        value = read_cell(text, column.field, Cell(sheet.name, number, column.header), column.scale)
        if isinstance(value, Finding):
            values[column.field.name] = None
            findings.append(value)
            continue
        values[column.field.name] = value
        if column.scale is None and is_bare_share(text, column.field.kind):
            notes.bare.setdefault(column.header, []).append((number, text))
    return Reading(number, values, cells, tuple(findings))


def read_cell(text: str, item: Field, cell: Cell, scale: Fraction | None = None) -> Value | Finding:
    """The value of a tidied text, or what is wrong with it; `scale` is what the header says of bare numbers."""
    if not text and (item.default is not None or item.optional or not item.scored):
        return item.default
    try:
        value = read(text, item.kind, scale) if text else None
    except UnreadableError as problem:
        return cell_finding(problem.code, cell, text, item)
    if value is None:
        return cell_finding("D010", cell, text, item)
    if isinstance(value, Fraction) and not item.range.holds(value):
        return cell_finding("D020", cell, text, item)
    return value


def cell_finding(code: str, cell: Cell, text: str, item: Field) -> Finding:
    shown = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    kind = item.kind
    return Finding(code, cell, {
        "value": shown, "kind": Word(kind.base), "rules": item.needed_by or (item.header,),
        "known": kind.options, "near": likeliest(text, kind.options), "range": range_text(item.range, kind),
        "example": EXAMPLES.get(kind.base, "12"), "empty": Word("EMPTY_ALLOWED") if item.optional else "",
    })  # fmt: skip


def range_text(limits: Range, kind: Kind) -> str:
    """A declared range as an interval: [0%, 100%], (0, …)."""
    low = "(…" if limits.low is None else ("(" if limits.low_open else "[") + _bound(limits.low, kind)
    high = "…)" if limits.high is None else _bound(limits.high, kind) + (")" if limits.high_open else "]")
    return f"{low}, {high}"


def _bound(value: Fraction, kind: Kind) -> str:
    signs = {Base.PERCENT: "%", Base.PP: "pp"}
    return percent(value, signs[kind.base]) if kind.base in signs else exact(value)


def _key_text(key: tuple[Value, ...], table: Table) -> str:
    kinds = {item.name: item.kind for item in table.fields}
    return " ".join(written(value, kinds[name], ("", "", "")) for name, value in zip(table.key, key, strict=True))


def _unique(rows: list[Reading], table: Table, name: str) -> list[Reading]:
    """Of two rows with one key nobody can tell which is right, so both are bad; the later ones carry the finding."""
    if not table.key:
        return rows
    seen: dict[tuple[Value, ...], list[int]] = {}
    for at, row in enumerate(rows):
        key = tuple(row.values[column] for column in table.key)
        if None not in key:
            seen.setdefault(key, []).append(at)
    label = next(item.header for item in table.fields if item.name == table.key[0])
    for key, places in seen.items():
        for at in places if len(places) > 1 else ():
            twins = tuple(rows[place].number for place in places[: MOST_TWINS + 1] if place != at)
            cell = Cell(name, rows[at].number, label)
            told = Finding("D021", cell, {"value": _key_text(key, table), "rows": tuple(map(str, twins))})
            findings = (*rows[at].findings, told) if at != places[0] else rows[at].findings
            rows[at] = replace(rows[at], findings=findings, twins=twins)
    return rows
