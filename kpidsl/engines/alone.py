"""One subject in one period worked out without the others: what is settled among all is given, or not taken part in."""

from collections.abc import Mapping

from kpidsl.core.program import Program
from kpidsl.core.stages import stages
from kpidsl.engines.environment import Known, Trace
from kpidsl.engines.exact import UNPLACED, Worked
from kpidsl.engines.settled import Settled, know


def work_alone(program: Program, worked: Worked, settled: Mapping[str, Settled]) -> None:
    """Stage by stage, as everybody is; whoever fails takes part in no more places and quotas."""
    for stage in stages(program):
        for definition in stage.definitions:
            worked.work_out(definition)
        for shared in stage.shared:
            if worked.failures or shared.name not in settled:
                worked.env.known[shared.name] = Known(None, Trace(), UNPLACED)
            elif shared.name in worked.results:
                know(shared, settled[shared.name], worked.env)
