"""Files as relations of the database, read where they are: the rows of a CSV or Parquet file, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from kpidsl.core.columns import quoted
from kpidsl.facts.shapes import literal
from kpidsl.facts.sheets import LARGEST_CELL

TEXT = "VARCHAR"


@dataclass(frozen=True)
class Source:
    """`scan` stands after FROM and gives `columns`, of these `types`; `row` is SQL of the number of a row, from 0.

    `lines`: how many rows there are if each is a line; None where this is no question.
    """

    scan: str
    columns: Sequence[str]
    types: Sequence[str]
    row: str
    lines: int | None = None

    def text(self, at: int) -> str:
        """A cell as text."""
        return self.columns[at] if self.types[at] == TEXT else f"CAST({self.columns[at]} AS {TEXT})"

    def texts(self, numbers: Sequence[int]) -> str:
        """A query: the numbers of these rows, and their cells as texts."""
        cells = ", ".join(f"{self.text(at)} AS c{at}" for at in range(len(self.columns)))
        wanted = ", ".join(map(str, numbers))
        return f"SELECT * FROM (SELECT {self.row} AS number, {cells} FROM {self.scan}) WHERE number IN ({wanted})"


def source(connection: Any, path: str, width: int) -> Source:
    """A file whose table has so many columns."""
    if PurePath(path).suffix.lower() == ".parquet":
        found = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(path)})").fetchall()
        scan = f"read_parquet({literal(path)}, file_row_number = true)"
        return Source(scan, [quoted(row[0]) for row in found], [row[1] for row in found], "file_row_number")
    names = [f"c{at}" for at in range(width)]
    columns = "{" + ", ".join(f"'{name}': '{TEXT}'" for name in names) + "}"
    scan = (
        f"read_csv({literal(path)}, columns = {columns}, header = true, auto_detect = false, delim = ',', "
        f"quote = '\"', escape = '\"', strict_mode = true, null_padding = false, max_line_size = {LARGEST_CELL}, "
        f"encoding = 'utf-8')"
    )
    return Source(scan, names, [TEXT] * width, "row_number() OVER () - 1", _lines(path) - 1)


def _lines(path: str) -> int:
    with open(path, "rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
        file.seek(-1, 2)
        return lines + (file.read(1) != b"\n")
