"""The workbook that an operator fills in: headers, kinds, ranges and drop-downs from the policy."""

import datetime
import io
from collections.abc import Mapping, Sequence
from typing import Any

from kpidsl.core.program import Field, Program, Table
from kpidsl.facts.periods import has_facts
from kpidsl.facts.read import range_text
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.words import Lang, word_table
from kpidsl.values.kinds import Base, Range

ROWS = 1000                  # rows that are prepared; more may be filled in
LONGEST_LIST = 255           # what Excel takes for a drop-down
FORMATS = {Base.PERCENT: "0.00%", Base.PP: "0.00%", Base.DATE: "yyyy-mm-dd", Base.TEXT: "@", Base.ONE_OF: "@",
           Base.MONTH: "@", Base.QUARTER: "@", Base.YEAR: "@"}  # fmt: skip
EMPTY = Range()

Rows = Sequence[Sequence[str | float]]


def template(program: Program, lang: Lang, filled: Mapping[str, Rows] | None = None) -> bytes:
    """A sheet for the facts and one for each table of events; `filled` gives rows by the name of the table."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})     # two equal runs give equal bytes
    own = [level.facts for level in program.levels[1:] if has_facts(level.facts)]
    for table in (program.facts, *own, *(table for level in program.levels for table in level.events)):
        _sheet(book, table, lang, (filled or {}).get(table.name, ()))
    book.close()
    return buffer.getvalue()


def _sheet(book: Any, table: Table, lang: Lang, rows: Rows) -> None:
    sheet = book.add_worksheet(table.header or phrase(lang, "facts sheet"))
    needed = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDEBF7"})
    spare = book.add_format({"italic": True, "text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 1)
    for at, item in enumerate(table.fields):
        free = item.optional or item.default is not None or not item.scored
        sheet.write_string(0, at, item.header, spare if free else needed)
        sheet.write_comment(0, at, _note(item, lang), {"x_scale": 2})
        form = FORMATS.get(item.kind.base)
        shown = book.add_format({"num_format": form}) if form else None
        sheet.set_column(at, at, max(10, 2 * len(item.header) + 2), shown)
        rule = _validation(item)
        if rule:
            sheet.data_validation(1, at, ROWS, at, {**rule, "ignore_blank": True, "error_type": "warning"})
    for line, row in enumerate(rows, 1):
        for at, cell in enumerate(row):
            sheet.write(line, at, cell)


def _note(item: Field, lang: Lang) -> str:
    """What a header's comment says: kind, range, whether it may be empty, and what needs it."""
    said = phrases(lang)
    lines = [word_table().say(item.kind.base, lang)]
    if item.kind.numeric and item.range != EMPTY:
        lines.append(range_text(item.range, item.kind))
    if item.kind.options:
        lines.append(said["list"].join(item.kind.options))
    if item.optional or item.default is not None or not item.scored:
        lines.append(said["may be empty"])
    if item.needed_by:
        lines.append(phrase(lang, "needed by", rules=said["list"].join(item.needed_by)))
    return "\n".join(lines)


def _validation(item: Field) -> dict[str, Any]:
    """Excel's own check of the cell, as far as Excel can make it."""
    match item.kind.base:
        case Base.YES_NO:
            return {"validate": "list", "source": ["是", "否"]}
        case Base.ONE_OF:
            fits = len(",".join(item.kind.options)) <= LONGEST_LIST
            return {"validate": "list", "source": list(item.kind.options)} if fits else {}
        case Base.DATE:
            return {"validate": "date", "criteria": ">", "value": datetime.date(1900, 1, 1)}
    if not item.kind.numeric:
        return {}
    whole = "integer" if item.kind.base is Base.COUNT else "decimal"
    low, high = item.range.low, item.range.high
    if low is not None and high is not None and not (item.range.low_open or item.range.high_open):
        return {"validate": whole, "criteria": "between", "minimum": _cell(low), "maximum": _cell(high)}
    if low is not None:
        return {"validate": whole, "criteria": ">" if item.range.low_open else ">=", "value": _cell(low)}
    if high is not None:
        return {"validate": whole, "criteria": "<" if item.range.high_open else "<=", "value": _cell(high)}
    return {}


def _cell(bound: Any) -> float:
    """A bound as Excel stores numbers; it checks what is typed, and scores nothing."""
    return int(bound) if bound.denominator == 1 else bound.numerator / bound.denominator
