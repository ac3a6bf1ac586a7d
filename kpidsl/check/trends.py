"""What a policy says of how a score moves with a fact: proved, refuted with two rows, or neither."""

from collections.abc import Iterator

from kpidsl.check.claims import spent
from kpidsl.check.directions import Direction, Pair, direction
from kpidsl.check.ways import Way
from kpidsl.check.witness import said
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.text.findings import Argument, Finding, Phrase, Word
from kpidsl.text.source import Span
from kpidsl.values.kinds import Kind

SECONDS = 5
"""How long the solver is asked, a claim."""


def trends(program: Program) -> Iterator[Finding]:
    for at, level in enumerate(program.levels):
        for claim in level.claims:
            if isinstance(claim, n.Trend):
                yield from _told(claim, direction(program, at, claim.ledger, claim.fact, SECONDS), level)


def _told(claim: n.Trend, found: Direction, level: Program) -> Iterator[Finding]:
    against = Way.DOWN if claim.rises else Way.UP
    if against not in found.way:
        return
    place = claim.place if isinstance(claim.place, Span) else None
    pair = found.down if claim.rises else found.up
    if pair is not None:
        yield Finding("P066", place, {"near": _rows(claim, pair, found.fact.kind, level)})
        return
    reason = Word("AMONG_OTHERS" if found.why == "PLACES" else found.why or "UNCONFIRMED")
    yield Finding("P067", place, {
        "near": "" if found.why == "NO_SOLVER" else "solver",
        "solver": spent(reason, found.seconds) if found.seconds else reason,
    })  # fmt: skip


def _rows(claim: n.Trend, pair: Pair, kind: Kind, level: Program) -> Phrase:
    """The fact and the score in both rows, and what they have in common."""
    less, more = (said(value, kind) for value in pair.values)
    low, high = (said(score, level.kinds[claim.ledger]) for score in pair.scores)
    name: Argument = claim.ledger or Word("TOTAL")
    facts = pair.facts.parts if pair.facts is not None else ()
    return Phrase((Phrase((claim.fact, less, "→", more)), Phrase((name, low, "→", high)), *facts), ", ")
