"""From a policy and files of facts to scores: what `run` and `explain` share."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import click

import kpidsl
from kpidsl.check.holes import refused
from kpidsl.cli.files import Files
from kpidsl.cli.sources import Inputs, Tables, read_params, read_tables
from kpidsl.cli.terminal import load_policy
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.results import Outcome, Score, Unscored
from kpidsl.engines.exact import run
from kpidsl.facts.join import Joined, join
from kpidsl.facts.periods import longer
from kpidsl.facts.places import file_name
from kpidsl.facts.read import Facts
from kpidsl.ledger.reconcile import check
from kpidsl.policy.model import Policy
from kpidsl.reports.rejects import rejected_rows
from kpidsl.text.findings import Argument, Finding, Phrase, RefusedError, Word
from kpidsl.text.source import Cell, Source, Span
from kpidsl.text.words import Lang
from kpidsl.values.calendar import label
from kpidsl.values.node import Node, node
from kpidsl.values.numerals import exact

SLOW = 1000     # cases that take more than a second
T = TypeVar("T")
JoinLevel = Callable[[Program, Facts, Sequence[Facts]], Joined]
NOBODY = ""
"""A subject that no facts have: of every ledger only the balance is kept."""


@node
class Stored(Node):
    """Results in an open database."""

    connection: Any
    scored: Any


@node
class Level(Node):
    """What is assessed once a period: its program, its facts as joined, and what came of them.

    Of a large run these are only what is not good; `stored` has the results, and `rows` says how many each table had,
    `odd` how many of these were read one by one.
    """

    program: Program
    joined: Joined
    outcome: Outcome
    stored: Stored | None = None
    rows: tuple[int, ...] = ()
    odd: tuple[int, ...] = ()

    @property
    def totals(self) -> tuple[int, ...]:
        """How many rows each table had."""
        return self.rows or tuple(len(table.sheet.rows) for table in self.joined.tables)


@node
class Scored(Node):
    """A run: its levels, the shortest period first, and what is wrong with any of them."""

    levels: tuple[Level, ...]
    findings: tuple[Finding, ...]
    manifest: dict[str, Any]
    paths: tuple[str, ...]
    policy: Policy

    @property
    def sources(self) -> tuple[Source, ...]:
        """The texts of the policy, the furthest parent first."""
        return tuple(file.lines[0].span.source for file in self.policy.files if file.lines)

    @property
    def program(self) -> Program:
        return self.levels[0].program

    @property
    def joined(self) -> Joined:
        return self.levels[0].joined

    @property
    def outcome(self) -> Outcome:
        return self.levels[0].outcome


def score_all(inputs: Inputs, lang: Lang, subject: str | None = None) -> Scored:
    """Reads, checks and scores everything; ledgers are kept whole for `subject`, or for all where there is none.

    Of the others only the balances are kept once they have been added up: a small part of them.
    Raises RefusedError where there is nothing to score at all.
    """
    return score_prepared(*prepared(inputs, lang), inputs, subject)


def score_prepared(policy: Policy, program: Program, inputs: Inputs, subject: str | None) -> Scored:
    """As `score_all`, of a policy that is there already."""

    def keep(score: Score) -> Score:
        check(score)
        if subject in (None, score.subject):
            return score
        return score._replace(accounts={name: a._replace(entries=()) for name, a in score.accounts.items()})

    files = Files(inputs.encoding)
    joined = join_all(program, read_tables(program, inputs, files))
    inputs.refuse_more(len(joined[0].facts.rows))
    with progress(joined[0].cases, len(joined[0].cases)) as cases:
        lost = [level.lost for level in joined]
        outcomes = run(program, [cases, *(level.cases for level in joined[1:])], keep, lost)
    levels = tuple(map(Level, program.levels, joined, outcomes))
    return as_scored(policy, levels, files.hashes, inputs)


def prepared(inputs: Inputs, lang: Lang) -> tuple[Policy, Program]:
    """The policy, and it with its parameters as a program. Raises RefusedError."""
    return program_of(load_policy(inputs.policy, lang), inputs)


def program_of(policy: Policy, inputs: Inputs) -> tuple[Policy, Program]:
    """A policy with its parameters. Raises RefusedError."""
    program = lower(policy, read_params(policy, inputs.params))
    gaps = refused(program)
    if gaps:
        raise RefusedError(gaps)
    return policy, program


def as_scored(policy: Policy, levels: tuple[Level, ...], hashes: Mapping[str, str], inputs: Inputs) -> Scored:
    """A run, with the hashes of the files of facts by their paths."""
    findings = [finding for level in levels for finding in (*level.joined.findings, *_failures(level))]
    manifest = {**_manifest(levels[0].program, policy, hashes), **_counts(levels), "run": inputs.asked}
    return Scored(levels, tuple(findings), manifest, (*(file.path for file in policy.files), *hashes), policy)


def join_all(program: Program, tables: Sequence[Tables], join_level: JoinLevel = join) -> list[Joined]:
    """The levels from the shortest period up, each over the rows of the first. Raises RefusedError."""
    found: list[Joined] = []
    for level, own in zip(program.levels, tables, strict=True):
        facts = own.facts if not found else longer(level, program, found[0].facts, own.facts)
        assert facts is not None
        if own.lost and facts.rows:
            raise RefusedError(own.lost)
        found.append(join_level(level, facts, own.events))
    return found


def progress(things: Sequence[T], cases: int) -> AbstractContextManager[Iterable[T]]:
    """The things, with a bar on a terminal where so many cases take more than a second."""
    if cases < SLOW or not sys.stderr.isatty():
        return nullcontext(things)
    return click.progressbar(things, file=sys.stderr)


def _failures(level: Level) -> list[Finding]:
    headers = {item.name: item.header for item in level.program.facts.fields}
    sheets = {table.table.name: table.sheet.name for table in level.joined.events}
    return [_failure(unscored, level, headers, sheets) for unscored in level.outcome.unscored]


def _failure(unscored: Unscored, level: Level, headers: Mapping[str, str], sheets: Mapping[str, str]) -> Finding:
    line = unscored.place if isinstance(unscored.place, Span) else None
    event: Argument = ""
    if unscored.event:
        event = Phrase((" [", Cell(sheets[unscored.event[0]], unscored.event[1]), "]"), between="")
    sheet = level.joined.facts.sheet
    unit = level.program.unit
    named = f"{unscored.subject} {label(unit, unscored.period)}" if sheet.derived and unit and unscored.period else ""
    key = f"{unscored.subject} {label(unit, unscored.period) if unit and unscored.period else ''}".strip()
    cell = Cell(sheet.name, unscored.row, headers.get(unscored.name, ""), named, key if sheet.keyed else "")
    return Finding(unscored.code, cell, {
        "rule": unscored.rule or Word("TOTAL"), "name": unscored.name or Word("TOTAL"), "event": event,
        "text": " ".join(line.text.split()) if line else "", "line": line.line if line else 0,
    })  # fmt: skip


def _counts(levels: Sequence[Level]) -> dict[str, Any]:
    """How many rows each table had and how many of them are not used; the result is whole where none is."""
    tables: dict[str, dict[str, int]] = {}
    for level in levels:
        for at, bad in rejected_rows(level.joined, level.outcome).items():
            facts = level.joined.tables[at]
            owed = {"owed": len(facts.owed)} if facts.owed else {}
            rows = level.totals[at]
            tables[file_name(facts.sheet.name)] = {"rows": rows, "rejected": len(bad), **owed}
    return {"tables": tables, "whole": not any(table["rejected"] + table.get("owed", 0) for table in tables.values())}


def _manifest(program: Program, policy: Policy, hashes: Mapping[str, str]) -> dict[str, Any]:
    """What the result rests on; two runs over the same have the same."""
    params = {name: exact(value) if isinstance(value, Fraction) else str(value)
              for name, value in program.params.items() if value is not None}  # fmt: skip
    return {
        "kpidsl": kpidsl.__version__, "policy": program.title, "edition": program.edition, "policy_hash": program.hash,
        "policy_files": [Path(file.path).name for file in policy.files],
        "facts": {file_name(path): found for path, found in hashes.items()},
        "params": params,
    }  # fmt: skip
