"""The base of tree and core nodes: frozen, equal by kind of node and by the fields that count in it."""

from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def node(cls: type[T]) -> type[T]:
    """A frozen dataclass whose methods come from `Node`.

    `dataclass(frozen=True)` compiles six methods for every class; for a hundred classes a small run would notice.
    """
    return dataclass(eq=False, repr=False)(cls)


class Node:
    """What every node does; each field is set once, by the constructor."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and _counting(self) == _counting(other)

    def __hash__(self) -> int:
        return hash((type(self), *_counting(self)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in node_fields(self) if f.repr)
        return f"{type(self).__name__}({shown})"


def node_fields(of: Any) -> tuple[Any, ...]:
    return fields(of)


def changed(of: T, **changes: Any) -> T:
    """A copy of a node with some fields changed."""
    copy: Any = of
    return replace(copy, **changes)  # type: ignore[no-any-return]


def _counting(of: Node) -> list[Any]:
    return [getattr(of, f.name) for f in node_fields(of) if f.compare]
