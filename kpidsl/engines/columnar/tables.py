"""Facts as columns of a database: whole numbers over a scale, with their least and greatest values."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from kpidsl.core.program import Field, Table
from kpidsl.core.results import Row
from kpidsl.engines.columnar import wholes as w
from kpidsl.engines.columnar.conditions import FALSE, Condition
from kpidsl.engines.columnar.layers import ROW, quoted
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, Words
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values.domains import Domain, End
from kpidsl.values.kinds import Base, Value


@dataclass(frozen=True)
class Column:
    """A column as it is stored: numbers as `scale` times their value, from `low` to `high`."""

    field: Field
    nulls: bool
    scale: int = 1
    low: int = 0
    high: int = 0

    @property
    def type(self) -> str:
        kind = self.field.kind
        if kind.numeric:
            return w.TYPES[w.width(self.low, self.high)]
        return "BOOLEAN" if kind.base is Base.YES_NO else "DATE" if kind.dates else "VARCHAR"

    def term(self, name: str, depth: int) -> Term:
        """The column as a term of the subject, of depth 0, or of a row of events."""
        lacks = Condition(f"({name} IS NULL)", depth) if self.nulls else FALSE
        if self.field.kind.base is Base.YES_NO:
            return Term(Condition(name, depth), lacks=lacks)
        if not self.field.kind.numeric:
            return Term(Words(name, depth), lacks=lacks)
        top = Whole(name, self.low, self.high, w.width(self.low, self.high), depth, True, self.nulls)
        domain = Domain(End(Fraction(self.low, self.scale)), End(Fraction(self.high, self.scale)),
                        Fraction(1, self.scale))  # fmt: skip
        return Term(Number(top, self.scale, domain), lacks=lacks)


def column(item: Field, values: Sequence[Value]) -> tuple[Column, list[Any]]:
    """A column that holds `values` exactly, and what it stores of each."""
    known = [value for value in values if value is not None]
    nulls = len(known) < len(values)
    if not item.kind.numeric:
        return Column(item, nulls), list(values)
    numbers = [value for value in known if isinstance(value, Fraction)]
    scale = lcm(*{number.denominator for number in numbers})
    stored = [None if value is None else int(value * scale) for value in values if isinstance(value, Fraction | None)]
    tops = [top for top in stored if top is not None] or [0]
    return Column(item, nulls, scale, min(tops), max(tops)), stored


def store(connection: Any, name: str, table: Table, rows: Sequence[Row], numbers: Sequence[int]) -> dict[str, Column]:
    """Makes a table of rows that are in memory, with the `numbers` of the rows of facts that they are or belong to."""
    columns: dict[str, Column] = {}
    parts, parameters = [], []
    for item in table.fields:
        columns[item.name], stored = column(item, [row[item.name] for row in rows])
        parts.append(f"unnest(?::{columns[item.name].type}[]) AS {quoted(column_name(table, item.name))}")
        parameters.append(stored)
    parts.append(f"unnest(?::BIGINT[]) AS {ROW}")
    parameters.append(list(numbers))
    connection.execute(f"CREATE TABLE {name} AS SELECT {', '.join(parts)}", parameters)
    return columns


def column_name(table: Table, name: str) -> str:
    """Columns of events are told from those of the subject by the table's name."""
    return f"{table.name}.{name}" if table.name else name
