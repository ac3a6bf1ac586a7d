"""The base of tree and core nodes: frozen, equal by kind of node and by the fields that count in it."""

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, ClassVar, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def node(cls: type[T]) -> type[T]:
    """A frozen dataclass whose methods come from `Node`.

    `dataclass(frozen=True)` compiles six methods for every class; for a hundred classes a small run would notice.
    """
    made: Any = dataclass(init=False, eq=False, repr=False)(cls)
    made.counting = tuple(own.name for own in fields(made) if own.compare)
    return made  # type: ignore[no-any-return]


class Node:
    """What every node does; each field is set once, by the constructor."""

    __match_args__: ClassVar[tuple[str, ...]]
    counting: ClassVar[tuple[str, ...]]
    """The fields that count in equality."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fields by position, then by name. Raises TypeError where one is missing or unknown."""
        names, own = self.__match_args__, self.__dict__
        own.update(zip(names, args, strict=False))
        own.update(kwargs)
        if len(args) + len(kwargs) != len(names) or len(own) != len(names):
            _complete(self, len(args))

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


def _complete(of: Node, given: int) -> None:
    """Fields that are not given have their defaults."""
    own = of.__dict__
    for each in node_fields(of):
        if each.name not in own:
            if each.default is not MISSING:
                own[each.name] = each.default
            elif each.default_factory is not MISSING:
                own[each.name] = each.default_factory()
            else:
                raise TypeError(f"{type(of).__name__} lacks {each.name}")
    if len(own) != len(of.__match_args__) or given > len(own):
        raise TypeError(f"{type(of).__name__} has no such fields: {own}")


def node_fields(of: Any) -> tuple[Any, ...]:
    return fields(of)


def changed(of: T, **changes: Any) -> T:
    """A copy of a node with some fields changed."""
    copy: Any = of
    return replace(copy, **changes)  # type: ignore[no-any-return]


def _counting(of: Node) -> list[Any]:
    return [getattr(of, name) for name in of.counting]
