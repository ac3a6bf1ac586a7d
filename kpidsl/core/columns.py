"""Facts as columns of a database: numbers as whole numbers over a scale, with their least and greatest."""

from collections.abc import Mapping
from fractions import Fraction

from kpidsl.core.left import LeftError
from kpidsl.core.program import Field
from kpidsl.values import node as values
from kpidsl.values.kinds import Base, Value
from kpidsl.values.node import node

ROW = "#"
"""The column that has the number of a row of facts; of events, that of their subject's row."""
NUMBER = "##"
"""The column of events that has their own number."""
SUBJECT, DAY, END, COUNT = "#subject", "#day", "#end", "#count"
"""Of rows that are looked at: whose they are, and when; the last period that is looked at, and how many there are."""
FACTS = "facts"
TYPES = {32: "INTEGER", 64: "BIGINT", 128: "HUGEINT"}
ROOM = {32: 2**31, 64: 2**63, 128: 10**38}
"""What numbers of so many bits stay below; of 128 bits no more is used than other databases have: 38 digits."""


class TooWideError(LeftError):
    """A number that 128 bits cannot be sure to hold, from its bounds."""

    def __init__(self, *bounds: int) -> None:
        super().__init__("TOO_WIDE", digits=max(len(str(abs(bound))) for bound in bounds))


def width(low: int, high: int) -> int:
    """The bits that hold everything from `low` to `high`. Raises TooWideError."""
    for bits, room in ROOM.items():
        if -room < low and high < room:
            return bits
    raise TooWideError(low, high)


@node
class Column(values.Node):
    """A field as it is stored: numbers as `scale` times their value, from `low` to `high`; `nulls`: some lack it."""

    field: Field
    nulls: bool
    scale: int = 1
    low: int = 0
    high: int = 0

    @property
    def type(self) -> str:
        kind = self.field.kind
        if kind.numeric:
            return TYPES[self.bits]
        return "BOOLEAN" if kind.base is Base.YES_NO else "DATE" if kind.dates else "VARCHAR"

    @property
    def bits(self) -> int:
        """Those that hold its whole numbers. Raises TooWideError."""
        try:
            return width(self.low, self.high)
        except TooWideError as error:
            error.filled["name"] = self.field.header
            raise

    def value(self, stored: object) -> Value:
        """What a stored cell stands for."""
        if isinstance(stored, int) and not isinstance(stored, bool):
            return Fraction(stored, self.scale)
        return stored  # type: ignore[return-value]


@node
class Columns(values.Node):
    """A table as it is stored; `most`: the most rows of events that one subject has."""

    columns: Mapping[str, Column]
    rows: int
    most: int = 0


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def table_name(events: str, level: str = "") -> str:
    """Of a table of events; that of the facts has no name of its own. `level`: the facts of which longer period."""
    return quoted(" ".join(part for part in ("events" if events else FACTS, events, level and f"of {level}") if part))


def column_name(table: str, name: str) -> str:
    """Columns of events are told from those of the subject by the table's name."""
    return quoted(f"{table}.{name}" if table else name)
