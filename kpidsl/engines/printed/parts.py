"""A query as the parts that it is printed in: named selections, and what each column of them is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.columns import quoted
from kpidsl.core.program import Field
from kpidsl.engines.printed.bounds import Cells

Say = Callable[..., str]
"""What is said to those who read the query, by the name of a phrase and what fills it."""


class Read(NamedTuple):
    """A column is read from the table that is given, as a field of it."""

    item: Field
    cells: Cells | None


class For(NamedTuple):
    """A column is what these definitions come to, or, unless it is its `own`, something on the way to them."""

    definitions: tuple[n.Definition, ...]
    own: bool


About = Read | For


@dataclass(frozen=True)
class Part:
    """A query in DuckDB's SQL, under a name; the last one has none. `about`: its columns by their names.

    `often`: others read it more than once.
    """

    name: str
    query: str
    about: Mapping[str, About] = field(default_factory=dict)
    often: bool = False


class Item(NamedTuple):
    """A column: SQL, the name that it gets, and what it is for."""

    text: str
    name: str
    about: About | None = None


def part(name: str, items: list[Item], rest: str, often: bool = False) -> Part:
    """`rest` is what stands after the columns."""
    columns = ", ".join(f"{item.text} AS {quoted(item.name)}" for item in items)
    about = {item.name: item.about for item in items if item.about is not None}
    return Part(name, f"SELECT {columns} {rest}", about, often)
