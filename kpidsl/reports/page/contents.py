"""What a page holds: its sheets, and its data in pieces that are packed, and opened when they are asked for."""

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from kpidsl.core.results import Score
from kpidsl.reports.page.accounts import Writer
from kpidsl.reports.page.sheets import Column, Losses, Sheet, losses_of, sheets, table
from kpidsl.reports.page.texts import Texts
from kpidsl.reports.scores import Level
from kpidsl.text.source import Source
from kpidsl.text.words import Lang
from kpidsl.values.node import Node, node

TOGETHER = 100
"""How many accounts are opened at once."""


@node
class Piece(Node):
    """The table of a sheet, or the accounts of it from one on."""

    name: str
    sheet: int
    first: int | None = None


Watch = Callable[[Sequence[Piece]], Iterable[Piece]]
"""Goes over pieces, and may show how far it is."""


@node
class Page(Node):
    """What a page is made from. `lang`: the language in which it opens; `start`: whose account it opens with, if it is
    about one subject alone; `own`: it is for that subject, and says what it leaves out.
    """

    levels: tuple[Level, ...]
    files: tuple[Source, ...]
    manifest: Mapping[str, Any]
    lang: Lang
    start: str = ""
    own: bool = False

    @property
    def size(self) -> int:
        return sum(len(scores) for _, scores in self.levels)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        return sheets(self.levels)

    @cached_property
    def losses(self) -> tuple[Losses, ...]:
        return tuple(map(losses_of, self.sheets))

    @cached_property
    def tables(self) -> tuple[tuple[Column, ...], ...]:
        return tuple(map(table, self.sheets, self.losses))

    @cached_property
    def earlier(self) -> tuple[Mapping[str, Score], ...]:
        """Of each sheet, the scores of the period before by their subjects."""
        before = (() if sheet.before is None else self.sheets[sheet.before].scores for sheet in self.sheets)
        return tuple({score.subject: score for score in scores} for scores in before)


def pieces(page: Page) -> list[Piece]:
    found = []
    for at, sheet in enumerate(page.sheets):
        found.append(Piece(f"table-{at}", at))
        firsts = range(0, len(sheet.scores), TOGETHER)
        found += [Piece(f"accounts-{at}-{first // TOGETHER}", at, first) for first in firsts]
    return found


def texts_of(page: Page, watch: Watch) -> Iterator[tuple[str, str]]:
    """Each piece by its name, packed."""
    for piece in watch(pieces(page)):
        yield piece.name, packed(content(page, piece))


def content(page: Page, piece: Piece) -> Any:
    """Columns; or accounts, with the texts that they are made of."""
    if piece.first is None:
        return [column.plain() for column in page.tables[piece.sheet]]
    sheet, earlier = page.sheets[piece.sheet], page.earlier[piece.sheet]
    writer = Writer(sheet.program, {file.path: at for at, file in enumerate(page.files)}, Texts())
    scores = sheet.scores[piece.first : piece.first + TOGETHER]
    found = [writer.account(score, earlier.get(score.subject)) for score in scores]
    return {"texts": writer.texts.pairs, "accounts": found}


def packed(data: Any) -> str:
    """As JSON, gzip and base64; the same for the same data."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()
