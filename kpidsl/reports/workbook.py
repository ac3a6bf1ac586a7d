"""Scores as a workbook: the sheet that an office sends round, every ledger with sums that Excel adds up, the manifest.
"""

import io
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from kpidsl.core.entries import own_choices
from kpidsl.core.nodes import Rank
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Entry, Score
from kpidsl.reports.policy_text import place_text, row_text, where
from kpidsl.reports.scores import MOST_PLACES, Level, cells, columns, who
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.words import Lang
from kpidsl.values.numerals import decimal_places, exact

MOST_LETTERS = 31     # of the name of a sheet
MOST_ENTRIES = 200_000
"""Lines of ledgers that a workbook still opens well with; of more, run --ledger keeps them."""


def as_xlsx(levels: Sequence[Level], manifest: dict[str, Any], lang: Lang) -> bytes:
    """A sheet of scores for each level, one of its ledgers where there are not too many lines, and the manifest."""
    import datetime

    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                        "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})     # two equal runs give equal bytes
    formats = {p: book.add_format({"num_format": "0." + "0" * p if p else "0"}) for p in range(MOST_PLACES + 1)}
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for level in levels:
        sheet = book.add_worksheet(level[0].label or phrase(lang, "scores"))
        _sheet(sheet, level, lang, bold, formats)
    for level in levels:
        if 0 < sum(len(account.entries) for score in level[1] for account in score.accounts.values()) <= MOST_ENTRIES:
            name = phrase(lang, "ledger sheet")
            sheet = book.add_worksheet(f"{name} {level[0].label}".strip()[:MOST_LETTERS])
            _ledgers(sheet, level, lang, bold)
    about = book.add_worksheet("manifest")
    about.set_column(0, 1, 40)
    for line, (key, value) in enumerate(manifest.items()):
        about.write_string(line, 0, key)
        about.write_string(line, 1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    book.close()
    return buffer.getvalue()


def _sheet(sheet: Any, level: Level, lang: Lang, bold: Any, formats: dict[int, Any]) -> None:
    """A score of more digits than Excel keeps is written as text."""
    program, scores = level
    shown = columns(program, lang)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(shown.headers) - 1, 12)
    for at, header in enumerate(shown.headers):
        sheet.write_string(0, at, header, bold)
    for line, score in enumerate(scores, 1):
        for at, text in enumerate(who(score, program)):
            sheet.write_string(line, at, text)
        for at, value in enumerate(cells(score, shown), len(shown.names)):
            if isinstance(value, str) and isinstance(shown.shown[at - len(shown.names)], Rank):
                sheet.write_number(line, at, int(value))
            elif isinstance(value, str):
                sheet.write_string(line, at, value)
            else:
                _write_score(sheet, (line, at), value, formats)


def _write_score(sheet: Any, cell: tuple[int, int], value: Fraction | None, formats: dict[int, Any]) -> None:
    if value is None:
        return
    places = decimal_places(value)
    text = exact(value)
    if places is not None and places <= MOST_PLACES and len(text.strip("-").replace(".", "")) <= 15:
        sheet.write_number(*cell, float(value), formats[places])
    else:
        sheet.write_string(*cell, text)


# ---- ledgers


class Line(NamedTuple):
    """A row of the sheet of ledgers: an entry, or where there is none the sum of its ledger."""

    score: Score
    account: Account
    entry: Entry | None


AMOUNT, BALANCE, STATED, CHECK = "amount", "balance", "stated head", "check head"
WIDTHS = {"ledger name": 18, "clause head": 14, "entry head": 16, "policy says": 46, "note head": 34}


def _lines(program: Program, scores: Sequence[Score]) -> Iterator[Line]:
    """Of the choices on the way to an entry only those that stand in its own line."""
    own = own_choices(program)
    for score in scores:
        for account in (score.accounts[ledger.name] for ledger in program.ledgers):
            for entry in account.entries:
                chosen = tuple(choice for choice in entry.choices if choice.place in own[entry.place])
                yield Line(score, account, entry._replace(choices=chosen))
            yield Line(score, account, None)


def _ledgers(sheet: Any, level: Level, lang: Lang, bold: Any) -> None:
    """Amounts are numbers, or the sum of the ledger that is taken in; balances and sums are formulas."""
    program, scores = level
    heads = [program.headers[name] for name in columns(program, lang).names]
    keys = [*WIDTHS, AMOUNT, BALANCE, STATED, CHECK, "exactly head"]
    at = {key: len(heads) + place for place, key in enumerate(keys)}
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, at["exactly head"], 12)
    for place, header in enumerate([*heads, *(phrase(lang, key) for key in keys)]):
        sheet.write_string(0, place, header, bold)
    for key, width in WIDTHS.items():
        sheet.set_column(at[key], at[key], width)
    lines = list(_lines(program, scores))
    sums = {(line.score.row, line.account.name): row for row, line in enumerate(lines, 1) if line.entry is None}
    first = 1
    for row, line in enumerate(lines, 1):
        for place, text in enumerate(who(line.score, program)):
            sheet.write_string(row, place, text)
        sheet.write_string(row, at["ledger name"], line.account.label or phrase(lang, "total"))
        sheet.write_string(row, at["clause head"], line.account.source)
        if line.entry is not None:
            _entry(sheet, row, first, line, line.entry, at, sums, lang)
        else:
            _sum(sheet, row, first, line, at, lang, bold)
            first = row + 1
    sheet.autofilter(0, 0, max(len(lines), 1), at["exactly head"])


def _entry(sheet: Any, row: int, first: int, line: Line, entry: Entry, at: dict[str, int],
           sums: dict[tuple[int, str], int], lang: Lang) -> None:  # fmt: skip
    amount = _cell(row, at[AMOUNT])
    sheet.write_string(row, at["entry head"], entry.clause)
    sheet.write_string(row, at["policy says"], place_text(entry.place, lang))
    sheet.write_string(row, at["note head"], _note(entry, lang))
    if entry.verb == "carry":
        taken = _cell(sums[line.score.row, entry.ledger], at[AMOUNT])
        sheet.write_formula(row, at[AMOUNT], f"=N({taken})", None, float(entry.amount))
    else:
        sheet.write_number(row, at[AMOUNT], float(entry.amount))
    if entry.balance is not None:
        before = f"{_cell(row - 1, at[BALANCE])}+" if row > first else ""
        sheet.write_formula(row, at[BALANCE], f"={before}{amount}", None, float(entry.balance))
    if decimal_places(entry.amount) is None:
        sheet.write_string(row, at["exactly head"], exact(entry.amount))


def _sum(sheet: Any, row: int, first: int, line: Line, at: dict[str, int], lang: Lang, bold: Any) -> None:
    """What the lines above add up to, held against the score that was worked out."""
    account = line.account
    sheet.write_string(row, at["entry head"], phrase(lang, "score head"), bold)
    if account.balance is None:
        sheet.write_string(row, at["note head"], _unscored(account.reason, lang))
        return
    sheet.write_string(row, at["policy says"], where(account.place, lang))
    lines = f"{_cell(first, at[AMOUNT])}:{_cell(row - 1, at[AMOUNT])}"
    value = float(account.balance)
    sheet.write_formula(row, at[AMOUNT], f"=SUM({lines})" if row > first else "=0", bold, value)
    sheet.write_number(row, at[STATED], value)
    same = f"ABS({_cell(row, at[AMOUNT])}-{_cell(row, at[STATED])})<0.0000005"
    sheet.write_formula(row, at[CHECK], f'=IF({same},"=","≠")', None, "=")
    if decimal_places(account.balance) is None:
        sheet.write_string(row, at["exactly head"], exact(account.balance))


def _note(entry: Entry, lang: Lang) -> str:
    """Why it did not fire, or the rows that were chosen."""
    if entry.reason and entry.verb == "carry":
        return _unscored(entry.reason, lang)
    if entry.reason:
        return phrase(lang, f"{entry.reason} note")
    return phrases(lang)["list"].join(row_text(choice.rows[choice.chosen], lang) for choice in entry.choices)


def _unscored(reason: str, lang: Lang) -> str:
    return phrase(lang, "missing score" if reason == "missing" else reason)


def _cell(row: int, column: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column))
