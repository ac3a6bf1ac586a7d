"""Findings as facts: a stable code, a place and what fills the wording. The wording itself is elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from kpidsl.text.slips import one_slip, other_number
from kpidsl.text.source import Cell, Span
from kpidsl.values.node import Node, node


@node
class Word(Node):
    """An argument that is said in the reader's language: a token of the word table."""

    token: str


@node
class AnyOf(Node):
    """An argument that lists what would have been accepted."""

    tokens: frozenset[str]


@node
class Phrase(Node):
    """An argument made of pieces of policy text, some of them keywords, with `between` between them."""

    parts: tuple["Argument", ...]
    between: str = " "


@node
class Ready(Node):
    """An argument that can be written into the policy as it is, in the place of `span`; without one it is a name, for
    the place of the finding. An empty one takes out what stands there.
    """

    text: "Argument"
    span: Span | None = None


Argument = str | int | Word | AnyOf | Phrase | Ready | Cell | tuple["Argument", ...]


@node
class Finding(Node):
    """`code` says what; `place` where. An argument `near` chooses the wording that suggests it."""

    code: str
    place: Span | Cell | None
    args: Mapping[str, Argument] = field(default_factory=dict)


class RefusedError(Exception):
    """Work that cannot go on because of findings; carries them to the command that prints them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(", ".join(f.code for f in self.findings))


def nearest(word: str, known: Iterable[str]) -> str | Ready:
    """The likeliest; ready where it is plainly that one, as no other is but one slip away."""
    candidates = list(dict.fromkeys(known))
    slips = [candidate for candidate in candidates if one_slip(word, candidate)]
    return Ready(slips[0]) if len(slips) == 1 else likeliest(word, candidates)


def likeliest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` most likely stands for, or an empty string."""
    from difflib import get_close_matches

    candidates = list(known)
    matches = get_close_matches(word[:100], candidates, n=3, cutoff=0.6 if len(word) > 3 else 0.5)
    matches = [match for match in matches if not other_number(word, match)]
    if matches:
        return min(matches, key=lambda match: abs(len(match) - len(word)))
    inside = [c for c in candidates if min(len(c), len(word)) > 1 and (c in word or word in c)]
    return min(inside, key=lambda c: abs(len(c) - len(word)), default="")
