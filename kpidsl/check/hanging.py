"""What hangs on what: the facts, events, parameters and definitions that a value is worked out from."""

from collections.abc import Collection, Mapping

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.values.kinds import Base
from kpidsl.values.node import changed

Names = frozenset[str]


def direct(node: object, level: Program) -> Names:
    """The names in `node` itself. An aggregate over periods of this very level takes in the one that is assessed."""
    own = of_periods(node, level.unit) if level.unit is not None else frozenset()
    return own | {name for each in n.walk(node) for name in _named(each)}


def _named(each: n.Node) -> tuple[str, ...]:
    match each:
        case n.Column(of_event=False, name=name) | n.Ref(name=name) | n.Aggregate(rows=name) | n.GroupSize(rank=name):
            return (name,)
    return ()


def of_periods(node: object, unit: Base) -> Names:
    """What aggregates over periods of `unit` take of their results."""
    over = [each for each in n.walk(node) if isinstance(each, n.Aggregate) and each.unit is unit]
    return frozenset(each.name for each in n.walk(tuple(over)) if isinstance(each, n.Column) and each.of_event)


def hanging(level: Program) -> Mapping[str, Names]:
    """By definition all that it hangs on, through other definitions too."""
    found: dict[str, Names] = {}
    for item in level.definitions:
        found[item.name] = reach(direct(item, level) - {item.name}, found)
    return found


def reach(names: Collection[str], known: Mapping[str, Names]) -> Names:
    """`names`, and what they hang on."""
    return frozenset(names).union(*(known[name] for name in names if name in known))


def below(level: Program, shorter: Program, names: Collection[str]) -> Names:
    """What of a shorter period `names` of a longer one hang on."""
    assert shorter.unit is not None
    taken = of_periods(tuple(item for item in level.definitions if item.name in names), shorter.unit)
    return reach(taken, hanging(shorter))


def _slice(level: Program, names: Collection[str]) -> Program:
    """The level with no more definitions than `names` hang on."""
    needed = reach(names, hanging(level))
    needs = {name: tuple(used for used in inner if used in needed)
             for name, inner in level.needs.items() if name in needed}  # fmt: skip
    kept = tuple(item for item in level.definitions if item.name in needed)
    outline = tuple(name for name in level.outline if name in needed)
    return changed(level, definitions=kept, outline=outline, needs=needs)


def up_to(program: Program, at: int, names: Collection[str]) -> Program:
    """The levels up to one, of which no more is worked out than `names` hang on."""
    if at == 0 or program.above is None:
        return changed(_slice(program, names), above=None)
    return changed(program, above=up_to(program.above, at - 1, names))
