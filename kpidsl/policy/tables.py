"""Tables: the editions that hold from a day on, and the keys along their axes."""

from collections.abc import Sequence
from typing import NamedTuple

from kpidsl.syntax import tree as t


class Edition(NamedTuple):
    """The rows that hold from `since` on; always, where it is None. Without a header of its own it has the last one."""

    since: t.Calendar | None
    header: t.TableHeader | None
    rows: Sequence[t.TableRow]


def editions(table: t.Table) -> list[Edition]:
    found: list[Edition] = []
    since: t.Calendar | None = None
    header: t.TableHeader | None = None
    rows: list[t.TableRow] = []
    for row in table.rows:
        match row:
            case t.TableSince(since=day):
                if rows:
                    found.append(Edition(since, header, rows))
                since, rows = day, []
            case t.TableHeader():
                header = row
            case t.TableRow():
                rows.append(row)
    return [*found, Edition(since, header, rows)]


def axes(table: t.Table) -> list[tuple[str, ...]]:
    """The keys along each axis: those of the rows and, in a table by two, those of the headers."""
    down = tuple(dict.fromkeys(row.key.text for row in table.rows if isinstance(row, t.TableRow)))
    across = dict.fromkeys(key.text for row in table.rows if isinstance(row, t.TableHeader) for key in row.keys)
    return [down, tuple(across)] if across else [down]
