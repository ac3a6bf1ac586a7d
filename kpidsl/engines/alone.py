"""One subject in one period worked out without the others: what is settled among all is given, or not taken part in."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.stages import stages
from kpidsl.engines.environment import Environment, FailedError, Known, Trace
from kpidsl.engines.exact import UNPLACED, Worked


class Settled(NamedTuple):
    """A place among `size`, or a grade after its quotas; None where there is none."""

    value: Fraction | str | None
    size: int = 0


def work_alone(program: Program, worked: Worked, settled: Mapping[str, Settled]) -> None:
    """Stage by stage, as everybody is; whoever fails takes part in no more places and quotas."""
    for stage in stages(program):
        for definition in stage.definitions:
            worked.work_out(definition)
        for shared in stage.shared:
            if worked.failures or shared.name not in settled:
                worked.env.known[shared.name] = Known(None, Trace(), UNPLACED)
            elif shared.name in worked.results:
                _know(shared, settled[shared.name], worked.env)


def _know(definition: n.Rank | n.Grade, found: Settled, env: Environment) -> None:
    none = isinstance(definition, n.Rank) and found.value is None
    failure = FailedError("E001", definition.label, absent=True) if none else None
    env.known[definition.name] = Known(found.value, Trace(), failure)
    if isinstance(definition, n.Rank):
        env.sizes[definition.name] = found.size
