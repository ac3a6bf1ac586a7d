"""Months, quarters and years. A period is written as the day on which it begins."""

import re
from datetime import date, timedelta

from kpidsl.values.kinds import PERIODS, Base

FIRST, LAST = date(1000, 1, 1), date(8999, 12, 31)
"""Days that facts may name: from any of them a period or a window can be counted on or back within the calendar."""
MONTHS = {Base.MONTH: 1, Base.QUARTER: 3, Base.YEAR: 12}
_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_PERIOD = {
    # with the first day of the month, as spreadsheets make it of one
    Base.MONTH: r"(?P<year>\d{4})(?:[-/.](?P<at>\d{1,2})(?:[-/.]0?1(?: 00:00(?::00)?)?)?"
                r"|年(?P<zh>\d{1,2})(?:月份?(?:0?1日)?)?|(?P<two>\d{2})(?:01)?)",
    Base.QUARTER: r"(?P<year>\d{4})(?:-?[Qq](?P<at>[1-4])|[-年]?第?(?P<two>[1-4一二三四])季度?)",
    Base.YEAR: r"(?P<year>\d{4})年?",
}  # fmt: skip


def read_period(text: str, unit: Base) -> date | None:
    """The first day of the period that `text` names: 2014-05, 2014年5月, 2014Q2, 2014年第二季度, 2014."""
    match = re.fullmatch(_PERIOD[unit], text if " 00:00" in text else text.replace(" ", ""))
    if not match:
        return None
    parts = match.groupdict()
    at = parts.get("at") or parts.get("zh") or parts.get("two") or "1"
    month = (int(_DIGITS.get(at, at)) - 1) * MONTHS[unit] + 1
    year = int(parts["year"])
    return date(year, month, 1) if 1 <= month <= 12 and FIRST.year <= year <= LAST.year else None


def start(unit: Base, day: date) -> date:
    """The first day of the period that `day` is in."""
    size = MONTHS[unit]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def shift(unit: Base, day: date, count: int) -> date:
    """The first day of the period `count` after the one that `day` is in. Raises OverflowError beyond the calendar."""
    first = start(unit, day)
    months = first.year * 12 + first.month - 1 + count * MONTHS[unit]
    if not 12 <= months < 9999 * 12:
        raise OverflowError
    return date(months // 12, months % 12 + 1, 1)


def last_day(unit: Base, day: date) -> date:
    return shift(unit, day, 1) - timedelta(days=1)


def periods(unit: Base, first: date, last: date) -> list[date]:
    """Every period that begins from `first` to `last`, both days included."""
    found, current = [], start(unit, first)
    while current <= last:
        if current >= first:
            found.append(current)
        current = shift(unit, current, 1)
    return found


def label(unit: Base, day: date) -> str:
    """As the policy writes it: 2014-05, 2014Q2, 2014."""
    match unit:
        case Base.MONTH:
            return f"{day.year:04}-{day.month:02}"
        case Base.QUARTER:
            return f"{day.year:04}Q{(day.month + 2) // 3}"
    return f"{day.year:04}"


def read_any(text: str) -> tuple[date, Base] | None:
    """A period of any unit, as it is written in a policy or on the command line, and its unit."""
    for unit in PERIODS:
        day = read_period(text, unit) if unit is not Base.MONTH or "-" in text else None
        if day is not None:
            return day, unit
    return None
