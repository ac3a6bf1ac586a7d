"""What the columns of tables hold that nobody has seen, or only a part of: how many decimals, from where to where.

Nothing rests on this but how wide numbers are worked out: the query itself puts aside what does not fit.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor, lcm
from typing import NamedTuple

from kpidsl.core.columns import Column, Columns
from kpidsl.core.program import Field, Program, Table
from kpidsl.engines.columnar.tables import Tables
from kpidsl.engines.columnar.terms import UnsupportedError
from kpidsl.values.kinds import Base
from kpidsl.values.numerals import decimal_places

SHARES = (Base.PERCENT, Base.PP)
HUNDREDTHS = 2
LARGEST_SHARE = 100


class Cells(NamedTuple):
    """The numbers of a column: their decimals, and, times ten to the power of these, the least and the greatest."""

    places: int
    low: int
    high: int


class Sizes(NamedTuple):
    """What is assumed where nothing is known: DECIMAL(digits, places), and the most rows of events of one subject."""

    digits: int
    places: int
    most: int


class Expected(NamedTuple):
    """The tables with what their columns hold, for the engine, and the cells of each column of numbers.

    `sizes`: what was assumed, where anything was.
    """

    tables: Tables
    cells: Mapping[str, Mapping[str, Cells]]
    sizes: Sizes | None


MOST_ROWS = 10**12
SMALLER = (Sizes(18, 6, 10_000), Sizes(15, 4, 10_000), Sizes(12, 4, 1000), Sizes(10, 2, 1000), Sizes(8, 2, 100))
"""What is assumed, from the widest on: the first for which everything can be worked out in 38 digits."""


def tables_of(program: Program) -> list[tuple[str, Table]]:
    """The facts, under no name, and the events, with the columns that are read."""
    return [("", program.facts), *((table.name, table) for table in program.events)]


def is_read(item: Field, program: Program, table: Table) -> bool:
    return item.scored or item.name in (program.subject, *program.within, *table.key, table.owner)


def assumed(program: Program, sizes: Sizes) -> Expected:
    """By what the policy says of each column."""
    cells = {name: {item.name: _cells(item, sizes) for item in table.fields if item.kind.numeric}
             for name, table in tables_of(program)}  # fmt: skip
    rows = {name: (MOST_ROWS, sizes.most if name else 0) for name, _ in tables_of(program)}
    return Expected(_tables(program, cells, rows), cells, sizes)


def seen(program: Program, tables: Tables) -> Expected:
    """By what is in the tables that somebody has read."""
    cells = {name: {item.name: _seen(tables[name].columns[item.name]) for item in table.fields if item.kind.numeric}
             for name, table in tables_of(program)}  # fmt: skip
    rows = {name: (own.rows, own.most) for name, own in tables.items()}
    return Expected(_tables(program, cells, rows), cells, None)


def _tables(program: Program, cells: Mapping[str, Mapping[str, Cells]],
            rows: Mapping[str, tuple[int, int]]) -> Tables:  # fmt: skip
    return {name: Columns({item.name: _column(item, cells[name].get(item.name)) for item in table.fields}, *rows[name])
            for name, table in tables_of(program)}  # fmt: skip


def _cells(item: Field, sizes: Sizes) -> Cells:
    places = 0 if item.kind.base is Base.COUNT else sizes.places
    most = Fraction(10 ** (sizes.digits - sizes.places))
    if item.kind.base in SHARES:
        places, most = places + HUNDREDTHS, Fraction(LARGEST_SHARE)
    limits, times = item.range, 10**places
    low = limits.low if limits.low is not None else min(-most, limits.high or -most)
    high = limits.high if limits.high is not None else max(most, low)
    least, greatest = ceil(low * times), floor(high * times)
    return Cells(places, least + (limits.low_open and least == low * times),
                 greatest - (limits.high_open and greatest == high * times))  # fmt: skip


def _seen(column: Column) -> Cells:
    """As decimals; a scale is over twos and fives, as cells are decimals."""
    places = decimal_places(Fraction(1, column.scale))
    if places is None:
        raise UnsupportedError("SCALE")
    times = 10**places // column.scale
    return Cells(places, column.low * times, column.high * times)


def _column(item: Field, cells: Cells | None) -> Column:
    """Over a scale that holds what stands for an empty cell too."""
    nulls = item.default is None and (item.optional or not item.scored)
    if cells is None:
        return Column(item, nulls)
    default = item.default if isinstance(item.default, Fraction) else None
    scale = lcm(10**cells.places, default.denominator if default is not None else 1)
    times = scale // 10**cells.places
    ends = [cells.low * times, cells.high * times, *([int(default * scale)] if default is not None else [])]
    return Column(item, nulls, scale, min(ends), max(ends))
