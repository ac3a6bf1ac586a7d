"""What a policy that is being made has declared so far, and the dice that make it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

T = TypeVar("T")
NUMERIC = ("points", "number", "percent", "pp", "count", "money", "days")
LENGTHS = {"month": 1, "quarter": 3, "year": 12}
"""The periods, and how many months each has."""


@dataclass(frozen=True)
class Rows:
    """Rows that can be gone over, events or the results of a period: their columns by kind, those whose cells may be
    missing, and what those of kind `one of` may be. `dated`: one can go further back. `lines`: as events are declared.
    """

    name: str
    columns: Mapping[str, list[str]] = field(default_factory=dict)
    optional: Sequence[str] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dated: bool = False
    lines: Sequence[str] = ()

    @property
    def periods(self) -> bool:
        return self.name in LENGTHS


@dataclass(frozen=True)
class Lookup:
    """A table of values: what its cells are, and the options of each key."""

    name: str
    kind: str
    keys: tuple[tuple[str, ...], ...]


@dataclass
class Scope:
    """Names by kind. `asked` may be missing, `options` are what a name of kind `one of` may be, `given` what a longer
    period has as well. `unit`: the period that is assessed, if one is; `results` those of the shorter ones, and
    `shorter_events` their events. `inside`: the rows of the aggregates around, the innermost last. `itself`: what is
    being declared, with its kind.
    """

    draw: Random
    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    given: list[tuple[str, str]] = field(default_factory=list)
    events: list[Rows] = field(default_factory=list)
    tables: list[Lookup] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    ranks: list[str] = field(default_factory=list)
    has_full: bool = False
    inside: tuple[Rows, ...] = ()
    counters: dict[str, int] = field(default_factory=dict)
    unit: str = ""
    results: list[Rows] = field(default_factory=list)
    itself: tuple[str, str] = ("", "")
    shorter_events: list[Rows] = field(default_factory=list)

    def chance(self, percent: int) -> bool:
        return self.draw.randrange(100) < percent

    def pick(self, of: Sequence[T]) -> T:
        return of[self.draw.randrange(len(of))]

    def some(self, of: Sequence[T], least: int, most: int) -> list[T]:
        """So many of them, each at most once, in their order."""
        wanted = self.draw.randint(min(least, len(of)), min(most, len(of)))
        taken = sorted(self.draw.sample(range(len(of)), wanted))
        return [of[at] for at in taken]

    def fresh(self, stem: str) -> str:
        self.counters[stem] = self.counters.get(stem, 0) + 1
        return f"{stem}{self.counters[stem]}"

    def known(self, kind: str) -> list[str]:
        """What has this kind here; within an aggregate the columns of its rows come first."""
        own = self.inside[-1].columns.get(kind, []) if self.inside else []
        around = [name for rows in self.inside[:-1] for name in rows.columns.get(kind, [])]
        return [*own, *own, *around, *self.names.get(kind, [])]

    def options_of(self, name: str) -> tuple[str, ...]:
        """What a name of kind `one of` may be."""
        inner = (rows.options[name] for rows in reversed(self.inside) if name in rows.options)
        return next(inner, None) or self.options[name]

    def declare(self, kind: str, name: str) -> None:
        self.names.setdefault(kind, []).append(name)

    def give(self, kind: str, name: str) -> None:
        """A name that longer periods have too."""
        self.declare(kind, name)
        self.given.append((kind, name))

    def kept(self, kind: str) -> list[str]:
        """What a period leaves behind for the next one: all but parameters."""
        given = [name for own, name in self.given if own == kind and name not in self.groups]
        return [name for name in self.names.get(kind, []) if name not in given]

    def as_results(self) -> Rows:
        """What a longer period can know of this one."""
        columns = {kind: found for kind in self.names if (found := self.kept(kind))}
        return Rows(self.unit, columns, tuple(self.asked), dict(self.options), dated=True)

    def longer(self, unit: str, *, alike: bool) -> "Scope":
        """A longer period over this one; `alike`: its names may be those of the shorter one."""
        stems = ("visits", "goal", "limit", "area", "bonus")
        counters = {stem: count for stem, count in self.counters.items() if not alike or stem in stems}
        found = Scope(self.draw, tables=self.tables, groups=self.groups, unit=unit, counters=counters,
                      given=self.given, results=[*self.results, self.as_results()],
                      shorter_events=[*self.shorter_events, *self.events])  # fmt: skip
        for kind, name in self.given:
            found.declare(kind, name)
            if kind == "one of":
                found.options[name] = self.options[name]
        return found
