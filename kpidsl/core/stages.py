"""Stages: what can be worked out for each subject by itself, and what needs all of them first."""

from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.program import Program

Shared = n.Rank | n.Grade


class Stage(NamedTuple):
    """`definitions` of each subject in order; of these the `shared` ones are settled among all subjects after them."""

    definitions: tuple[n.Definition, ...]
    shared: tuple[Shared, ...]


def stages(program: Program) -> list[Stage]:
    """A definition that hangs on a place or a quota stands in a later stage than these."""
    shared = {item.name for item in program.definitions if _is_shared(item)}
    depth: dict[str, int] = {}
    for item in program.definitions:
        needs = program.needs.get(item.name, ())
        depth[item.name] = max((depth[name] + (name in shared) for name in needs), default=0)
    found: list[list[n.Definition]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for item in program.definitions:
        found[depth[item.name]].append(item)
    return [Stage(tuple(items), tuple(i for i in items if isinstance(i, Shared) and i.name in shared))
            for items in found]  # fmt: skip


def _is_shared(item: n.Definition) -> bool:
    return isinstance(item, n.Rank) or (isinstance(item, n.Grade) and bool(item.quotas))
