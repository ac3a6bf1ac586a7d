"""Scores as a table: a row a subject, a column a rule, the total last."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kpidsl.core.nodes import Grade, Ledger, Program, Rank
from kpidsl.core.results import GradeResult, RankResult, Score
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang
from kpidsl.values.numerals import decimal_places, exact, fixed, readable

NO_SCORE = "—"
_NUMBER = re.compile(r"[+-]?[\d,.]+%?")
MOST_PLACES = 6


@dataclass(frozen=True)
class Columns:
    """The columns of a table of scores: the subject and its groups, the ledgers that are shown, grades and ranks."""

    names: tuple[str, ...]
    headers: tuple[str, ...]
    ledgers: tuple[Ledger, ...]
    results: tuple[Grade | Rank, ...]


def columns(program: Program, lang: Lang) -> Columns:
    labels = {item.name: item.header for item in program.facts.fields}
    names = (program.subject, *program.within)
    ledgers = tuple(ledger for ledger in program.ledgers if ledger.role in ("rule", "total"))
    headers = (*(labels[name] for name in names), *(ledger.label or phrase(lang, "total") for ledger in ledgers),
               *(result.label for result in program.results))  # fmt: skip
    return Columns(names, headers, ledgers, program.results)


def standings(score: Score, shown: Columns) -> list[str]:
    """Grades and places as texts; empty where there is none."""
    return [_standing(score.results[result.name]) for result in shown.results]


def _standing(result: GradeResult | RankResult) -> str:
    if isinstance(result, GradeResult):
        return result.grade
    return "" if result.rank is None else str(result.rank)


def values(score: Score, shown: Columns) -> list[Fraction | None]:
    return [score.accounts[ledger.name].balance for ledger in shown.ledgers]


def terminal(program: Program, scores: Sequence[Score], lang: Lang, width: int | None = None) -> str:
    """Aligned by the width of Chinese characters; each column with as many decimals as its values need.

    Where `width` is given and the table is wider, its columns are laid in several tables, each with the subjects.
    """
    from tabulate import tabulate

    shown = columns(program, lang)
    grid = [values(score, shown) for score in scores]
    places = [_places([row[at] for row in grid]) for at in range(len(shown.ledgers))]
    rows = [[s.subject, *s.groups, *map(_cell, row, places), *(text or NO_SCORE for text in standings(s, shown))]
            for s, row in zip(scores, grid, strict=True)]  # fmt: skip
    tables = []
    for picked in _fitting(shown, rows, width):
        align = ["left" if at < len(shown.names) else "right" for at in picked] if rows else None
        cells = [[row[at] for at in picked] for row in rows]
        headers = [shown.headers[at] for at in picked]
        tables.append(tabulate(cells, headers, tablefmt="simple", colalign=align, disable_numparse=True))
    return "\n\n".join(tables)


def _fitting(shown: Columns, rows: Sequence[Sequence[str]], width: int | None) -> list[list[int]]:
    """The columns of each table: all in one where there is room; else the subject and as many others as fit."""
    from wcwidth import wcswidth

    everything = list(range(len(shown.headers)))
    if width is None:
        return [everything]
    # tabulate keeps two more than a header needs, and two between columns
    wide = [max(wcswidth(shown.headers[at]) + 2, *(wcswidth(row[at]) for row in rows), 0) + 2 for at in everything]
    if sum(wide) - 2 <= width:
        return [everything]
    tables: list[list[int]] = []
    for at in everything[1:]:
        if not tables or wide[0] + sum(wide[i] for i in tables[-1][1:]) + wide[at] - 2 > width:
            tables.append([0])
        tables[-1].append(at)
    return tables


def _places(column: list[Fraction | None]) -> int | None:
    places = [decimal_places(value) for value in column if value is not None]
    known = [p for p in places if p is not None and p <= MOST_PLACES]
    return max(known, default=0) if len(known) == len(places) else None


def _cell(value: Fraction | None, places: int | None) -> str:
    if value is None:
        return NO_SCORE
    return readable(value) if places is None else fixed(value, places)


def as_csv(program: Program, scores: Sequence[Score], lang: Lang) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads it; exact numbers, an empty cell for no score."""
    shown = columns(program, lang)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(map(inert, shown.headers))
    for score in scores:
        numbers = ["" if value is None else exact(value) for value in values(score, shown)]
        writer.writerow([*map(inert, (score.subject, *score.groups)), *numbers, *map(inert, standings(score, shown))])
    return buffer.getvalue().encode("utf-8-sig")


def inert(text: str) -> str:
    """A text that a spreadsheet shows and does not run; a number stays as it is."""
    runs = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(text)
    return "'" + text if runs else text


def as_json(program: Program, scores: Sequence[Score], manifest: dict[str, Any], lang: Lang) -> bytes:
    """Exact numbers as strings; null for no score."""
    shown = columns(program, lang)
    found = [
        {
            "subject": score.subject,
            "groups": dict(zip(shown.headers[1:], score.groups, strict=False)),
            "row": score.row,
            "scores": {ledger.name or "total": None if value is None else exact(value)
                       for ledger, value in zip(shown.ledgers, values(score, shown), strict=True)},
            "results": {result.name: text or None
                        for result, text in zip(shown.results, standings(score, shown), strict=True)},
        }
        for score in scores
    ]  # fmt: skip
    keys = [*(ledger.name or "total" for ledger in shown.ledgers), *(result.name for result in shown.results)]
    named = dict(zip(keys, shown.headers[len(shown.names) :], strict=True))
    document = {"manifest": manifest, "columns": named, "scores": found}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def as_xlsx(program: Program, scores: Sequence[Score], manifest: dict[str, Any], lang: Lang) -> bytes:
    """A workbook with the scores and the manifest. A score of more digits than Excel keeps is written as text."""
    import datetime

    import xlsxwriter

    shown = columns(program, lang)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                        "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})     # two equal runs give equal bytes
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(phrase(lang, "scores"))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(shown.headers) - 1, 12)
    for at, header in enumerate(shown.headers):
        sheet.write_string(0, at, header, bold)
    formats = {p: book.add_format({"num_format": "0." + "0" * p if p else "0"}) for p in range(MOST_PLACES + 1)}
    for line, score in enumerate(scores, 1):
        for at, text in enumerate((score.subject, *score.groups)):
            sheet.write_string(line, at, text)
        for at, value in enumerate(values(score, shown), len(shown.names)):
            _write_score(sheet, (line, at), value, formats)
        for at, text in enumerate(standings(score, shown), len(shown.names) + len(shown.ledgers)):
            sheet.write_string(line, at, text)
    about = book.add_worksheet("manifest")
    about.set_column(0, 1, 40)
    for line, (key, value) in enumerate(manifest.items()):
        about.write_string(line, 0, key)
        about.write_string(line, 1, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    book.close()
    return buffer.getvalue()


def _write_score(sheet: Any, cell: tuple[int, int], value: Fraction | None, formats: dict[int, Any]) -> None:
    if value is None:
        return
    places = decimal_places(value)
    text = exact(value)
    if places is not None and places <= MOST_PLACES and len(text.strip("-").replace(".", "")) <= 15:
        sheet.write_number(*cell, value.numerator / value.denominator, formats[places])
    else:
        sheet.write_string(*cell, text)
