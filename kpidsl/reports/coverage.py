"""Which clauses of which documents a set of policies expresses, and which examples prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

from kpidsl.policy.citations import Citation, citations, proving
from kpidsl.policy.model import Policy
from kpidsl.reports.words import phrase
from kpidsl.syntax import tree as t
from kpidsl.text.source import Span
from kpidsl.text.words import Lang

MOST_SHOWN = 3


@dataclass(frozen=True)
class Document:
    """A written document: its clauses, those that only organise with what they say, and what expresses the others.

    With each policy come the examples of its file that pass.
    """

    name: str
    clauses: tuple[str, ...]
    organises: Mapping[str, str]
    policies: tuple[tuple[Policy, tuple[t.Example, ...]], ...]


@dataclass(frozen=True)
class Clause:
    """A clause, the lines that rest on it and the examples that prove them; `organises` says why there are none."""

    name: str
    lines: tuple[Citation, ...]
    examples: tuple[t.Example, ...]
    organises: str

    @property
    def open(self) -> bool:
        """Whether it could be scored, and no line or no example does."""
        return not self.organises and not (self.lines and (self.examples or self.required))

    @property
    def required(self) -> bool:
        return any(line.required for line in self.lines)


def clauses(document: Document) -> list[Clause]:
    return [_clause(name, document) for name in document.clauses]


def _clause(name: str, document: Document) -> Clause:
    lines: dict[Span, Citation] = {}
    examples: dict[Span, t.Example] = {}
    for policy, passing in document.policies:
        for found in citations(policy):
            if found.cites(document.name, name):
                lines.setdefault(found.place, found)
                examples |= {example.span: example for example in proving(passing, found.names)}
    return Clause(name, tuple(lines.values()), tuple(examples.values()), document.organises.get(name, ""))


def as_markdown(documents: Sequence[Document], root: Path, lang: Lang) -> str:
    """A table a document; places are told from `root`."""
    lines = [f"# {phrase(lang, 'coverage')}", "", phrase(lang, "coverage made"), ""]
    for document in documents:
        lines += [f"## {document.name}", "", f"| {phrase(lang, 'coverage columns')} |", "| --- | --- | --- |"]
        for clause in clauses(document):
            if clause.organises:
                cells = [phrase(lang, "organises", text=clause.organises), ""]
            else:
                cells = [_list([_place(line.label, line.place, root) for line in clause.lines], lang),
                         _list([*([phrase(lang, "coverage required")] if clause.required else []),
                                *(_place(found.title, found.span, root) for found in clause.examples)], lang)]
            lines.append(f"| {clause.name} | {' | '.join(cell or phrase(lang, 'coverage none') for cell in cells)} |")
        lines.append("")
    return "\n".join(lines)


def _list(items: Sequence[str], lang: Lang) -> str:
    more = [phrase(lang, "coverage more", count=len(items) - MOST_SHOWN)] if len(items) > MOST_SHOWN else []
    return "<br>".join([*items[:MOST_SHOWN], *more])


def _place(label: str, place: Span, root: Path) -> str:
    return f"{label.replace('|', '/')} `{relpath(place.source.path, root)}:{place.line}`"
