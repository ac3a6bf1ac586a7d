"""Who has rows in large facts, and when: the good rows, which are in the database, with the few that are not good."""

from collections.abc import Iterable
from typing import Any

from kpidsl.core.columns import DAY, NUMBER, ROW, SUBJECT, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.facts.read import Reading


def everyone(connection: Any, program: Program, bad: Iterable[Reading]) -> str:
    """A view of all rows: subject and period, either of which a bad one may lack, the groups, and the number."""
    named = [program.subject, program.dated, *program.within]
    told = list(bad)
    columns = [[row.values[name] for row in told] for name in named]
    kinds = ["VARCHAR", "DATE", *("VARCHAR" for _ in program.within)]
    cells = ", ".join(f"unnest(?::{kind}[])" for kind in (*kinds, "BIGINT"))
    view, rows = quoted(f"everyone {program.label}"), quoted(f"bad rows {program.label}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {rows} AS SELECT {cells}",
                       [*columns, [row.number for row in told]])  # fmt: skip
    heads = [quoted(SUBJECT), quoted(DAY), *(column_name("", name) for name in program.within)]
    good = ", ".join(f"CAST({column_name('', name)} AS {kind}) AS {head}"
                     for name, kind, head in zip(named, kinds, heads, strict=True))  # fmt: skip
    query = f"SELECT {good}, {quoted(ROW)} AS {quoted(NUMBER)} FROM {table_name('', program.facts.name)}"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {query} UNION ALL SELECT * FROM {rows}")
    return view
