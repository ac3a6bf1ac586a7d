"""Cells as SQL: which of them are written plainly, and what these come to as whole numbers.

What is not plain is read by `values.reading`, cell by cell; so a pattern here may be narrow, and must never be wide.
SQL is DuckDB's, whose casts take more than they should (1e3, 1_000, 5.7 as a whole number): a pattern stands before
each.
"""

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor

from kpidsl.core.columns import TYPES
from kpidsl.core.program import Field
from kpidsl.facts.headers import Matched
from kpidsl.facts.read import TOTAL_ENDS, TOTAL_WORDS
from kpidsl.values.kinds import Base, Range, Value
from kpidsl.values.reading import LARGEST_BARE_SHARE, NO, UNFOLDED, YES

MOST_PLACES = 6
MOST_DIGITS, FEWER_DIGITS = 11, 8
_DIGITS = rf"-?[0-9]{{1,{MOST_DIGITS}}}"
# As many digits, or fewer, with commas between thousands.
_GROUPED = rf"-?([0-9]{{1,{MOST_DIGITS}}}|[0-9]{{1,3}}(,[0-9]{{3}}){{1,2}}|[0-9]{{1,2}}(,[0-9]{{3}}){{3}})"
_FEWER_GROUPED = rf"-?([0-9]{{1,{FEWER_DIGITS}}}|[0-9]{{1,3}},[0-9]{{3}}|[0-9]{{1,2}}(,[0-9]{{3}}){{2}})"
_DECIMALS = rf"([.][0-9]{{1,{MOST_PLACES}}})?"
# What `values.reading.fold` would change, and what may be a mark of a spreadsheet's.
_ODD = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", UNFOLDED.pattern) + "|^['#]"
# A name that stands before sums, whatever spaces are in it.
_TOTAL = "|".join([*(f"{' *'.join(end)}$" for end in TOTAL_ENDS),
                   *(f"^(?i:{' *'.join(word)})$" for word in TOTAL_WORDS)])  # fmt: skip
_DAY = r"[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}"
_PERIODS = {
    Base.MONTH: r"[1-8][0-9]{3}([-/.][0-9]{1,2}([-/.]0?1)?|年[0-9]{1,2}(月份?)?|[0-9]{2})",
    Base.QUARTER: r"[1-8][0-9]{3}-?[Qq][1-4]", Base.YEAR: r"[1-8][0-9]{3}",
}  # fmt: skip
SHARES = (Base.PERCENT, Base.PP)
_WHOLE = re.compile(r"(TINYINT|SMALLINT|INTEGER|BIGINT)")
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Shape:
    """Of one column `cell`: when it is `plain` and not empty, how many decimals it has, and, times `scale` and with so
    many decimals, what it comes to; `bare`: when it is a share without its sign.

    A number is read from its `digits`, of which there are at most `most` before the point; `tail`: what may stand
    behind them. `exact`: the column is no text but a number of so many decimals.
    """

    cell: str
    plain: str
    places: str = "0"
    scale: int = 1
    times: str = "1"
    digits: str = ""
    bare: str = "FALSE"
    most: int = MOST_DIGITS
    tail: str = ""
    exact: int | None = None

    def decimal(self, digits: str, places: int) -> str:
        """The number with so many places, NULL where it has more digits; more places are rounded away."""
        if not places and self.times == "1":
            return digits if self.exact is not None else f"TRY_CAST({digits} AS {TYPES[64]})"
        return f"TRY_CAST({digits} AS DECIMAL({self.most + places}, {places}))"

    def swift(self, digits: str, decimal: str) -> str:
        """What only holds where the cell is plain, and `decimal` all of it: it would be written the same."""
        same = f"CAST({decimal} AS VARCHAR) = {digits}"
        if self.tail:
            return f"({same} AND suffix({self.cell}, '{self.tail}') AND strlen({self.cell}) = strlen({digits}) + 1)"
        return f"({same} AND strlen({self.cell}) = strlen({digits}))"

    def number(self, decimal: str, places: int, bits: int) -> str:
        """As a whole number of `bits`, `scale` * 10 ** `places` times the value; NULL where it does not fit."""
        whole = decimal if not places else f"{decimal} * CAST({10**places} AS DECIMAL({places + 1}, 0))"
        if self.times == "1":
            return f"TRY_CAST({whole} AS {TYPES[bits]})"
        return f"TRY_CAST(CAST({whole} AS BIGINT) * {self.times} AS {TYPES[bits]})"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def matches(cell: str, pattern: str) -> str:
    return f"regexp_full_match({cell}, {literal(pattern)})"


def of_name(cell: str) -> Shape:
    """Of a text that names a subject, and no line of sums."""
    return Shape(cell, f"(NOT regexp_matches({cell}, {literal(f'{_ODD}|{_TOTAL}')}))")


def is_total(cell: str) -> str:
    """Whether a plain text stands before sums."""
    return f"regexp_matches({cell}, {literal(_TOTAL)})"


def of_idle(cell: str) -> Shape:
    """Of a text that nothing is worked out from; one that begins so is neither empty nor a sheet's error."""
    begins = f"({cell} >= '0' AND {cell} < '{{') OR ({cell} >= '一' AND {cell} < '鿿')"
    return Shape(cell, f"(CASE WHEN {begins} THEN TRUE ELSE NOT regexp_matches({cell}, {literal(_ODD)}) END)")


def shape(column: Matched, cell: str, kind_of_cell: str = "VARCHAR") -> Shape | None:
    """None for a kind that is only read cell by cell; `cell` is a text, or the number that `kind_of_cell` says."""
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
        case Base.MONTH | Base.QUARTER | Base.YEAR:
            return Shape(cell, f"({matches(cell, _PERIODS[kind.base])} AND {_first_day(kind.base, cell)} IS NOT NULL)")
    if not kind.numeric:
        return None
    return _stored(column, cell, kind_of_cell) or _written(column, cell)


def _written(column: Matched, cell: str) -> Shape:
    """A number as text."""
    if column.field.kind.base in SHARES:
        return _share(column, cell)
    bare = f"CASE WHEN contains({cell}, ',') THEN replace({cell}, ',', '') ELSE {cell} END"
    if column.field.kind.base is Base.COUNT:
        return Shape(cell, matches(cell, _GROUPED), digits=bare)
    times = int(column.scale or 1)
    digits, most = (_GROUPED, MOST_DIGITS) if times == 1 else (_FEWER_GROUPED, FEWER_DIGITS)
    return Shape(cell, matches(cell, digits + _DECIMALS), _places(cell), 1, str(times), bare, most=most)


def _stored(column: Matched, cell: str, kind_of_cell: str) -> Shape | None:
    """A number as such, of which no digit is in doubt."""
    decimal = _DECIMAL.fullmatch(kind_of_cell)
    places = int(decimal[2]) if decimal else 0
    if not (decimal or _WHOLE.fullmatch(kind_of_cell)) or places > MOST_PLACES:
        return None
    base, times = column.field.kind.base, column.scale or 1
    most = min(MOST_DIGITS if times == 1 else FEWER_DIGITS, int(decimal[1]) - places if decimal else MOST_DIGITS)
    if base in SHARES:
        if column.scale is not None or not places:
            return None
        plain = f"({cell} BETWEEN -{LARGEST_BARE_SHARE} AND {LARGEST_BARE_SHARE})"
        return Shape(cell, plain, bare=f"({cell} IS NOT NULL)", digits=cell, most=most, exact=places)
    if base is Base.COUNT and places:
        return None
    plain = f"({cell} IS NOT NULL)"
    return Shape(cell, plain, times=str(int(times)), digits=cell, most=most, exact=places)


def _places(cell: str) -> str:
    return f"(CASE WHEN contains({cell}, '.') THEN length({cell}) - strpos({cell}, '.') ELSE 0 END)"


def _share(column: Matched, cell: str) -> Shape:
    """In hundredths: with its sign, or without it where the header has it; a bare share is a hundred times as much."""
    signed = matches(cell, _DIGITS + _DECIMALS + "%")
    places = f"greatest({_places(cell)} - CAST(suffix({cell}, '%') AS INTEGER), 0)"
    bare = matches(cell, r"-?[0-9]{1,2}" + _DECIMALS)
    size = f"abs(TRY_CAST({cell} AS DECIMAL(18, {MOST_PLACES})))"
    digits = f"replace({cell}, '%', '')"
    if column.scale is not None:
        fits = f"({bare} AND ({size} > 1 OR {size} = 0))"
        return Shape(cell, f"({signed} OR {fits})", places, 100, "1", digits, tail="%")
    fits = f"({bare} AND {size} <= {LARGEST_BARE_SHARE})"
    times = f"CASE WHEN suffix({cell}, '%') THEN 1 ELSE 100 END"
    return Shape(cell, f"({signed} OR {fits})", places, 100, times, digits, f"NOT suffix({cell}, '%')", tail="%")


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
    return _first_day(kind.base, own.cell) if kind.dates else own.cell


def _first_day(base: Base, cell: str) -> str:
    """Of the period that a plain cell names; NULL where there is none."""
    match base:
        case Base.MONTH:
            month = f"lpad(regexp_extract({cell}, '^.{{4}}[-/.年]?([0-9]{{1,2}})', 1), 2, '0')"
        case Base.QUARTER:
            month = f"lpad(CAST(TRY_CAST(right({cell}, 1) AS INTEGER) * 3 - 2 AS VARCHAR), 2, '0')"
        case Base.YEAR:
            month = "'01'"
        case _:
            return f"TRY_CAST({cell} AS DATE)"
    return f"TRY_CAST(left({cell}, 4) || '-' || {month} || '-01' AS DATE)"


def constant(value: Value, scale: int) -> str | None:
    """A value that stands for an empty cell, as it is stored; None where `scale` cannot hold it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).upper()
        case date():
            return f"DATE '{value}'"
        case Fraction():
            return str(int(value * scale)) if (value * scale).denominator == 1 else None
    return literal(str(value))
