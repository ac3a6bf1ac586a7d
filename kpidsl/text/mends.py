"""Mends that are ready: what a finding would have written into the policy, as edits of its text."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from kpidsl.text.findings import Argument, Finding, Phrase, Ready, Word
from kpidsl.text.source import Cell, Span
from kpidsl.text.words import Lang, language, word_table

_PLAIN = re.compile(r"[^\W\d]\w*")
_QUOTES = '"“'


class Edit(NamedTuple):
    """`text` in the place of the characters of `span`."""

    span: Span
    text: str


def edits(finding: Finding) -> tuple[Edit, ...]:
    """All that one mend changes, in the order of the text; nothing where the writer has to choose."""
    place = finding.place
    if not isinstance(place, Span):
        return ()
    found = (_edit(ready, place) for argument in finding.args.values() for ready in _ready(argument))
    return tuple(sorted(found, key=lambda edit: edit.span.start))


def edited(text: str, changes: Iterable[Edit]) -> str:
    """`text` with the changes, which do not overlap."""
    for span, new in sorted(changes, key=lambda edit: edit.span.start, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text


def _ready(argument: Argument) -> Iterator[Ready]:
    if isinstance(argument, Ready):
        yield argument
    elif isinstance(argument, tuple) and not isinstance(argument, Cell):
        for each in argument:
            yield from _ready(each)


def _edit(ready: Ready, place: Span) -> Edit:
    if ready.span is None:
        return Edit(place, _spelt(str(ready.text), place.text))
    return Edit(ready.span, _written(ready.text, language(ready.span.source.text)))


def _written(argument: Argument, lang: Lang) -> str:
    """In the words of the file, whatever the reader's language."""
    match argument:
        case Word(token):
            return word_table().say(token, lang)
        case Phrase(parts, between):
            return between.join(_written(part, lang) for part in parts)
    return str(argument)


def _spelt(name: str, before: str) -> str:
    """A name as it must be written in the place of another: between the same quotes, or in backticks where it needs
    them.
    """
    if before[0] in _QUOTES:
        return before[0] + name + before[-1]
    return name if _PLAIN.fullmatch(name) and name not in _keywords() else f"`{name}`"


@cache
def _keywords() -> frozenset[str]:
    """Every word that is, or is a part of, a keyword."""
    return frozenset(word for forms in word_table().words.values() for form in forms.values() for word in form.split())
