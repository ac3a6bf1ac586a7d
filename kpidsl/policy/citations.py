"""What a policy cites: clauses of a written document, the lines that rest on them, the examples that prove these."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kpidsl.policy.model import Policy, all_ledgers
from kpidsl.syntax import tree as t
from kpidsl.text.source import Span

_BETWEEN = re.compile(r"[\s,;、，；]+")


@dataclass(frozen=True)
class Citation:
    """A ledger, grade or requirement, by what it is called, with what it cites.

    `names`: its own and those of the ledgers in it; an example that expects one of them proves it. What is `required`
    of a frame is proved whenever a file that extends it is checked.
    """

    label: str
    place: Span
    cited: tuple[str, ...]
    names: frozenset[str]
    required: bool = False

    def cites(self, document: str, clause: str) -> bool:
        """Whether it names the document and, after it, the clause."""
        return any(document in text and clause in _BETWEEN.split(text) for text in self.cited)


def citations(policy: Policy) -> Iterator[Citation]:
    for level in policy.levels:
        for ledger in all_ledgers((*level.ledgers, level.total, *level.payouts)):
            cited = tuple(row.text for row in ledger.rows if isinstance(row, t.Cited))
            names = frozenset(inner.name.text for inner in all_ledgers([ledger]))
            if cited:
                yield Citation(ledger.label or ledger.name.text, ledger.span, cited, names)
        for result in level.results:
            rows = result.rows if isinstance(result, t.Grade) else ()
            cited = tuple(row.text for row in rows if isinstance(row, t.Cited))
            if cited:
                yield Citation(result.label or result.name.text, result.span, cited, frozenset({result.name.text}))
    for line in (line for file in policy.files for line in file.lines if isinstance(line, t.Require)):
        yield Citation(line.name.text, line.span, (line.source or "",), frozenset({line.name.text}), required=True)


def proving(examples: Iterable[t.Example], names: frozenset[str]) -> list[t.Example]:
    """The examples that expect one of `names`."""
    return [example for example in examples if names & _expected(example)]


def _expected(example: t.Example) -> set[str]:
    rows: Sequence[t.Expect] = [row for row in example.rows if isinstance(row, t.Expect)]
    return {setting.name.text for row in rows for setting in row.settings}
