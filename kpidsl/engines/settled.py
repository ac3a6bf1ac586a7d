"""What was settled among all subjects, given to one that is worked out without the others."""

from fractions import Fraction
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.engines.environment import Environment, FailedError, Known, Trace


class Settled(NamedTuple):
    """A place among `size`, which `ties` share, or a grade after its quotas; None where there is none."""

    value: Fraction | str | None
    size: int = 0
    ties: int = 0


def know(definition: n.Rank | n.Grade, found: Settled, env: Environment) -> None:
    """For what hangs on it."""
    none = isinstance(definition, n.Rank) and found.value is None
    failure = FailedError("E001", definition.label, absent=True) if none else None
    env.known[definition.name] = Known(found.value, Trace(), failure)
    if isinstance(definition, n.Rank):
        env.sizes[definition.name] = found.size
