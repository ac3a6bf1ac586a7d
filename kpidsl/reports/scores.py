"""Scores as a table: a row a subject, a column a rule, the total last."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from kpidsl.core.nodes import Grade, Ledger, Named, Rank
from kpidsl.core.program import Program
from kpidsl.core.results import GradeResult, RankResult, Score
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang
from kpidsl.values.calendar import label
from kpidsl.values.node import Node, node
from kpidsl.values.numerals import decimal_places, exact, fixed, readable

NO_SCORE = "—"
_NUMBER = re.compile(r"[+-]?[\d,.]+%?")
MOST_PLACES = 6


Shown = Ledger | Grade | Rank
Level = tuple[Program, Sequence[Score]]
"""What is assessed once a period, and its scores."""
ROLES = ("rule", "total", "payout")


@node
class Columns(Node):
    """The columns of a table of scores: who, when and in which groups, then the ledgers and results that are shown."""

    names: tuple[str, ...]
    headers: tuple[str, ...]
    shown: tuple[Shown, ...]


def columns(program: Program, lang: Lang) -> Columns:
    labels = program.headers
    names = (program.subject, *((program.dated,) if program.dated else ()), *program.within)
    shown = tuple(item for item in program.shown if not isinstance(item, Named) and _has_column(item))
    headers = (*(labels[name] for name in names), *(item.label or phrase(lang, "total") for item in shown))
    return Columns(names, headers, shown)


def _has_column(item: Shown) -> bool:
    """Grades, ranks, rules, payouts, and the total where there is anything to add up."""
    if isinstance(item, Grade | Rank):
        return True
    return item.role in ROLES and (item.role != "total" or any(line.verb != "round" for line in item.lines))


def told_apart(header: list[str]) -> list[str]:
    """Names of columns, none of which comes twice or is empty."""
    taken: set[str] = set()
    for at, name in enumerate(header):
        own = name or f"c{at + 1}"
        while own.casefold() in taken:
            own += "_"
        taken.add(own.casefold())
        header[at] = own
    return header


def who(score: Score, program: Program) -> list[str]:
    """The subject, the period where there is one, and the groups."""
    period = [label(program.unit, score.period)] if program.unit and score.period else []
    return [score.subject, *period, *score.groups]


def cells(score: Score, shown: Columns) -> list[Fraction | str | None]:
    """Numbers of ledgers, texts of grades and places; None where there is none."""
    results, accounts = score.results, score.accounts
    return [_of_result(results[item.name]) if isinstance(item, Grade | Rank) else accounts[item.name].balance
            for item in shown.shown]  # fmt: skip


def _of_result(result: GradeResult | RankResult) -> str | None:
    if isinstance(result, GradeResult):
        return result.grade or None
    return None if result.rank is None else str(result.rank)


def terminal(level: Level, lang: Lang, width: int | None = None) -> str:
    """Aligned by the width of Chinese characters; each column with as many decimals as its values need.

    Where `width` is given and the table is wider, its columns are laid in several tables, each with the subjects.
    """
    from tabulate import tabulate

    program, scores = level
    shown = columns(program, lang)
    grid = [cells(score, shown) for score in scores]
    places = [places_of([row[at] for row in grid]) for at in range(len(shown.shown))]
    rows = [[*who(score, program), *map(cell_text, row, places)] for score, row in zip(scores, grid, strict=True)]
    tables = []
    for picked in _fitting(shown, rows, width):
        align = ["left" if at < len(shown.names) else "right" for at in picked] if rows else None
        texts = [[row[at] for at in picked] for row in rows]
        headers = [shown.headers[at] for at in picked]
        tables.append(tabulate(texts, headers, tablefmt="simple", colalign=align, disable_numparse=True))
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


def places_of(column: Sequence[Fraction | str | None]) -> int | None:
    """How many decimals the numbers of a column need; None where decimals do not write them all."""
    places = [decimal_places(value) for value in column if isinstance(value, Fraction)]
    known = [p for p in places if p is not None and p <= MOST_PLACES]
    return max(known, default=0) if len(known) == len(places) else None


def cell_text(value: Fraction | str | None, places: int | None) -> str:
    """With so many decimals as all of its column."""
    if not isinstance(value, Fraction):
        return value or NO_SCORE
    return readable(value) if places is None else fixed(value, places)


def as_csv(level: Level, lang: Lang) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads it; exact numbers, an empty cell for no score."""
    program, scores = level
    shown = columns(program, lang)
    lines = [inert_line(shown.headers)]
    for score in scores:
        texts = [exact(value) if isinstance(value, Fraction) else inert(value or "") for value in cells(score, shown)]
        lines.append(_line([*map(inert, who(score, program)), *texts]))
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def inert_line(texts: Iterable[str]) -> str:
    """A line of a CSV file, without its end, of texts that a spreadsheet does not run."""
    return _line(map(inert, texts))


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()[:-2]


def inert(text: str) -> str:
    """A text that a spreadsheet shows and does not run; a number stays as it is."""
    runs = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(text)
    return "'" + text if runs else text


def as_json(levels: Sequence[Level], manifest: dict[str, Any], lang: Lang) -> bytes:
    """Exact numbers as strings; null for no score. Longer periods stand under `above`, each as the first one does."""
    first, *above = (_json_level(level, lang) for level in levels)
    document = {"manifest": manifest, **first, **({"above": above} if above else {})}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _json_level(level: Level, lang: Lang) -> dict[str, Any]:
    program, scores = level
    shown = columns(program, lang)
    keys = [item.name or "total" for item in shown.shown]
    labels = dict(zip(keys, shown.headers[len(shown.names) :], strict=True))
    groups = shown.headers[len(shown.names) - len(program.within) : len(shown.names)]
    unit = {"period": program.unit.lower()} if program.unit else {}
    return {**unit, "columns": labels, "scores": [_json_score(score, program, shown, groups) for score in scores]}


def _json_score(score: Score, program: Program, shown: Columns, groups: Sequence[str]) -> dict[str, Any]:
    values = dict(zip(shown.shown, cells(score, shown), strict=True))
    kinds: dict[str, dict[str, str | None]] = {"scores": {}, "results": {}, "payouts": {}}
    for item, value in values.items():
        paid = isinstance(item, Ledger) and item.role == "payout"
        into = kinds["results" if isinstance(item, Grade | Rank) else "payouts" if paid else "scores"]
        into[item.name or "total"] = exact(value) if isinstance(value, Fraction) else value
    period = {"period": label(program.unit, score.period)} if program.unit and score.period else {}
    payouts = {"payouts": kinds["payouts"]} if kinds["payouts"] else {}
    return {"subject": score.subject, **period, "groups": dict(zip(groups, score.groups, strict=True)),
            "row": score.row, "scores": kinds["scores"], "results": kinds["results"], **payouts}  # fmt: skip
