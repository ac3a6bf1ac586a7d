"""Headers of a sheet to the fields that a table wants; one that is missing, doubled or unknown is a finding."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from kpidsl.core.program import Field, Table
from kpidsl.facts.sheets import Sheet
from kpidsl.text.findings import Argument, Finding, Word, likeliest
from kpidsl.text.source import Cell
from kpidsl.values.kinds import Base
from kpidsl.values.node import Node, changed, node
from kpidsl.values.reading import UNIT_HEADERS, fold

_UNIT = re.compile(r"\s*(?:\((%|元|万元|天)\)|(%))$")
# What is wrong with a column is wrong with every row.
BLOCKING = ("D005", "D006", "D026", "D028", "D037")
UNITS = {Base.PERCENT: ("", "%"), Base.PP: ("", "%"), Base.MONEY: ("", "元", "万元"), Base.DAYS: ("", "天")}
MOST_TITLES = 5
NOWHERE = -1     # the place of a column that the sheet does not have


@node
class Matched(Node):
    """A field and where the sheet has it; `scale`: what the header says that bare numbers are to be multiplied by."""

    field: Field
    at: int
    scale: Fraction | None
    header: str


def normal(header: str) -> tuple[str, str]:
    """A header without its unit, and the unit: 占比(%) is 占比 and %, so that a bare 86 in it is 86%."""
    text = fold(header).replace(" ", "")
    match = _UNIT.search(text)
    return (text[: match.start()], match.group(1) or match.group(2)) if match else (text, "")


def with_header(sheet: Sheet, table: Table) -> Sheet:
    """Under a title or two the header stands a few lines lower: the line that has most of the columns is taken."""
    wanted = {normal(item.header)[0] for item in table.fields} | {item.name for item in table.fields}

    def matches(cells: tuple[str, ...]) -> int:
        return len(wanted & {normal(cell)[0] for cell in cells})

    lines = (sheet.header, *sheet.rows[:MOST_TITLES])
    best = max(range(len(lines)), key=lambda at: matches(lines[at]))
    if best == 0 or matches(lines[best]) < 2:
        return sheet
    return replace(sheet, header=lines[best], rows=sheet.rows[best:], numbers=sheet.numbers[best:],
                   top=sheet.numbers[best - 1])  # fmt: skip


def match(sheet: Sheet, table: Table) -> tuple[list[Matched], list[Finding]]:
    """The column of each field; one that is missing, doubled or unknown is a finding."""
    found: dict[str, list[int]] = {}
    for at, header in enumerate(sheet.header):
        found.setdefault(normal(header)[0], []).append(at)
    matched = [(item, found.get(normal(item.header)[0]) or found.get(item.name) or []) for item in table.fields]
    columns = [_column(item, places, sheet, table) for item, places in matched]
    taken = {at for _, places in matched for at in places}
    lacking = [item for item, places in matched if not places]
    missing = [item for item in lacking if _is_wanted(item)]
    if len(missing) > 1 and not taken:
        return columns, [Finding("D028", Cell(sheet.name, sheet.top), {"headers": tuple(i.header for i in missing)})]
    findings = [finding for item, places in matched if places for finding in _of_header(item, places, sheet)]
    unknown = [h.strip() for at, h in enumerate(sheet.header) if at not in taken and h.strip()]
    absent = [item for item in lacking if not _is_wanted(item)]
    return columns, [*findings, *_unmatched([*missing, *absent], unknown, sheet, table)]


def _is_wanted(item: Field) -> bool:
    return item.scored and not item.optional and item.default is None


def _column(item: Field, places: list[int], sheet: Sheet, table: Table) -> Matched:
    """The first of the places where the field's header stands; without one, the period may be given for all rows."""
    if places:
        header = sheet.header[places[0]]
        return Matched(item, places[0], UNIT_HEADERS.get(normal(header)[1]), header.strip())
    given = table.period if item.name == table.dated else None
    return Matched(item if given is None else changed(item, default=given), NOWHERE, None, item.header)


def _of_header(item: Field, places: list[int], sheet: Sheet) -> Iterator[Finding]:
    """A field's header that stands there twice, or says a unit that its kind does not have; binary numbers."""
    if len(places) > 1:
        second = Cell(sheet.name, sheet.top, sheet.header[places[1]])
        yield Finding("D006", second, {"header": item.header})
    header = sheet.header[places[0]]
    unit = normal(header)[1]
    if unit not in UNITS.get(item.kind.base, ("",)):
        yield Finding("D026", Cell(sheet.name, sheet.top, header.strip()), {
            "unit": unit, "kind": Word(item.kind.base), "rules": item.needed_by})  # fmt: skip
    if header in sheet.floating and item.kind.numeric:
        yield Finding("D064", Cell(sheet.name, sheet.top, header))


def _unmatched(lacking: list[Field], unknown: list[str], sheet: Sheet, table: Table) -> list[Finding]:
    """What is told of fields without a column, then of the headers that are left over."""
    findings = []
    for item in lacking:
        near = _likely(item.header, unknown)
        if not _is_wanted(item) and not near:
            if item.needed_by:
                args: dict[str, Argument] = {"header": item.header, "rules": item.needed_by}
                findings.append(Finding("D031", Cell(sheet.name, sheet.top), args))
            continue
        unknown = [header for header in unknown if header != near]
        if item.name == table.dated and table.period is not None:
            continue
        code = "D037" if item.name == table.dated and not table.name and not near else "D005"
        found_in: dict[str, Argument] = {"header": item.header, "near": near, "rules": item.needed_by or (item.header,)}
        findings.append(Finding(code, Cell(sheet.name, sheet.top), found_in))
    headers = [item.header for item in table.fields]
    findings += [Finding("D007", Cell(sheet.name, sheet.top, header),
                         {"header": header, "near": likeliest(header, headers)})
                 for header in unknown]  # fmt: skip
    return findings


def _likely(header: str, unknown: list[str]) -> str:
    """The unknown header that `header` was meant to be; not one that says another unit."""
    near = likeliest(header, unknown)
    return "" if any(unit in near and unit not in header for unit in ("元", "千", "万", "亿", "%")) else near
