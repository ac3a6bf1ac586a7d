"""Deductions that can add points: shown with facts that the exact engine confirms."""

from collections.abc import Iterator
from functools import partial

from kpidsl.check.draws import Drawn, Draws, telling, worked
from kpidsl.check.hanging import up_to
from kpidsl.check.witness import TRIES, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, ranges
from kpidsl.core.results import Entry
from kpidsl.text.findings import Finding, Word
from kpidsl.text.source import Span
from kpidsl.values.numerals import readable

YEARS = 60
"""How many draws of a longer period."""


def signs(program: Program) -> Iterator[Finding]:
    for at, known in enumerate(ranges(program)):
        ledgers = program.levels[at].ledgers
        suspects = [ledger.name for ledger in ledgers if any(_suspect(line, known) for line in ledger.lines)]
        if suspects:
            yield from _shown(up_to(program, at, suspects), at, known)


def _suspect(line: n.Line, known: Ranges) -> bool:
    """Whether ranges leave it open that a deduction is below 0."""
    if line.verb != "deduct":
        return False
    low = known.amount(line).low.value
    return low is None or low < 0


def _shown(program: Program, at: int, known: Ranges) -> Iterator[Finding]:
    every = (line for ledger in program.levels[at].ledgers for line in ledger.lines)
    lines = {line.clause: line for line in every if _suspect(line, known)}
    draws = Draws(program)
    for _ in range(YEARS if at else TRIES):
        drawn = draws.drawn()
        for clause, entry in _adding(program, at, drawn).items():
            line = lines.pop(clause, None)
            if line is not None and isinstance(line.place, Span):
                few, names = telling(drawn, partial(_adds, program, at, clause), draws)
                facts = facts_text(program, (line.amount, line.when), few, at, names)
                args = {"amount": readable(-(_adding(program, at, few)[clause].operand or entry.amount)),
                        "facts": facts if facts.parts else Word("ANY_FACTS")}  # fmt: skip
                yield Finding("P076", line.place, args)
        if not lines:
            return


def _adding(program: Program, at: int, drawn: Drawn) -> dict[str, Entry]:
    """The deductions that add something here, by clause."""
    accounts = worked(program, drawn)[at].accounts.values()
    return {entry.clause: entry for account in accounts for entry in account.entries
            if entry.verb == "deduct" and not entry.reason and entry.amount > 0}  # fmt: skip


def _adds(program: Program, at: int, clause: str, drawn: Drawn) -> bool:
    return clause in _adding(program, at, drawn)
