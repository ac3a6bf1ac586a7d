"""A query in layers: each is a selection from the one before, with columns worked out from that one's."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from kpidsl.core.columns import ROW, quoted
from kpidsl.engines.columnar.conditions import FALSE, NOWHERE, TRUE, Condition
from kpidsl.engines.columnar.gathering import Gathering, Inner
from kpidsl.engines.columnar.wholes import Whole

SHORT = 60
NAMES = re.compile(r"""'(?:[^']|'')*'|("(?:[^"]|"")*")""")
"""What is quoted in SQL: a text, or a name, which is the group."""


def text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Join(Protocol):
    """Columns that a layer takes from another query over the layer below: by name, with what stands for none."""

    columns: dict[str, tuple[str, str]]
    reads_below: bool

    def query(self, below: str) -> str:
        """The other query."""

    def on(self, alias: str, below: str) -> str:
        """How its rows belong to those of the layer below."""

    def texts(self, text: str) -> Iterable[str]:
        """SQL that one of its columns rests on, besides its own `text`."""


@dataclass
class Layer:
    columns: dict[str, str] = field(default_factory=dict)
    joins: list[Join] = field(default_factory=list)


class Query(NamedTuple):
    """A named query; `often`: more than one other reads it, so that it is to be worked out once and kept."""

    name: str
    text: str
    often: bool = False

    def __str__(self) -> str:
        return f"{self.name} AS {'' if self.often else 'NOT '}MATERIALIZED (\n  {self.text})"


@dataclass
class Layers:
    """The first layer stands on `base`, a table with these columns and the number of each row."""

    base: str
    columns: tuple[str, ...] = ()
    layers: list[Layer] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.taken.update(name.casefold() for name in self.columns)

    def at(self, depth: int) -> Layer:
        """The layer that can use columns down to `depth`."""
        while len(self.layers) <= max(depth, 0):
            self.layers.append(Layer())
        return self.layers[max(depth, 0)]

    def free(self, name: str) -> str:
        """The name, or one like it that no column has; to the database upper and lower case are the same."""
        found, number = name, 1
        while found.casefold() in self.taken:
            number += 1
            found = f"{name} {number}"
        self.taken.add(found.casefold())
        return found

    def put(self, name: str, text: str, depth: int) -> tuple[str, int]:
        """A column, of SQL that uses columns down to `depth`: it quoted, and its own depth."""
        columns = self.at(depth).columns
        same = next((known for known, other in columns.items() if other == text), None)
        if same is None:
            same = self.free(name)
            columns[same] = text
        return quoted(same), max(depth, 0) + 1

    def bind(self, of: Whole, name: str = "_") -> Whole:
        if of.atom:
            return of
        column, depth = self.put(name, of.text, of.depth)
        return replace(of, text=column, depth=depth, atom=True)

    def bind_condition(self, of: Condition, name: str = "_") -> Condition:
        return of if of in (TRUE, FALSE) or len(of.text) < SHORT else Condition(*self.put(name, of.text, of.depth))

    def gather(self, rows: str, depth: int, text: str, empty: str, inner: Mapping[str, Inner]) -> tuple[str, int]:
        """A column gathered from rows, by SQL that uses the subject's columns down to `depth`, and columns that are
        gathered for each of the rows.
        """
        joins = self.at(depth).joins
        reads = depth > NOWHERE
        found = next((join for join in joins if isinstance(join, Gathering)
                      and (join.rows, join.reads_below) == (rows, reads)), None)  # fmt: skip
        if found is None:
            found = Gathering(rows, reads)
            joins.append(found)
        found.inner |= {name: own for name, own in inner.items() if quoted(name) in text}
        same = next((name for name, known in found.columns.items() if known == (text, empty)), None)
        if same is None:
            same = self.free(f"of {len(self.taken) + 1}")
            found.columns[same] = text, empty
        return quoted(same), max(depth, 0) + 1

    def behind(self, text: str) -> Iterator[str]:
        """SQL, and that of all columns which it rests on, layer by layer down to the base."""
        found, left = set[str](), [text]
        while left:
            text = left.pop()
            yield text
            new = _names(text) - found
            found |= new
            left += [other for layer in self.layers for name in new for other in _texts(layer, name)]

    def queries(self, wanted: Iterable[str]) -> list[Query]:
        """The layers as named queries, in order; each reads the one before, and of its columns takes on what is used
        later, or `wanted`: SQL over the last one. To plan a query costs by the column.
        """
        names = [quoted(self.base), *(quoted(f"{self.base} {at}") for at, _ in enumerate(self.layers, 1))]
        own = [_own(layer, below) for layer, below in zip(self.layers, names, strict=False)]
        found: list[Query] = []
        used = _names(" ".join(wanted)) | {quoted(ROW)}
        for at in reversed(range(len(self.layers))):
            below, (columns, joins) = names[at], own[at]
            there = [quoted(ROW), *map(quoted, self.columns), *(name for layer, _ in own[:at] for name in layer)]
            parts = [f"{below}.{name}" if joins else name for name in there if name in used]
            columns = {name: text for name, text in columns.items() if name in used}
            parts += [f"{text} AS {name}" for name, text in columns.items()]
            found.insert(0, Query(names[at + 1], f"SELECT {LINE.join(parts)}\n  FROM {below}{joins}"))
            used |= _names(" ".join((*columns.values(), joins)))
        for at, layer in enumerate(self.layers[1:]):
            found[at] = found[at]._replace(often=any(join.reads_below for join in layer.joins))
        return found


LINE = ",\n    "


def _or_empty(column: str, empty: str) -> str:
    return column if empty == "NULL" else f"coalesce({column}, {empty})"


def _own(layer: Layer, below: str) -> tuple[dict[str, str], str]:
    """The columns that a layer has first: SQL by their names, quoted; and what joins the layer below."""
    columns: dict[str, str] = {}
    joined = ""
    for number, join in enumerate(layer.joins, 1):
        alias = f"j{number}"
        columns |= {quoted(name): _or_empty(f"{alias}.{quoted(name)}", empty)
                    for name, (_, empty) in join.columns.items()}  # fmt: skip
        joined += f"\n  LEFT JOIN ({join.query(below)}) AS {alias} ON {join.on(alias, below)}"
    return columns | {quoted(name): text for name, text in layer.columns.items()}, joined


def _texts(layer: Layer, name: str) -> Iterator[str]:
    """SQL of a column of a layer, by its name as it is quoted."""
    yield from (text for own, text in layer.columns.items() if quoted(own) == name)
    for join in layer.joins:
        for own, (text, _) in join.columns.items():
            if quoted(own) == name:
                yield from (text, *join.texts(text))


def _names(text: str) -> set[str]:
    """The names that SQL uses, as they are quoted."""
    return {name for name in NAMES.findall(text) if name}
