"""Kinds: what a value measures. A kind decides what may be added to, compared with or divided by it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

Value = Fraction | str | bool | date | None
"""A value of any kind at run time; None is missing, which is never 0."""


class Base(StrEnum):
    POINTS = "POINTS"
    PERCENT = "PERCENT"
    PP = "PP"            # a difference of percents
    COUNT = "COUNT"
    NUMBER = "NUMBER"    # a bare number: takes the kind of the points or counts that it meets
    MONEY = "MONEY"
    DAYS = "DAYS"
    DATE = "DATE"
    YES_NO = "YES_NO"
    TEXT = "TEXT"
    ONE_OF = "ONE_OF"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


NUMERIC = frozenset({Base.POINTS, Base.PERCENT, Base.PP, Base.COUNT, Base.NUMBER, Base.MONEY, Base.DAYS})
PERIODS = (Base.MONTH, Base.QUARTER, Base.YEAR)
"""From the shortest to the longest."""


@dataclass(frozen=True)
class Kind:
    base: Base
    currency: str = ""
    options: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        return self.base in NUMERIC

    @property
    def textual(self) -> bool:
        return self.base in (Base.TEXT, Base.ONE_OF)

    @property
    def dates(self) -> bool:
        """Whether a value is a day, or stands for the days of a period."""
        return self.base is Base.DATE or self.base in PERIODS


POINTS = Kind(Base.POINTS)
PERCENT = Kind(Base.PERCENT)
PP = Kind(Base.PP)
COUNT = Kind(Base.COUNT)
NUMBER = Kind(Base.NUMBER)
DAYS = Kind(Base.DAYS)
DATE = Kind(Base.DATE)
YES_NO = Kind(Base.YES_NO)
MONEY = Kind(Base.MONEY, currency="YUAN")
TEXT = Kind(Base.TEXT)
MONTH = Kind(Base.MONTH)
QUARTER = Kind(Base.QUARTER)
YEAR = Kind(Base.YEAR)


@dataclass(frozen=True)
class Range:
    """The values that a fact may take; a bound of None is open to infinity."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def holds(self, value: Fraction) -> bool:
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        return self.high is None or value < self.high or (not self.high_open and value == self.high)
