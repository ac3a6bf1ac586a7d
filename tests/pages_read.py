"""Reads a report as a browser would: its elements, and its data unpacked."""

import base64
import gzip
import json
from html.parser import HTMLParser
from typing import Any

VOID = ("meta", "link", "img", "br", "input", "hr")


class Elements(HTMLParser):
    """Every element with its attributes and the text directly in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))
        if tag not in VOID:
            self._open.append(len(self.found) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.found[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[self._open[-1]][2].append(data)


def elements(html: bytes) -> list[tuple[str, dict[str, str | None], str]]:
    reader = Elements()
    reader.feed(html.decode())
    return [(tag, attributes, "".join(text)) for tag, attributes, text in reader.found]


def data(html: bytes) -> dict[str, Any]:
    """Each piece by its name."""
    packed = {attributes["id"]: text for tag, attributes, text in elements(html)
              if tag == "script" and attributes.get("type") == "text/plain"}  # fmt: skip
    return {str(name): unpacked(text) for name, text in packed.items()}


def unpacked(text: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(text)))
