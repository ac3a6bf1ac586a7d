"""The page put together: one HTML file with everything in it, or a folder for more than one file should hold."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kpidsl.core.program import Program
from kpidsl.core.results import Score
from kpidsl.reports.inert import visible
from kpidsl.reports.page.contents import TOGETHER, Page, Watch, texts_of
from kpidsl.reports.page.sheets import NOTHING, Sheet
from kpidsl.reports.page.summary import summary
from kpidsl.reports.page.words import FOLDER, Both, both, page_words, said, same
from kpidsl.reports.words import phrase
from kpidsl.syntax.translate import translate
from kpidsl.text.source import Source
from kpidsl.text.words import word_table
from kpidsl.values.calendar import label

MOST_IN_ONE = 20_000
"""Scores; a page of more of them is a folder of files."""
SCRIPTS = tuple(f"script/{name}.js" for name in ("elements", "scores", "account", "reader"))
"""The parts of the page's one script, in this order; each uses those before it."""
FIRST_ROWS = 50
"""Of the table, in the page itself."""


def place_of(score: Score, program: Program, rules: Sequence[str] = ()) -> str:
    """Where on the page an account is, or one rule of it."""
    period = label(program.unit, score.period) if program.unit and score.period else ""
    names = (period, visible(score.subject), *(name or "total" for name in rules))
    return "#/s/" + "/".join(quote(name, safe="") for name in names)


def as_file(page: Page, watch: Watch = iter) -> bytes:
    """The page with all its data."""
    return _html(page, dict(texts_of(page, watch)), "").encode()


def as_folder(page: Page, watch: Watch = iter) -> dict[str, bytes]:
    """The files of a folder by their names; data is in scripts, which a page may load where there is no server."""
    files = {f"data/{name}.js": f'kpidsl("{name}","{text}");\n'.encode() for name, text in texts_of(page, watch)}
    return {**files, "index.html": _html(page, {}, "data/").encode()}


def _html(page: Page, data: Mapping[str, str], folder: str) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    files = FileSystemLoader(FOLDER)
    jinja = Environment(loader=files, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                        finalize=lambda value: visible(value) if type(value) is str else value)  # fmt: skip
    style, *parts = (files.get_source(jinja, name)[0].strip() for name in ("page.css", *SCRIPTS))
    script = "\n\n".join(['(() => {\n"use strict";', *parts, "})();"])
    shown = [_Shown(at, page) for at in range(len(page.sheets))]
    first = first_shown(page.sheets)
    return jinja.get_template("page.html").render(
        page=page, program=page.levels[0][0], sheets=shown, first=first, words=page_words(), said=said, same=same,
        hidden=both(lambda lang: phrase(lang, "hidden")),
        policy=[_lines(file) for file in page.files], manifest=list(_manifest(page.manifest)), data=data, folder=folder,
        style=Markup(style), script=Markup(script), style_hash=_hash(style), script_hash=_hash(script),
        settings=Markup(_settings(page, shown, first, folder)), first_rows=FIRST_ROWS)  # fmt: skip


def first_shown(found: Sequence[Sheet]) -> int:
    """The latest period of the shortest ones."""
    return max(at for at, sheet in enumerate(found) if sheet.program is found[0].program)


class _Shown:
    """A sheet as the template has it."""

    def __init__(self, at: int, page: Page) -> None:
        self.at, self.sheet, self.columns = at, page.sheets[at], page.tables[at]
        self.name, self.count = self.sheet.name, len(self.sheet.scores)
        self.summary = summary(self.sheet, page.losses[at])
        unit = self.sheet.program.unit
        self.unit = both(lambda lang: word_table().say(unit, lang)) if unit else same("")

    def rows(self, count: int) -> Iterator[list[str]]:
        """The texts of the first rows."""
        for row in range(min(count, self.count)):
            yield ["" if (cell := column.cells[row]) == NOTHING else column.values[cell] for column in self.columns]


def _settings(page: Page, shown: Sequence[_Shown], first: int, folder: str) -> str:
    """What the script begins with; no text in it can end the element that it stands in."""
    found = {
        "lang": page.lang, "folder": folder, "together": TOGETHER, "first": first, "start": page.start,
        "words": {name: list(word) for name, word in page_words().items()},
        "sheets": [{"name": item.name, "unit": list(item.unit), "before": item.sheet.before, "count": item.count}
                   for item in shown],
    }  # fmt: skip
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _lines(file: Source) -> tuple[str, list[Both]]:
    texts = both(lambda lang: translate(file.text, lang))
    return file.path, [Both(*line) for line in zip(texts.zh.split("\n"), texts.en.split("\n"), strict=True)]


def _manifest(manifest: Mapping[str, Any]) -> Iterator[tuple[Both, list[tuple[str, Both]]]]:
    """For each entry what it is called, and its values; those that have names of their own with them."""
    for key, value in manifest.items():
        listed = value if isinstance(value, list) else [value]
        items = value.items() if isinstance(value, Mapping) else (("", item) for item in listed)
        lines = [(name, _value(item)) for name, item in items]
        if lines:
            yield _word(key), lines


def _word(key: str) -> Both:
    return page_words().get(f"m {key}", same(key))


def _value(value: Any) -> Both:
    if isinstance(value, bool):
        return _word("yes" if value else "no")
    if isinstance(value, Mapping):
        parts = [(_word(name), item) for name, item in value.items()]
        return Both(*("; ".join(f"{word[at]} {item}" for word, item in parts) for at in (0, 1)))
    return same(str(value))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
