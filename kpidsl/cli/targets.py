"""Where a command writes: never over what it has read."""

from collections.abc import Iterable
from pathlib import Path

from kpidsl.cli.sources import Inputs, asked_paths
from kpidsl.core.program import Program
from kpidsl.facts.ledger_file import level_path
from kpidsl.facts.places import place
from kpidsl.facts.write import MANIFEST, placeable
from kpidsl.policy.model import Policy
from kpidsl.text.findings import Finding, RefusedError


def refuse_inputs(targets: Iterable[Path], inputs: Iterable[str]) -> None:
    """Raises RefusedError where something that was read would be written over."""
    read = [Path(path) for path in inputs if path != "-"]
    for target in targets:
        if target.exists() and any(path.exists() and target.samefile(path) for path in read):
            raise RefusedError([Finding("D049", None, {"path": str(target)})])


def refuse_early(policy: Policy, program: Program, inputs: Inputs, output: str | None, replace: bool) -> None:
    """What can be told before anything is read: raises RefusedError, or OSError, where results would have no place."""
    read = [*(file.path for file in policy.files), *asked_paths(program, inputs)]
    target = place(output) if output else None
    files = [level_file(Path(inputs.ledger), level) for level in program.levels] if inputs.ledger else []
    if target is not None:
        from kpidsl.cli.outputs import refuse_read
        from kpidsl.facts.tables_out import refuse_taken

        refuse_read(target, program, read)
        refuse_taken(target, replace)
    elif output:
        files += _results(Path(output), program)
    refuse_inputs(files, read)
    for path in files:
        placeable(path)


def _results(output: Path, program: Program) -> list[Path]:
    if output.suffix.lower() in (".json", ".xlsx"):
        return [output]
    return [*(level_file(output, level) for level in program.levels), beside(output)]


def level_file(path: Path, program: Program) -> Path:
    """The results of a longer period stand beside the others, as its facts do."""
    return Path(level_path(str(path), "", program.label))


def beside(output: Path) -> Path:
    """The file of the manifest."""
    return output.with_name(output.name + MANIFEST)
