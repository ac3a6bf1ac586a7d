"""Large tables as relations of the database, read where they are, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpidsl.facts.shapes import literal
from kpidsl.facts.sheets import LARGEST_CELL, Sheet
from kpidsl.facts.texts import Column

TEXT = "VARCHAR"
COMMAS = "delim = ',', quote = '\"', escape = '\"'"
TAIL = 1 << 16
IN_ORDER = "row_number() OVER () - 1"


@dataclass(frozen=True)
class Source:
    """`scan` stands after FROM and gives `columns`, whose cells come out as `casts`, SQL of texts, where they are not
    `types` of their own; `row` is SQL of the number of a row, from 0. `file`: a CSV file with a header, of which a row
    may be more than a line.
    """

    scan: str
    columns: Sequence[str]
    types: Sequence[str]
    casts: Sequence[str]
    row: str = IN_ORDER
    file: str = ""

    @property
    def lines(self) -> int | None:
        """How many rows there are if each is a line; None where this is no question."""
        return _lines(self.file) - 1 if self.file else None

    def whole_lines(self) -> str:
        """What stands after FROM and gives each line of a CSV file below its header, as `line`; NULL if it is empty."""
        return _csv(self.file, {"line": TEXT}, True, r"delim = '\x01', quote = '', escape = ''")

    def typed(self, types: Mapping[int, str]) -> str:
        """The scan of a CSV file with numbers where columns have types."""
        named = {name: types.get(at, TEXT) for at, name in enumerate(self.columns)}
        return _csv(self.file, named, True, COMMAS)

    def text(self, at: int) -> str:
        """A cell as text."""
        return self.casts[at]

    def texts(self, numbers: Sequence[int]) -> str:
        """A query: the numbers of these rows, and their cells as texts."""
        wanted = ", ".join(map(str, numbers))
        return f"SELECT * FROM ({self.all_texts()}) WHERE number IN ({wanted})"

    def all_texts(self) -> str:
        cells = ", ".join(f"{self.text(at)} AS c{at}" for at in range(len(self.columns)))
        return f"SELECT {self.row} AS number, {cells} FROM {self.scan}"


@dataclass(frozen=True)
class Origin:
    """A table to be read: its header with the first rows, where the header might stand lower; and the whole of it.

    `file` is what it came from, where that is a file of its own.
    """

    head: Sheet
    source: Source
    file: str = ""


def relation(scan: str, columns: Sequence[Column], row: str = IN_ORDER) -> Source:
    """What the database reads by itself."""
    return Source(scan, [c.sql for c in columns], [c.kind for c in columns], [c.text for c in columns], row)


def separated(path: str, width: int, header: bool) -> Source:
    """A CSV file in UTF-8 with so many columns."""
    names = [f"c{at}" for at in range(width)]
    scan = _csv(path, dict.fromkeys(names, TEXT), header, COMMAS)
    return Source(scan, names, [TEXT] * width, names, file=path if header else "")


def _csv(path: str, types: Mapping[str, str], header: bool, marks: str) -> str:
    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    return (
        f"read_csv({literal(path)}, columns = {columns}, header = {header}, auto_detect = false, {marks}, "
        f"strict_mode = true, null_padding = false, max_line_size = {LARGEST_CELL}, encoding = 'utf-8')"
    )


def _lines(path: str) -> int:
    """Up to the last one that is not empty: empty lines at the end move no row."""
    with open(path, "rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
        file.seek(max(file.tell() - TAIL, 0))
        tail = file.read()
        return lines - tail[len(tail.rstrip(b"\r\n")) :].count(b"\n") + 1
