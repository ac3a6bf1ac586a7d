"""Cells as SQL: which of them are written plainly, and what these come to as whole numbers.

What is not plain is read by `values.reading`, cell by cell; so a pattern here may be narrow, and must never be wide.
SQL is DuckDB's, whose casts take more than they should (1e3, 1_000, 5.7 as a whole number): a pattern stands before
each.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from kpidsl.core.program import Field
from kpidsl.facts.headers import Matched
from kpidsl.values.kinds import Base, Range, Value
from kpidsl.values.reading import LARGEST_BARE_SHARE, NO, UNFOLDED, YES

MOST_PLACES = 6
_DIGITS = r"-?[0-9]{1,11}"
_FEWER_DIGITS = r"-?[0-9]{1,8}"
_DECIMALS = rf"([.][0-9]{{1,{MOST_PLACES}}})?"
# What `values.reading.fold` would change, and what may be a mark of a spreadsheet's.
_ODD = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", UNFOLDED.pattern) + "|^['#]"
_DAY = r"[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}"
SHARES = (Base.PERCENT, Base.PP)


@dataclass(frozen=True)
class Shape:
    """Of one column `cell`: when it is `plain` and not empty, how many decimals it has, and, times `scale` and with so
    many decimals, what it comes to; `bare`: when it is a share without its sign.
    """

    cell: str
    plain: str
    places: str = "0"
    scale: int = 1
    times: str = "1"
    digits: str = ""
    bare: str = "FALSE"

    def number(self, places: int) -> str:
        """As a whole number, `scale` * 10 ** `places` times the value."""
        text = f"TRY_CAST({self.digits} AS DECIMAL(18, {places}))"
        whole = f"CAST({text} * {10**places} AS BIGINT)" if places else f"CAST({text} AS BIGINT)"
        return whole if self.times == "1" else f"({whole} * {self.times})"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def matches(cell: str, pattern: str) -> str:
    return f"regexp_full_match({cell}, {literal(pattern)})"


def shape(column: Matched, cell: str) -> Shape | None:
    """None for a kind that is only read cell by cell."""
    kind = column.field.kind
    match kind.base:
        case Base.TEXT:
            return Shape(cell, f"(NOT regexp_matches({cell}, {literal(_ODD)}))")
        case Base.ONE_OF:
            return Shape(cell, f"({cell} IN ({', '.join(map(literal, kind.options))}))")
        case Base.YES_NO:
            return Shape(cell, f"(lower({cell}) IN ({', '.join(map(literal, (*YES, *NO)))}))")
        case Base.DATE:
            return Shape(cell, f"({matches(cell, _DAY)} AND TRY_CAST({cell} AS DATE) IS NOT NULL)")
        case Base.PERCENT | Base.PP:
            return _share(column, cell)
        case Base.COUNT:
            return Shape(cell, matches(cell, _DIGITS), digits=cell)
    if not kind.numeric:
        return None
    times = int(column.scale or 1)
    digits = _DIGITS if times == 1 else _FEWER_DIGITS
    return Shape(cell, matches(cell, digits + _DECIMALS), _places(cell), 1, str(times), cell)


def _places(cell: str) -> str:
    return f"(CASE WHEN contains({cell}, '.') THEN length({cell}) - strpos({cell}, '.') ELSE 0 END)"


def _share(column: Matched, cell: str) -> Shape:
    """In hundredths: with its sign, or without it where the header has it; a bare share is a hundred times as much."""
    signed = matches(cell, _DIGITS + _DECIMALS + "%")
    places = f"greatest({_places(cell)} - CAST(suffix({cell}, '%') AS INTEGER), 0)"
    bare = matches(cell, r"-?[0-9]{1,2}" + _DECIMALS)
    size = f"abs(TRY_CAST({cell} AS DECIMAL(18, {MOST_PLACES})))"
    digits = f"rtrim({cell}, '%')"
    if column.scale is not None:
        fits = f"({bare} AND ({size} > 1 OR {size} = 0))"
        return Shape(cell, f"({signed} OR {fits})", places, 100, "1", digits)
    fits = f"({bare} AND {size} <= {LARGEST_BARE_SHARE})"
    times = f"CASE WHEN suffix({cell}, '%') THEN 1 ELSE 100 END"
    return Shape(cell, f"({signed} OR {fits})", places, 100, times, digits, f"({fits})")


def within(limits: Range, number: str, scale: int) -> str:
    """Whether a whole number over `scale` lies in a range."""
    parts = []
    if limits.low is not None:
        low = limits.low * scale
        parts.append(f"{number} > {floor(low)}" if limits.low_open else f"{number} >= {ceil(low)}")
    if limits.high is not None:
        high = limits.high * scale
        parts.append(f"{number} < {ceil(high)}" if limits.high_open else f"{number} <= {floor(high)}")
    return " AND ".join(parts) or "TRUE"


def may_lack(item: Field) -> bool:
    """Whether an empty cell is no fault."""
    return item.default is not None or item.optional or not item.scored


def typed(column: Matched, own: Shape) -> str:
    """A cell that is no number, as its kind is stored."""
    kind = column.field.kind
    if kind.base is Base.YES_NO:
        return f"lower({own.cell}) IN ({', '.join(map(literal, YES))})"
    return f"CAST({own.cell} AS DATE)" if kind.dates else own.cell


def constant(value: Value, scale: int) -> str | None:
    """A value that stands for an empty cell, as it is stored; None where `scale` cannot hold it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).upper()
        case Fraction():
            return str(int(value * scale)) if (value * scale).denominator == 1 else None
    return literal(str(value))
