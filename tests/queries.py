"""Printed queries tried: plain tables made of facts, and what a query gives held against the exact engine."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from kpidsl.core.columns import quoted
from kpidsl.core.program import Field, Program
from kpidsl.core.results import Case
from kpidsl.engines import exact
from kpidsl.engines.columnar.tables import held
from kpidsl.engines.printed.bounds import Expected, seen, tables_of
from kpidsl.engines.printed.query import expected, refuse
from kpidsl.reports.query import query
from kpidsl.reports.scores import cells, columns
from kpidsl.reports.words import phrase
from kpidsl.values.kinds import Base, Value
from kpidsl.values.numerals import decimal_places

SCORED = phrase("en", "row scored")


class Plain(NamedTuple):
    """A table as an administrator has it: columns with their types, and rows."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[Any]]

    @property
    def made(self) -> str:
        parts = ", ".join(f"{quoted(name)} {kind}" for name, kind in self.columns.items())
        return f"CREATE TABLE {quoted(self.name)} ({parts})"

    def filled(self, mark: str) -> str:
        return f"INSERT INTO {quoted(self.name)} VALUES ({', '.join([mark] * len(self.columns))})"


def plain(program: Program, cases: Sequence[Case]) -> list[Plain]:
    """The tables of some cases."""
    found = []
    for name, table in tables_of(program):
        rows = [event.values for case in cases for event in case.events.get(name, ())] if name else \
            [case.facts for case in cases]  # fmt: skip
        kinds = {item.header: _type(item, [row[item.name] for row in rows]) for item in table.fields}
        values = [[_stored(row[item.name]) for item in table.fields] for row in rows]
        found.append(Plain(table.header if name else "facts", kinds, values))
    return found


def _type(item: Field, values: Sequence[Value]) -> str:
    base = item.kind.base
    if not item.kind.numeric:
        return {Base.YES_NO: "BOOLEAN", Base.DATE: "DATE"}.get(base, "TEXT")
    numbers = [value for value in values if isinstance(value, Fraction)]
    places = max((decimal_places(value) or 0 for value in numbers), default=0)
    return "BIGINT" if base is Base.COUNT and all(abs(n) < 2**63 for n in numbers) else f"DECIMAL(38, {places})"


def _stored(value: Value) -> Any:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else Decimal(value.numerator) / Decimal(value.denominator)
    return value if isinstance(value, str | bool | date) else None


def printed(program: Program, cases: Sequence[Case] | None, dialect: str) -> str:
    """The query, by what the policy says of the columns, or by the cases. Raises UnsupportedError, TooWideError."""
    refuse(program)
    known: Expected = expected(program) if cases is None else seen(program, held(program, cases))
    tables = {name: table.header if name else "facts" for name, table in tables_of(program)}
    said = {"version": "0", "dialect": dialect, "policy": "made.kpi", "facts": "made.csv"}
    return query(program, known, tables, said, "en")


def differences(program: Program, cases: Sequence[Case], rows: Sequence[Sequence[Any]]) -> list[str]:
    """How what a query gives differs from the exact engine, cell by cell."""
    shown = columns(program, "en")
    outcome = exact.run(program, [cases])[0]
    given = {str(row[0]): row for row in rows}
    found = [] if len(given) == len(rows) == len(cases) else [f"{len(rows)} rows of {len(cases)}"]
    for score in outcome.scores:
        row = given[score.subject]
        wanted = [score.subject, *score.groups, *cells(score, shown), SCORED]
        found += [f"{score.subject} {header}: {value}, query {cell}"
                  for header, value, cell in zip([*shown.headers, "status"], wanted, row, strict=True)
                  if _value(cell, value) != value]  # fmt: skip
    for bad in outcome.unscored:
        row = given[bad.subject]
        if row[-1] == SCORED or any(cell is not None for cell in row[len(shown.names) : -1]):
            found.append(f"{bad.subject} has no score: {row}")
    return found


def _value(cell: Any, like: object) -> object:
    """A cell as the exact engine has it: places are texts there."""
    if isinstance(like, Fraction) and cell is not None:
        return Fraction(cell)
    return str(cell) if isinstance(like, str) and not isinstance(cell, str) else cell


def in_duckdb(connection: Any, tables: Sequence[Plain], text: str) -> list[Any]:
    for table in tables:
        connection.execute(f"DROP TABLE IF EXISTS {quoted(table.name)}")
        connection.execute(table.made)
        if table.rows:
            connection.executemany(table.filled("?"), [list(row) for row in table.rows])
    return list(connection.execute(text).fetchall())


def in_postgres(connection: Any, tables: Sequence[Plain], text: str) -> list[Any]:
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(table.made)
            cursor.executemany(table.filled("%s"), table.rows)
        cursor.execute(text)
        return list(cursor.fetchall())


Database = Callable[[Sequence[Plain], str], list[Any]]
