"""What is shown together: the scores of one period, as a table whose columns hold each value once, in order."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from kpidsl.core.nodes import Grade, Ledger, Rank
from kpidsl.core.program import Program
from kpidsl.core.results import GradeResult, Score
from kpidsl.ledger.reconcile import full_marks
from kpidsl.reports.inert import visible
from kpidsl.reports.page.words import Both, same
from kpidsl.reports.scores import Level, Shown, cell_text, cells, columns, places_of
from kpidsl.values.calendar import label, shift
from kpidsl.values.node import Node, node

NOTHING = -1


@node
class Sheet(Node):
    """The scores of a period, or all where there are none; `before`: which sheet is of the period before."""

    program: Program
    scores: tuple[Score, ...]
    period: date | None = None
    before: int | None = None

    @property
    def name(self) -> str:
        return label(self.program.unit, self.period) if self.program.unit and self.period else ""

    @property
    def rules(self) -> tuple[Ledger, ...]:
        """Whose losses are told."""
        return tuple(ledger for ledger in self.program.ledgers if ledger.role == "rule")

    @property
    def adds_up(self) -> bool:
        """Whether there is a total."""
        return any(score.total.entries and score.total.balance is not None for score in self.scores)


@node
class Column(Node):
    """A column of the table. `values`: each that occurs, the least first; `cells`: which of them each row has.

    `lost`: what each row lost of the points of this rule, in the same manner.
    """

    name: str
    kind: str
    head: Both
    values: tuple[str, ...]
    cells: tuple[int, ...]
    lost: "Column | None" = None

    def plain(self) -> dict[str, Any]:
        own = {"name": self.name, "kind": self.kind, "head": list(self.head), "values": self.values,
               "cells": self.cells}  # fmt: skip
        return {**own, "lost": self.lost.plain()} if self.lost else own


def sheets(levels: Sequence[Level]) -> tuple[Sheet, ...]:
    """Level by level, the periods of each in their order."""
    found: list[Sheet] = []
    for program, scores in levels:
        periods: dict[date | None, list[Score]] = {}
        for score in scores:
            periods.setdefault(score.period, []).append(score)
        at: dict[date | None, int] = {}
        for period in sorted(periods, key=lambda day: day or date.min):
            before = at.get(shift(program.unit, period, -1)) if program.unit and period else None
            at[period] = len(found)
            found.append(Sheet(program, tuple(periods[period]), period, before))
    return tuple(found)


def lost(score: Score, ledger: Ledger) -> Fraction:
    """How far the score of a rule is below its full marks, or below 0 where it is worth nothing; else 0."""
    account = score.accounts[ledger.name]
    if account.balance is None:
        return Fraction(0)
    return max(full_marks(account, score) - account.balance, Fraction(0))


Losses = Mapping[str, Sequence[Fraction]]
"""By the name of a rule, what each row lost."""


def losses_of(sheet: Sheet) -> Losses:
    return {ledger.name: [lost(score, ledger) for score in sheet.scores] for ledger in sheet.rules}


def table(sheet: Sheet, losses: Losses) -> tuple[Column, ...]:
    """Who, the groups, the total with grades and places, then the rules."""
    program, scores = sheet.program, sheet.scores
    whole, chinese = columns(program, "en"), columns(program, "zh")
    who = [_texts(program.subject, "subject", same(visible(program.headers[program.subject])),
                  [score.subject for score in scores])]  # fmt: skip
    for at, name in enumerate(program.within):
        head = same(visible(program.headers[name]))
        who.append(_texts(name, "group", head, [score.groups[at] for score in scores]))
    rows = [cells(score, whole) for score in scores]
    headers = [Both(visible(zh), visible(en)) for zh, en in zip(chinese.headers, whole.headers, strict=True)]
    own = [_column(item, head, [row[at] for row in rows], losses.get(item.name))
           for at, (item, head) in enumerate(zip(whole.shown, headers[len(whole.names) :], strict=True))]  # fmt: skip
    first = [column for column in own if column.kind != "rule"]
    return (*who, *first, *(column for column in own if column.kind == "rule"))


def _column(item: Shown, head: Both, values: Sequence[Fraction | str | None], losses: Sequence[Fraction] | None,
            ) -> Column:  # fmt: skip
    match item:
        case Grade():
            return _texts(item.name, "grade", head, [str(value or "") for value in values], grades(item))
        case Rank():
            return _numbers(item.name, "rank", head, [None if value is None else Fraction(value) for value in values])
    numbers = [value for value in values if not isinstance(value, str)]
    own = _numbers("total", "lost", head, losses) if losses is not None else None
    return _numbers(item.name or "total", item.role, head, numbers, own)


def grades(item: Grade) -> list[str]:
    """Its names, as the policy has them."""
    outcomes = [getattr(row.outcome, "value", None) for row in item.cases.rows]
    others = [override.grade for override in item.overrides]
    return list(dict.fromkeys(str(name) for name in (*outcomes, *others) if name is not None))


def grade_of(score: Score, item: Grade) -> str:
    result = score.results[item.name]
    return result.grade if isinstance(result, GradeResult) else ""


def _numbers(name: str, kind: str, head: Both, values: Sequence[Fraction | None], own: Column | None = None) -> Column:
    places = places_of(values)
    known = sorted({value for value in values if value is not None})
    at: dict[Fraction | None, int] = {value: place for place, value in enumerate(known)}
    texts = tuple(cell_text(value, places) for value in known)
    return Column(name, kind, head, texts, tuple(at.get(value, NOTHING) for value in values), own)


def _texts(name: str, kind: str, head: Both, values: Sequence[str], order: Sequence[str] = ()) -> Column:
    """In the `order` that is given, what is not in it after it; an empty text is none."""
    first = {text: place for place, text in enumerate(order)}
    known = sorted({text for text in values if text}, key=lambda text: (first.get(text, len(first)), text))
    at = {text: place for place, text in enumerate(known)}
    return Column(name, kind, head, tuple(map(visible, known)), tuple(at.get(text, NOTHING) for text in values))
