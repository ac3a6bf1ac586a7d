"""Rows apart, back among the others: results that the exact engine worked out, put into the table of all results."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.columns import ROW, TYPES, column_name, quoted, width
from kpidsl.core.entries import kept_of
from kpidsl.core.program import Program
from kpidsl.core.results import GradeResult
from kpidsl.engines.columnar.conditions import Condition
from kpidsl.engines.columnar.level import Held, Piece, Scored, Shown
from kpidsl.engines.columnar.merging import PART, merged
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.exact import Worked
from kpidsl.engines.settled import Settled

MOST_SCALE = 10**12
"""Above it every row has a divisor of its own."""
Cells = list[tuple[str, str, Sequence[Any]]]
"""Columns: names, types, and cells."""


def rejoined(connection: Any, scored: Scored, rows: Sequence[tuple[Worked, Mapping[str, Settled]]]) -> Scored:
    """With these rows too, and the places and grades that they have among all. Raises TooWideError."""
    values = [_values(scored.program, worked, settled) for worked, settled in rows]
    numbers = [worked.case.number for worked, _ in rows]
    found, cells, pieces = dict[str, Shown](), Cells(), dict[str, Piece]()
    terms = {**scored.queries[0].kept, **scored.queries[0].results}
    for name, own in {**scored.results, **scored.kept}.items():
        column = [one.get(name) for one in values]
        if not isinstance(terms[name].value, Number):
            found[name] = own
            kind = "BOOLEAN" if isinstance(terms[name].value, Condition) else "VARCHAR"
            cells.append((own.column, kind, column))
            continue
        fractions = [None if value is None else Fraction(value) for value in column]
        found[name], parts = _numbers(own, fractions)
        _refuse_wider(terms[name].number, found[name], parts[0][1])
        cells += [(part, TYPES[held.bits], stored) for part, held, stored in parts]
        known = [value for value in fractions if value is not None]
        if known:
            top, *below = (held for _, held, _ in parts)
            pieces[name] = Piece(found[name].scale, top, below[0] if below else None, min(known), max(known), top.bits)
    _put(connection, scored, numbers, cells)
    results, kept = ({name: found[name] for name in own} for own in (scored.results, scored.kept))
    new = merged(connection, scored, Scored(scored.program, results, scored.unscored, kept, scored.tables))
    return replace(new, apart=tuple(numbers), pieces=pieces)


def _values(program: Program, worked: Worked, settled: Mapping[str, Settled]) -> dict[str, Any]:
    """Balances, grades and places, and what is kept of entries, by name."""
    found: dict[str, Any] = {}
    for item in program.definitions:
        if isinstance(item, n.Ledger):
            account = worked.accounts[item.name]
            found |= {item.name: account.balance, **kept_of(item, account)}
        elif item.name in settled:
            found[item.name] = settled[item.name].value
        elif isinstance(item, n.Grade):
            result = worked.results[item.name]
            assert isinstance(result, GradeResult)
            found[item.name] = result.grade or None
    return found


def _numbers(own: Shown, values: Sequence[Fraction | None]) -> tuple[Shown, list[tuple[str, Held, list[int | None]]]]:
    """Over the scale of the column where that fits, or a larger one; else each over a divisor."""
    scale = lcm(own.scale, *(value.denominator for value in values if value is not None))
    if scale <= MOST_SCALE:
        tops = [None if value is None else int(value * scale) for value in values]
        return Shown(own.column, scale), [(own.column, _held(tops), tops)]
    tops = [None if value is None else value.numerator for value in values]
    divisors: list[int | None] = [1 if value is None else value.denominator for value in values]
    below = f"{own.column}d"
    return Shown(own.column, 1, below), [(own.column, _held(tops), tops), (below, _held(divisors), divisors)]


def _refuse_wider(number: Number, own: Shown, top: Held) -> None:
    """Raises TooWideError where the numbers of all rows have no room over one scale."""
    scale = lcm(number.scale, own.scale)
    for low, high, times in ((number.top.low, number.top.high, scale // number.scale),
                             (top.low, top.high, scale // own.scale)):  # fmt: skip
        width(low * times, high * times)


def _held(stored: Sequence[int | None]) -> Held:
    known = [value for value in stored if value is not None] or [0]
    return Held(min(known), max(known), width(min(known), max(known)))


def _put(connection: Any, scored: Scored, numbers: Sequence[int], cells: Cells) -> None:
    """The table of a part, with what tells whose results these are."""
    row = quoted(ROW)
    parts = [f"unnest(?::BIGINT[]) AS {row}", *(f"unnest(?::{kind}[]) AS {column}" for column, kind, _ in cells)]
    heads = [f"f.{column_name('', name)} AS {column}" for name, column in scored.heads.items()]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {PART} AS SELECT {', '.join([*heads, 'v.*'])} "
        f"FROM (SELECT {', '.join(parts)}) AS v JOIN {scored.facts} AS f ON f.{row} = v.{row}",
        [list(numbers), *(list(stored) for _, _, stored in cells)],
    )
