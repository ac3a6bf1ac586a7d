"""From a policy and files of facts to scores: what `run` and `explain` share."""

import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

import kpidsl
from kpidsl.cli.sources import Inputs, read_params, read_tables
from kpidsl.cli.terminal import load_policy
from kpidsl.core.lower import lower
from kpidsl.core.nodes import Program
from kpidsl.core.results import Case, Outcome, Score, Unscored
from kpidsl.engines.exact import run
from kpidsl.facts.join import Joined, join
from kpidsl.ledger.reconcile import check
from kpidsl.policy.model import Policy
from kpidsl.text.findings import Argument, Finding, Phrase
from kpidsl.text.source import Cell, Span
from kpidsl.text.words import Lang
from kpidsl.values.numerals import exact

SLOW = 1000     # cases that take more than a second
NOBODY = ""
"""A subject that no facts have: of every ledger only the balance is kept."""


@dataclass(frozen=True)
class Scored:
    """A run: the program, the facts as joined, the outcome, and what is wrong with any of them."""

    program: Program
    joined: Joined
    outcome: Outcome
    findings: tuple[Finding, ...]
    manifest: dict[str, Any]
    paths: tuple[str, ...]


def score_all(inputs: Inputs, lang: Lang, subject: str | None = None) -> Scored:
    """Reads, checks and scores everything; ledgers are kept whole for `subject`, or for all where there is none.

    Of the others only the balances are kept once they have been added up: a small part of them.
    Raises RefusedError where there is nothing to score at all.
    """

    def keep(score: Score) -> Score:
        check(score)
        if subject in (None, score.subject):
            return score
        return score._replace(accounts={name: a._replace(entries=()) for name, a in score.accounts.items()})

    policy = load_policy(inputs.policy, lang)
    program = lower(policy, read_params(policy, inputs.params))
    files: dict[str, bytes] = {}
    joined = join(program, *read_tables(program, inputs, files))
    with _progress(joined.cases) as cases:
        outcome = run(program, cases, keep)
    headers = {item.name: item.header for item in program.facts.fields}
    failures = [_failure(unscored, joined, headers) for unscored in outcome.unscored]
    return Scored(program, joined, outcome, (*joined.findings, *failures), _manifest(program, policy, files),
                  (*(file.path for file in policy.files), *files))


def _progress(cases: Sequence[Case]) -> AbstractContextManager[Iterable[Case]]:
    """The cases, with a bar on a terminal where they take more than a second."""
    if len(cases) < SLOW or not sys.stderr.isatty():
        return nullcontext(cases)
    return click.progressbar(cases, file=sys.stderr)


def _failure(unscored: Unscored, joined: Joined, headers: Mapping[str, str]) -> Finding:
    line = unscored.place if isinstance(unscored.place, Span) else None
    sheets = {table.table.name: table.sheet.name for table in joined.events}
    event: Argument = ""
    if unscored.event:
        event = Phrase((" [", Cell(sheets[unscored.event[0]], unscored.event[1]), "]"), between="")
    return Finding(unscored.code, Cell(joined.facts.sheet.name, unscored.row, headers.get(unscored.name, "")), {
        "rule": unscored.rule, "name": unscored.name, "event": event,
        "text": " ".join(line.text.split()) if line else "", "line": line.line if line else 0,
    })  # fmt: skip


def _manifest(program: Program, policy: Policy, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What the result rests on; two runs over the same have the same."""
    params = {name: exact(value) if isinstance(value, Fraction) else str(value)
              for name, value in program.params.items()}  # fmt: skip
    return {
        "kpidsl": kpidsl.__version__, "policy": program.title, "edition": program.edition, "policy_hash": program.hash,
        "policy_files": [Path(file.path).name for file in policy.files],
        "facts": {Path(path).name: hashlib.sha256(data).hexdigest() for path, data in files.items()},
        "params": params,
    }  # fmt: skip
