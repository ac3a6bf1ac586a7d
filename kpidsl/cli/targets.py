"""Where a command writes: never over what it has read."""

from collections.abc import Iterable
from pathlib import Path

from kpidsl.text.findings import Finding, RefusedError


def refuse_inputs(targets: Iterable[Path], inputs: Iterable[str]) -> None:
    """Raises RefusedError where something that was read would be written over."""
    read = [Path(path) for path in inputs if path != "-"]
    for target in targets:
        if target.exists() and any(path.exists() and target.samefile(path) for path in read):
            raise RefusedError([Finding("D049", None, {"path": str(target)})])
