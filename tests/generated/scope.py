"""What a policy that is being made has declared so far, and the dice that make it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

T = TypeVar("T")
NUMERIC = ("points", "number", "percent", "pp", "count", "money", "days")


@dataclass(frozen=True)
class Events:
    """A table of events: its columns by kind, and those whose cells may be missing."""

    name: str
    columns: dict[str, list[str]]
    optional: list[str]


@dataclass(frozen=True)
class Lookup:
    """A table of values: what its cells are, and the options of each key."""

    name: str
    kind: str
    keys: tuple[tuple[str, ...], ...]


@dataclass
class Scope:
    """Names by kind. `asked` may be missing, `options` are what a name of kind `one of` may be."""

    draw: Random
    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    events: list[Events] = field(default_factory=list)
    tables: list[Lookup] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    ranks: list[str] = field(default_factory=list)
    has_full: bool = False
    inside: Events | None = None
    counters: dict[str, int] = field(default_factory=dict)

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
        """What has this kind here; in a condition over events their columns come first."""
        own = self.inside.columns.get(kind, []) if self.inside else []
        return [*own, *own, *self.names.get(kind, [])]

    def declare(self, kind: str, name: str) -> None:
        self.names.setdefault(kind, []).append(name)
