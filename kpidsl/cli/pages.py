"""Pages written: a file, or a folder of files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from kpidsl.cli.scoring import Scored, progress
from kpidsl.facts.write import write_all
from kpidsl.reports.page.contents import TOGETHER, Page, Piece
from kpidsl.reports.page.document import MOST_IN_ONE, as_file, as_folder
from kpidsl.text.words import Lang


def written(scored: Scored, output: str, lang: Lang) -> str:
    """Where it went: more scores than one file should hold go to a folder of its name. Raises OSError."""
    levels = tuple((level.program, level.outcome.scores) for level in scored.levels if level.outcome.scores)
    page = Page(levels, scored.sources, scored.manifest, lang)
    if output.endswith("/") or page.size > MOST_IN_ONE:
        folder = Path(output).with_suffix("")
        (folder / "data").mkdir(parents=True, exist_ok=True)
        write_all({folder / name: data for name, data in as_folder(page, _watched).items()})
        return str(folder / "index.html")
    write_all({Path(output): as_file(page, _watched)})
    return output


def _watched(pieces: Sequence[Piece]) -> Iterator[Piece]:
    with progress(pieces, len(pieces) * TOGETHER) as shown:
        yield from shown
