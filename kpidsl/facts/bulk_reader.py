"""A large table on its way from a file into the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from kpidsl.core.columns import NUMBER, ROW, Column, column_name, quoted
from kpidsl.core.left import LeftError
from kpidsl.core.program import Table
from kpidsl.facts.bulk_source import Source
from kpidsl.facts.headers import NOWHERE, Matched
from kpidsl.facts.read import Facts, read_table
from kpidsl.facts.shapes import Shape
from kpidsl.facts.sheets import Sheet

MOST_ODD = 50_000
WRITTEN = quoted("written")
"""The column of a row's hash, as it is written."""


class NotBulkError(LeftError):
    """A table that is to be read row by row: for its form, or because too many rows are odd."""


class Held(NamedTuple):
    """How a column of numbers is stored: with so many decimals, in so many bits."""

    places: int
    bits: int


class Rows(Protocol):
    """Good rows in the database, any of which may turn out not to be."""

    @property
    def sheet(self) -> Sheet: ...

    def read(self, numbers: Sequence[int]) -> Facts:
        """These rows as those of a small table."""

    def leave_out(self, condition: str) -> None:
        """Takes away the rows that fulfil it."""


@dataclass
class Loaded:
    """A table in the database: its columns, how many rows it had, and those that are not good; `odd`: how many were
    read one by one; `alike`: the rows of events of which there may be another that is written the same.
    """

    table: Table
    columns: dict[str, Column]
    rows: int
    bad: Facts
    reader: Rows
    odd: int = 0
    alike: Sequence[int] = ()


@dataclass
class Reader:
    """A table on its way. `shapes` are those of fields that have a column, and `held` says how its numbers are stored.

    `target` is what the good rows are called in the database, as SQL, and `prefix` stands before the names of their
    columns, those of events. `stored` are all rows that are in the file, in its order, so that a row's place there is
    its number; `mended`, where there are any, those that were odd and are good once they are read one by one. The texts
    that are `idle` are not stored, as nothing is worked out from them. `scan` is what all comes from: the source, or it
    with numbers that the database reads by itself.
    """

    connection: Any
    table: Table
    sheet: Sheet
    matched: list[Matched]
    source: Source
    target: str = ""
    prefix: str = ""
    shapes: dict[str, Shape] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    idle: set[str] = field(default_factory=set)
    mended: str = ""
    scan: str = ""

    @property
    def stored(self) -> str:
        return quoted(f"stored {self.target}")

    @property
    def number(self) -> str:
        return quoted(NUMBER if self.prefix else ROW)

    @property
    def first(self) -> int:
        """The number of the first row; rows are numbered as spreadsheets number them."""
        return self.sheet.top + 1

    def column(self, name: str) -> str:
        return column_name(self.prefix, name)

    @property
    def stored_fields(self) -> list[Matched]:
        return [item for item in self.matched if item.field.name not in self.idle]

    def all_bare(self, item: Matched) -> bool:
        """Whether every share that is not empty has no sign."""
        return self.shapes[item.field.name].exact is not None and item.field.default is None

    def bare(self, item: Matched) -> str:
        """Of which good rows a share has no sign."""
        return f"{self.column(item.field.name)} IS NOT NULL" if self.all_bare(item) else quoted(f"bare {item.at}")

    @property
    def cells(self) -> list[str]:
        """The cells of a row as they are read."""
        return [f"c{item.at}" for item in self.matched if item.at != NOWHERE]

    def one(self, query: str) -> Any:
        """The first row that a query gives."""
        return self.connection.execute(query).fetchone()

    def scale(self, item: Matched) -> int:
        own = self.shapes.get(item.field.name)
        if own is not None:
            held = self.held.get(item.field.name)
            return int(own.scale * 10 ** (held.places if held else 0))
        return item.field.default.denominator if isinstance(item.field.default, Fraction) else 1

    def where(self, condition: str) -> list[int]:
        """The numbers of stored rows that fulfil `condition`, or more of them than can be read."""
        found = self.connection.execute(f"SELECT rowid + {self.first} FROM {self.stored} WHERE {condition} "
                                        f"LIMIT {MOST_ODD + 1}").fetchall()  # fmt: skip
        return [number for (number,) in found]

    def read(self, numbers: Sequence[int]) -> Facts:
        """These rows read one by one. Raises NotBulkError."""
        if len(numbers) > MOST_ODD:
            raise NotBulkError("ODD", table=self.sheet.name, most=MOST_ODD)
        found: list[Any] = []
        if numbers:
            query = self.source.texts([number - self.first for number in numbers])
            found = self.connection.execute(f"{query} ORDER BY 1").fetchall()
        rows = tuple(tuple(cell or "" for cell in cells) for _, *cells in found)
        own = tuple(row[0] + self.first for row in found)
        return read_table(replace(self.sheet, rows=rows, numbers=own), self.table)

    def leave_out(self, condition: str) -> None:
        """Marks rows as odd, and forgets what came of those that were odd before."""
        self.connection.execute(f"UPDATE {self.stored} SET odd = TRUE WHERE {condition}")
        if self.mended:
            self.connection.execute(f"DELETE FROM {self.mended} WHERE {condition}")
