"""What a run would do, in words: which engine works and why, how facts are stored, and what results come in."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.columns import Column
from kpidsl.core.program import Program
from kpidsl.engines.columnar.plan import WIDE, Plan, Planned
from kpidsl.reports.left import left_text
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.words import Lang, word_table
from kpidsl.values.kinds import NUMBER, Kind
from kpidsl.values.numerals import decimal_places, fixed, written

MOST_DIGITS = 12
PLACES = 6
WIDTHS = {"plan column": 24, "plan result": 18, "plan clause": 14, "plan left rows": 12}
"""How wide columns of texts are at most."""
NUMBERS = ("plan unit", "plan divisor", "plan least", "plan greatest", "plan bits", "plan widest")


class TablePlan(NamedTuple):
    """A table: how many rows it has, how many of them are rejected, and as the columnar engine reads it how many are
    read one by one, and the columns.
    """

    name: str
    rows: int
    rejected: int
    odd: int = 0
    columns: Sequence[Column] = ()


class LevelPlan(NamedTuple):
    """What is assessed once a period; `plan` is that of the columnar engine."""

    program: Program
    tables: Sequence[TablePlan]
    plan: Plan | None = None


def plan_text(levels: Sequence[LevelPlan], why: str, unwritten: Sequence[str], lang: Lang) -> str:
    """The whole plan; `unwritten` are the files that were asked for."""
    say = partial(phrase, lang)
    parts = [_summary(levels, lang) + "\n" + say("plan why", why=why)]
    for level in levels:
        if level.plan is not None and level.plan.wide is not None:
            parts[0] += "\n" + say("plan too large", why=left_text(level.plan.wide, lang))
    bad = sum(table.rejected for level in levels for table in level.tables)
    if bad:
        parts[0] += "\n" + say("plan rejects", bad=f"{bad:,}")
    if unwritten:
        parts[0] += "\n" + say("plan writes nothing", paths=say("list").join(unwritten))
    for level in levels:
        unit = level.program.unit
        if len(levels) > 1 and unit:
            parts.append(f"── {word_table().say(unit, lang)} ──")
        parts += [_table(table, lang) for table in level.tables]
        if level.plan is not None:
            parts.append(_results(level.program, level.plan, lang))
    return "\n\n".join([*parts, *([say("plan legend")] if levels[0].plan is not None else [])])


def _summary(levels: Sequence[LevelPlan], lang: Lang) -> str:
    say = partial(phrase, lang)
    rows = sum(level.tables[0].rows - level.tables[0].rejected for level in levels)
    plans = [level.plan for level in levels if level.plan is not None]
    if not plans:
        return say("plan exact", rows=f"{rows:,}")
    numbers = [one.numbers for plan in plans for one in plan.results if one.numbers is not None]
    texts = sum(one.numbers is None for plan in plans for one in plan.results)
    wide = sum(one.widest == WIDE for one in numbers)
    said = say("plan columnar", rows=f"{rows:,}", all=len(numbers) + texts, narrow=len(numbers) - wide)
    said += say("plan wide", count=wide) if wide else ""
    said += say("plan texts", count=texts) if texts else ""
    left = sum(plan.rows for plan in plans)
    apart = sum(plan.apart for plan in plans)
    said += say("plan large", count=f"{apart:,}") if apart else ""
    said += say("plan left", count=f"{left:,}") if left else ""
    return said + (say("plan none left") if not left and not apart else "") + say("plan end")


def _table(table: TablePlan, lang: Lang) -> str:
    counts = {name: f"{count:,}" for name, count in (("rows", table.rows), ("odd", table.odd), ("bad", table.rejected))}
    head = phrase(lang, "plan table" if table.columns else "plan table exact", name=table.name, **counts)
    if not table.columns:
        return head
    names = ("plan column", "plan kind", "plan unit", "plan least", "plan greatest", "plan bits", "plan empty")
    return f"{head}\n{_grid([_column(column, lang) for column in table.columns], names, lang)}"


def _column(column: Column, lang: Lang) -> list[str]:
    kind = column.field.kind
    head = [column.field.header, word_table().say(kind.base, lang)]
    empty = phrase(lang, "plan some") if column.nulls else ""
    if not kind.numeric:
        return [*head, "", "", "", "", empty]
    low, high = (_end(Fraction(end, column.scale), kind, up, lang) for end, up in ((column.low, 0), (column.high, 1)))
    return [*head, _unit(column.scale), low, high, str(column.bits), empty]


def _results(program: Program, plan: Plan, lang: Lang) -> str:
    found = {one.name: one for one in plan.results}
    names = ("plan result", "plan clause", "plan unit", "plan divisor", "plan least", "plan greatest", "plan bits",
             "plan widest", "plan left rows")  # fmt: skip
    shown = [item for item in program.shown if item.name in found]
    rows = [_result(item, found[item.name], plan, lang) for item in shown]
    if all(row[-2] != str(WIDE) for row in rows):       # what the summary says of all need not be said of each
        rows = [[*row[:-2], "", row[-1]] for row in rows]
    text = _grid(rows, names, lang)
    return phrase(lang, "plan results") + "\n" + text + _entries(plan, lang)


def _entries(plan: Plan, lang: Lang) -> str:
    if not plan.kept:
        return ""
    wide = sum(one.numbers is not None and one.numbers.top.bits == WIDE for one in plan.kept)
    return "\n" + phrase(lang, "plan kept", count=len(plan.kept), wide=wide)


def _result(item: n.Definition, planned: Planned, plan: Plan, lang: Lang) -> list[str]:
    source = item.source if isinstance(item, n.Ledger | n.Grade) else ""
    head, left = [item.label or phrase(lang, "total"), source], _left(planned, plan.left.get(item.label, 0), lang)
    if planned.numbers is None:
        return [*head, "", "", "", "", "", "", left]
    numbers = planned.numbers
    kind = item.kind if isinstance(item, n.Ledger) else NUMBER
    divisor = f"≤ {_short(Fraction(numbers.divisor.high))}" if numbers.divisor is not None else ""
    low, high = (_end(end, kind, up, lang) for end, up in ((numbers.low, 0), (numbers.high, 1)))
    return [*head, _unit(numbers.scale), divisor, low, high, str(numbers.top.bits), str(numbers.widest), left]


def _left(planned: Planned, count: int, lang: Lang) -> str:
    """When rows go to the exact engine, and how many did."""
    names = [name for name, may in (("plan lacks", planned.lacks), ("plan fails", planned.fails)) if may]
    said = phrase(lang, "list").join(phrase(lang, name) for name in names)
    return f"{said} ({count:,})" if said else ""


def _unit(scale: int) -> str:
    return "1" if scale == 1 else f"1/{_short(Fraction(scale))}"


def _end(value: Fraction, kind: Kind, up: int, lang: Lang) -> str:
    """A bound as short as it can be said, and never within what it bounds."""
    if abs(value) >= 10**MOST_DIGITS:
        return _short(Fraction(ceil(value) if up else floor(value)))
    places = decimal_places(value)
    if places is not None and places <= PLACES:
        said = phrases(lang)
        return written(value, kind, (said["yes"], said["no"], said["missing"]))
    times = 10**PLACES
    return f"≈{fixed(Fraction(ceil(value * times) if up else floor(value * times), times), PLACES)}"


def _short(value: Fraction) -> str:
    """A whole number, in full where it is not long."""
    digits = len(str(abs(int(value))))
    return str(int(value)) if digits <= MOST_DIGITS else f"≈{'-' if value < 0 else ''}10^{digits - 1}"


def _grid(rows: Sequence[Sequence[str]], names: Sequence[str], lang: Lang) -> str:
    from tabulate import tabulate

    used = [at for at in range(len(names)) if any(row[at] for row in rows)]
    headers = [phrase(lang, names[at]) for at in used]
    align = ["right" if names[at] in NUMBERS else "left" for at in used]
    texts = [[row[at] for at in used] for row in rows]
    return tabulate(texts, headers, tablefmt="simple", colalign=align, disable_numparse=True,
                    maxcolwidths=[WIDTHS.get(names[at]) for at in used])  # fmt: skip
