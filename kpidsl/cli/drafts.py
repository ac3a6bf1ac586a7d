"""Policies that are being mended: their text as it is read, and their bytes as they stand in the file."""

import re
from collections.abc import Iterable
from pathlib import Path

from kpidsl.cli.terminal import decoded, unified
from kpidsl.text.mends import Edit
from kpidsl.values.node import Node, changed, node

_LINE_END = re.compile("\r\n|\r|\n")


@node
class Draft(Node):
    """A file as it was read: `raw` is its text with its own line ends, after a byte order mark where it has one."""

    path: str
    raw: str
    encoding: str

    @property
    def text(self) -> str:
        """As it is read: every line ends in one character."""
        return unified(self.raw)

    @property
    def data(self) -> bytes:
        return self.raw.encode(self.encoding)

    def mended(self, changes: Iterable[Edit]) -> "Draft":
        """With the edits of its source, and all else as it is. New line ends are like the first one."""
        at = _places(self.raw)
        first = _LINE_END.search(self.raw)
        raw = self.raw
        for span, text in sorted(changes, key=lambda edit: edit.span.start, reverse=True):
            new = text.replace("\n", first.group() if first else "\n")
            raw = raw[: at[span.start]] + new + raw[at[span.end] :]
        return changed(self, raw=raw)


def read_draft(path: str) -> Draft:
    """Raises OSError, or RefusedError where the file is no text."""
    data = Path(path).read_bytes()
    text, encoding = decoded(path, data)
    return Draft(path, text, encoding)


def _places(raw: str) -> list[int]:
    """For every character of the text as it is read, and for its end, where it stands in `raw`."""
    inside = {match.start() + 1 for match in re.finditer("\r\n", raw)}
    return [at for at in range(len(raw) + 1) if at not in inside]
