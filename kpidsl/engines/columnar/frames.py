"""The rows that an aggregate goes over while it is being worked out."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.engines.columnar.gathering import Inner
from kpidsl.engines.columnar.terms import Term


@dataclass(frozen=True)
class Rows:
    """A table of rows with the number of their subject's row: its name as SQL, its columns, and the most rows that one
    subject has.

    `short` is SQL of whether rows are not there that should be, and of what holds where there are none at all. Where
    `lost` has rows, there are too few as well.
    """

    source: str
    columns: Mapping[str, Term]
    most: int
    short: tuple[str, str] = ("", "")
    lost: str = ""


@dataclass
class Frame:
    """An aggregate while it is being worked out: its rows, their columns with those of the rows around them, and what
    is gathered for each of the rows. Without rows it is at what is known of the subject itself.
    """

    rows: Rows | None
    columns: Mapping[str, Term]
    inner: dict[str, Inner] = field(default_factory=dict)


def used(part: Any, own: Callable[[n.Aggregate], Collection[str]]) -> set[str]:
    """The columns of rows around it that an expression uses; `own` tells those of the rows of an aggregate in it."""
    match part:
        case n.Column(name=name, of_event=True):
            return {name}
        case n.Aggregate(where=where, value=value):
            return used((where, value), own) - set(own(part))
        case tuple():
            return {name for item in part for name in used(item, own)}
        case n.Node():
            return used(tuple(n.parts(part)), own)
    return set()
