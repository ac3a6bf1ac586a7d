"""Facts that are in memory as columns of a database, and stored columns as terms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from kpidsl.core.columns import NUMBER, ROW, Column, Columns, column_name, quoted, table_name, width
from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Case, Event, Row
from kpidsl.engines.columnar.conditions import FALSE, NOWHERE, Condition
from kpidsl.engines.columnar.expressions import Rows
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, Words
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values.domains import Domain, End
from kpidsl.values.kinds import Base, Value

Tables = Mapping[str, Columns]
"""The facts, under no name, and every table of events."""


def terms(tables: Tables) -> tuple[dict[str, Term], dict[str, Rows]]:
    """The facts, and the events, as they stand in the database."""
    facts = {name: _term(column, column_name("", name), 0) for name, column in tables[""].columns.items()}
    events = {table: Rows({name: _term(column, column_name(table, name), NOWHERE)
                           for name, column in stored.columns.items()}, stored.most)
              for table, stored in tables.items() if table}  # fmt: skip
    return facts, events


def _term(column: Column, name: str, depth: int) -> Term:
    lacks = Condition(f"({name} IS NULL)", depth) if column.nulls else FALSE
    if column.field.kind.base is Base.YES_NO:
        return Term(Condition(name, depth), lacks=lacks)
    if not column.field.kind.numeric:
        return Term(Words(name, depth), lacks=lacks)
    low, high, scale = column.low, column.high, column.scale
    top = Whole(name, low, high, width(low, high), depth, True, column.nulls)
    domain = Domain(End(Fraction(low, scale)), End(Fraction(high, scale)), Fraction(1, scale))
    return Term(Number(top, scale, domain), lacks=lacks)


def store(connection: Any, program: Program, cases: Sequence[Case]) -> Tables:
    """Puts cases into a database."""
    numbers = {ROW: [case.number for case in cases]}
    facts = _store(connection, program.facts, [case.facts for case in cases], numbers)
    tables = {"": Columns(facts, len(cases))}
    for table in program.events:
        owned = [(case.number, event) for case in cases for event in case.events.get(table.name, ())]
        numbers = {ROW: [number for number, _ in owned], NUMBER: [int(event.number) for _, event in owned]}
        columns = _store(connection, table, [event.values for _, event in owned], numbers)
        tables[table.name] = Columns(columns, len(owned), max(Counter(numbers[ROW]).values(), default=0))
    return tables


def _store(connection: Any, table: Table, rows: Sequence[Row],
           numbers: Mapping[str, Sequence[int]]) -> dict[str, Column]:  # fmt: skip
    columns: dict[str, Column] = {}
    parts, parameters = [], []
    for item in table.fields:
        columns[item.name], stored = _column(item, [row[item.name] for row in rows])
        parts.append(f"unnest(?::{columns[item.name].type}[]) AS {column_name(table.name, item.name)}")
        parameters.append(stored)
    for name, own in numbers.items():
        parts.append(f"unnest(?::BIGINT[]) AS {quoted(name)}")
        parameters.append(list(own))
    connection.execute(f"CREATE TEMP TABLE {table_name(table.name)} AS SELECT {', '.join(parts)}", parameters)
    return columns


def _column(item: Field, values: Sequence[Value]) -> tuple[Column, list[Any]]:
    """A column that holds `values` exactly, and what it stores of each."""
    nulls = None in values
    if not item.kind.numeric:
        return Column(item, nulls), list(values)
    scale = lcm(*{value.denominator for value in values if isinstance(value, Fraction)})
    stored = [int(value * scale) if isinstance(value, Fraction) else None for value in values]
    tops = [top for top in stored if top is not None] or [0]
    return Column(item, nulls, scale, min(tops), max(tops)), stored


def taken(connection: Any, program: Program, tables: Tables, numbers: Sequence[int]) -> list[Case]:
    """The cases of those rows, out of the database."""
    facts = _rows(connection, program.facts, tables[""], ROW, numbers)
    events = {table.name: _rows(connection, table, tables[table.name], ROW, numbers) for table in program.events}
    found = []
    for number, (_, values) in ((number, row) for number, rows in facts.items() for row in rows):
        own = {name: [Event(at, row) for at, row in rows.get(number, ())] for name, rows in events.items()}
        found.append(Case(number, values, own))
    return found


def _rows(connection: Any, table: Table, stored: Columns, key: str,
          numbers: Sequence[int]) -> dict[int, list[tuple[int, Row]]]:  # fmt: skip
    """Rows by the number of facts that they are or belong to, each with its own."""
    names = [item.name for item in table.fields]
    cells = ", ".join(column_name(table.name, name) for name in names)
    own = quoted(NUMBER) if table.name else quoted(ROW)
    found: dict[int, list[tuple[int, Row]]] = {}
    asked = f"SELECT {quoted(key)}, {own}, {cells} FROM {table_name(table.name)} WHERE {quoted(key)} IN ? ORDER BY 1, 2"
    for number, at, *values in connection.execute(asked, [list(numbers)]).fetchall():
        row = {name: stored.columns[name].value(value) for name, value in zip(names, values, strict=True)}
        found.setdefault(number, []).append((at, row))
    return found



