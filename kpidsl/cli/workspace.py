"""Where large runs work: an embedded database within a limit of memory, and a folder for what does not fit in it.

Both are gone when the run is over, however it ends.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from kpidsl.cli.interrupts import Watch
from kpidsl.cli.progress import Progress
from kpidsl.cli.spoken import LANG, said
from kpidsl.facts.shielded import shielded

DEFAULT_MEMORY = "2GB"
INTERRUPTED = "Query interrupted"
"""What the database says where it heard of Ctrl-C before anybody else: it asks Python itself."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]i?B)", re.IGNORECASE)


class Workspace:
    """Opened when it is first asked for: small runs have no use for it."""

    def __init__(self, memory: str | None = None, shown: bool = False) -> None:
        self.memory = memory or DEFAULT_MEMORY
        self._shown = shown
        self._progress: Progress | None = None
        self._folder: Path | None = None
        self._connection: Any = None
        self._watch: Watch | None = None

    @property
    def folder(self) -> Path:
        if self._folder is None:
            import tempfile

            with shielded():
                self._folder = Path(tempfile.mkdtemp(prefix="kpidsl-"))
        return self._folder

    @property
    def connection(self) -> Any:
        if self._connection is None:
            import duckdb

            self._connection = duckdb.connect(config={
                "memory_limit": self.memory, "temp_directory": str(self.folder),
                "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
            })  # fmt: skip
            self._watch = Watch(self._connection)
            self._connection.execute("SET enable_progress_bar = false")
            self._progress = Progress(self._connection) if self._shown else None
        return self._connection

    @property
    def broken_off(self) -> bool:
        return self._watch is not None and self._watch.asked

    def at(self, stage: str) -> None:
        """Says what the run is at now; with nothing it is over."""
        if self._progress is not None and stage:
            self._progress.stage = stage
        elif self._progress is not None:
            self._progress.end()
            self._progress = None

    def close(self) -> None:
        with shielded():
            self.at("")
            if self._watch is not None:
                self._watch.end()
            if self._connection is not None:
                self._connection.close()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
            self._watch = self._connection = self._folder = None


@contextmanager
def workspace(memory: str | None, shown: bool = False) -> Iterator[Workspace]:
    """Whatever comes of a query that Ctrl-C stops is a KeyboardInterrupt. `shown`: whether progress is."""
    found = Workspace(memory, shown)
    try:
        yield found
    except Exception as error:
        if found.broken_off or str(error) == INTERRUPTED:
            raise KeyboardInterrupt from error
        raise
    finally:
        found.close()


def memory_option(function: Any) -> Any:
    return click.option("--memory", metavar="SIZE", callback=_size,
                        help=f"The most memory that the columnar engine takes, {DEFAULT_MEMORY} without it; what does "
                             f"not fit goes to the folder of temporary files.")(function)  # fmt: skip


def _size(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(said("write it as 2GB or 500MB", context.meta[LANG]))
    return f"{found.group(1)}{found.group(2)}"
