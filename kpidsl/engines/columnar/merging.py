"""Tables of results put together: of one period after the other, or of rows that were worked out apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import lcm
from typing import Any

from kpidsl.core.columns import ROW, quoted
from kpidsl.engines.columnar.level import Scored, Shown, results_name

PART = quoted("results of a part")


def merged(connection: Any, so_far: Scored | None, new: Scored) -> Scored:
    """The results so far and those in the table PART in one table; numbers over the scale that suits all of them."""
    table = results_name(new.program)
    if so_far is None:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM {PART}")
        return new
    old, more = {**so_far.results, **so_far.kept}, {**new.results, **new.kept}
    both = {name: _shared(old[name], more[name]) for name in more}
    both_of = quoted("results so far")
    heads = list(new.heads.values())
    query = f"{_over(table, heads, old, both)} UNION ALL {_over(PART, heads, more, both)}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {both_of} AS {query}")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE {both_of} RENAME TO {table}")
    results, kept = ({name: both[name] for name in own} for own in (new.results, new.kept))
    return replace(new, results=results, kept=kept, queries=(*so_far.queries, *new.queries))


def _shared(one: Shown, other: Shown) -> Shown:
    if not one.scale:
        return one
    divisor = one.divisor if one.divisor != "1" else other.divisor
    return Shown(one.column, lcm(one.scale, other.scale), divisor)


def _over(table: str, heads: Sequence[str], shown: Mapping[str, Shown], both: Mapping[str, Shown]) -> str:
    cells = [quoted(ROW), *heads]
    for name, own in shown.items():
        times = both[name].scale // own.scale if own.scale else 1
        cells.append(own.column if times == 1 else f"CAST({own.column} AS HUGEINT) * {times} AS {own.column}")
        if both[name].divisor != "1":
            cells.append(own.divisor if own.divisor != "1" else f"CAST(1 AS BIGINT) AS {both[name].divisor}")
    return f"SELECT {', '.join(cells)} FROM {table}"
