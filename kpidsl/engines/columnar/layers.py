"""A query in layers: each is a selection from the one before, with columns worked out from that one's."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from kpidsl.core import columns
from kpidsl.core.columns import quoted, table_name
from kpidsl.engines.columnar.conditions import FALSE, NOWHERE, TRUE, Condition
from kpidsl.engines.columnar.wholes import Whole

SHORT = 60
ROW = quoted(columns.ROW)


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


@dataclass
class Gathering:
    """What is gathered from the rows of a table of events, which have the number of their subject's row: columns as
    SQL over the events, and over the subject's own too where it `reads_below`.
    """

    table: str
    reads_below: bool
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)

    def query(self, below: str) -> str:
        rows = table_name(self.table)
        joined = f" JOIN {below} ON {below}.{ROW} = {rows}.{ROW}" if self.reads_below else ""
        return f"SELECT {rows}.{ROW} AS k, {named(self.columns)} FROM {rows}{joined} GROUP BY {rows}.{ROW}"

    def on(self, alias: str, below: str) -> str:
        return f"{alias}.k = {below}.{ROW}"


def named(columns: dict[str, tuple[str, str]]) -> str:
    return ", ".join(f"{text} AS {quoted(name)}" for name, (text, _) in columns.items())


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
    """The first layer stands on `base`, a table with the number of each row."""

    base: str
    layers: list[Layer] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def at(self, depth: int) -> Layer:
        """The layer that can use columns down to `depth`."""
        while len(self.layers) <= max(depth, 0):
            self.layers.append(Layer())
        return self.layers[max(depth, 0)]

    def free(self, name: str) -> str:
        """The name, or one like it that no column has."""
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name} {number}"
        self.taken.add(found)
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

    def gather(self, table: str, depth: int, text: str, empty: str) -> tuple[str, int]:
        """A column gathered from events, by SQL that uses the subject's columns down to `depth`."""
        joins = self.at(depth).joins
        reads = depth > NOWHERE
        found = next((join for join in joins if isinstance(join, Gathering)
                      and (join.table, join.reads_below) == (table, reads)), None)  # fmt: skip
        if found is None:
            found = Gathering(table, reads)
            joins.append(found)
        same = next((name for name, known in found.columns.items() if known == (text, empty)), None)
        if same is None:
            same = self.free(f"{table} {len(found.columns) + 1}")
            found.columns[same] = text, empty
        return quoted(same), max(depth, 0) + 1

    def queries(self) -> list[Query]:
        """The layers as named queries, in order; each reads the one before."""
        found: list[Query] = []
        below = quoted(self.base)
        for at, layer in enumerate(self.layers, 1):
            parts, joins = [f"{below}.*"], ""
            for number, join in enumerate(layer.joins, 1):
                alias = f"j{number}"
                parts += [f"{_or_empty(f'{alias}.{quoted(name)}', empty)} AS {quoted(name)}"
                          for name, (_, empty) in join.columns.items()]  # fmt: skip
                joins += f"\n  LEFT JOIN ({join.query(below)}) AS {alias} ON {join.on(alias, below)}"
            parts += [f"{text} AS {quoted(name)}" for name, text in layer.columns.items()]
            if found and any(join.reads_below for join in layer.joins):
                found[-1] = found[-1]._replace(often=True)
            below, text = quoted(f"{self.base} {at}"), f"SELECT {LINE.join(parts)}\n  FROM {below}{joins}"
            found.append(Query(below, text))
        return found


LINE = ",\n    "


def _or_empty(column: str, empty: str) -> str:
    return column if empty == "NULL" else f"coalesce({column}, {empty})"
