"""Facts that are in memory as columns of a database, and stored columns as terms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from kpidsl.core.columns import NUMBER, ROW, Column, Columns, column_name, quoted, table_name, width
from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Case, Row
from kpidsl.engines.columnar.conditions import FALSE, NOWHERE, Condition
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, Words
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values.domains import Domain, End
from kpidsl.values.kinds import Base, Value

Tables = Mapping[str, Columns]
"""The facts, under no name, and every table of events."""


def terms(tables: Tables) -> dict[str, Term]:
    """The facts as they stand in the database."""
    return {name: term_of(column, column_name("", name), 0) for name, column in tables[""].columns.items()}


def term_of(column: Column, name: str, depth: int = NOWHERE) -> Term:
    lacks = Condition(f"({name} IS NULL)", depth) if column.nulls else FALSE
    if column.field.kind.base is Base.YES_NO:
        return Term(Condition(name, depth), lacks=lacks)
    if not column.field.kind.numeric:
        return Term(Words(name, depth), lacks=lacks)
    low, high, scale = column.low, column.high, column.scale
    top = Whole(name, low, high, width(low, high), depth, True, column.nulls)
    domain = Domain(End(Fraction(low, scale)), End(Fraction(high, scale)), Fraction(1, scale))
    return Term(Number(top, scale, domain), lacks=lacks)


def store(connection: Any, program: Program, cases: Sequence[Case], facts: Table | None = None) -> Tables:
    """Puts cases into a database; `facts` is their table, with what it has beyond that of the program."""
    table, level = facts or program.facts, program.facts.name
    columns = _store(connection, table_name("", level), table, "", [case.facts for case in cases],
                     {ROW: [case.number for case in cases]})  # fmt: skip
    tables = {"": Columns(columns, len(cases))}
    for events in program.events:
        owned = [(case.number, event) for case in cases for event in case.events.get(events.name, ())]
        numbers = {ROW: [number for number, _ in owned], NUMBER: [int(event.number) for _, event in owned]}
        most = max(Counter(numbers[ROW]).values(), default=0)
        if program.dated:
            owned = list({(event.number, event.values[events.owner]): (0, event) for _, event in owned}.values())
            numbers = {NUMBER: [int(event.number) for _, event in owned]}
        columns = _store(connection, table_name(events.name, level), events, events.name,
                         [event.values for _, event in owned], numbers)  # fmt: skip
        tables[events.name] = Columns(columns, len(owned), most)
    return tables


def held(program: Program, cases: Sequence[Case]) -> Tables:
    """What the columns of cases hold, of a level without periods."""
    tables = {"": Columns(_columns(program.facts, [case.facts for case in cases]), len(cases))}
    for events in program.events:
        owned = [case.events.get(events.name, ()) for case in cases]
        rows = [event.values for own in owned for event in own]
        tables[events.name] = Columns(_columns(events, rows), len(rows), max(map(len, owned), default=0))
    return tables


def _columns(table: Table, rows: Sequence[Row]) -> dict[str, Column]:
    return {item.name: _column(item, [row[item.name] for row in rows])[0] for item in table.fields}


def _store(connection: Any, name: str, table: Table, prefix: str, rows: Sequence[Row],
           numbers: Mapping[str, Sequence[int]]) -> dict[str, Column]:  # fmt: skip
    columns: dict[str, Column] = {}
    parts, parameters = [], []
    for item in table.fields:
        columns[item.name], stored = _column(item, [row[item.name] for row in rows])
        parts.append(f"unnest(?::{columns[item.name].type}[]) AS {column_name(prefix, item.name)}")
        parameters.append(stored)
    for number, own in numbers.items():
        parts.append(f"unnest(?::BIGINT[]) AS {quoted(number)}")
        parameters.append(list(own))
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {', '.join(parts)}", parameters)
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
