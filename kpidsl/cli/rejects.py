"""Files of rejects beside the results: those of this run, and those that an earlier run left."""

from collections.abc import Collection
from pathlib import Path

from kpidsl.cli.scoring import Scored
from kpidsl.facts.places import place
from kpidsl.facts.write import Content
from kpidsl.reports.rejects import is_reject_file, reject_files, reject_name
from kpidsl.text.words import Lang


def rejects(scored: Scored, facts: str, output: str | None, lang: Lang) -> dict[Path, Content]:
    """The rejects of a run, by where they go: beside the output, or where the run is called."""
    stem = Path(output).with_suffix("") if output else Path(_stem(facts))
    files = {name: data for level in scored.levels
             for name, data in reject_files(level.joined, level.outcome, scored.findings, lang).items()}  # fmt: skip
    return {_beside(stem, name): data for name, data in files.items()}


def outdated(scored: Scored, output: Path, written: Collection[str]) -> list[Path]:
    """What an earlier run put where this one has no rejects: nobody is to take it for this run's."""
    names = {reject_name(table.table) for level in scored.levels for table in level.joined.tables}
    paths = sorted(_beside(output.with_suffix(""), name) for name in names)
    return [path for path in paths if str(path) not in written and is_reject_file(path)
            and not any(Path(read).exists() and path.samefile(read) for read in scored.paths)]  # fmt: skip


def _beside(stem: Path, name: str) -> Path:
    return stem.with_name(f"{stem.name}{name}.rejects.csv")


def _stem(facts: str) -> str:
    """What files beside are called after where no output is named."""
    address = place(facts)
    return address.name.replace("/", "_") if address is not None else "facts" if facts == "-" else Path(facts).stem
