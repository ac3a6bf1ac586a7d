"""One subject of a run that is over, scored once more from a file of ledgers: the policy as it was, its own facts, and
what was settled among all as it came out then.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from kpidsl.cli.files import Files
from kpidsl.cli.scoring import Level as RunLevel
from kpidsl.cli.scoring import Scored, as_scored, join_all, program_of, score_prepared
from kpidsl.cli.sizes import is_large
from kpidsl.cli.sources import Inputs, Tables, asked_again, dated, given_path, path_beside
from kpidsl.cli.workspace import Workspace
from kpidsl.core import nodes as n
from kpidsl.core.columns import quoted
from kpidsl.core.program import Program, Table
from kpidsl.core.results import Case, Outcome, Score
from kpidsl.engines.exact import run_alone
from kpidsl.engines.settled import Settled
from kpidsl.facts.join import join_some
from kpidsl.facts.ledger_file import level_path
from kpidsl.facts.periods import has_facts
from kpidsl.facts.read import Facts, read_table
from kpidsl.facts.sealed import changed_facts
from kpidsl.facts.shapes import literal
from kpidsl.policy.model import Policy
from kpidsl.policy.resolve import resolve
from kpidsl.reports.ledger_file import column_name
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell, Source
from kpidsl.values.kinds import Base
from kpidsl.values.node import changed


def score_one(about: Mapping[str, Any], path: str, subject: str, space: Workspace) -> Scored:
    """`path`: the file of ledgers that says this `about` itself. Small facts are scored all at once, so that everything
    is told that places and quotas hang on. Raises RefusedError.
    """
    inputs = asked_again(about["manifest"]["run"])
    changed_ones = changed_facts(about["manifest"], Path())
    if changed_ones:
        raise RefusedError([Finding("D071", Cell(name)) for name in changed_ones])
    policy, program = program_of(_policy(about), inputs)
    if not is_large(inputs):
        return changed(score_prepared(policy, program, inputs, subject), manifest=about["manifest"])
    tables = [_tables(level, at, inputs, subject, space) for at, level in enumerate(program.levels)]
    joined = join_all(program, tables, join_some)
    placed = _Placed(space.connection, about, path, program)
    outcomes = run_alone(program, [level.cases for level in joined], placed, [level.lost for level in joined])
    kept = [placed.kept(level, found) for level, found in zip(program.levels, outcomes, strict=True)]
    levels = tuple(map(RunLevel, program.levels, joined, kept))
    return changed(as_scored(policy, levels, {}, inputs), manifest=about["manifest"])


def _policy(about: Mapping[str, Any]) -> Policy:
    """As it was written then."""
    texts = {file["path"]: Source(file["path"], file["text"]) for file in about["policy"]}

    def read(path: str) -> Source:
        if path not in texts:
            raise FileNotFoundError(path)
        return texts[path]

    policy, _ = resolve(texts[about["policy"][-1]["path"]], read)
    assert policy is not None
    return policy


def _tables(program: Program, at: int, inputs: Inputs, subject: str, space: Workspace) -> Tables:
    """The subject's own rows of every table of a level."""
    path: str | None = inputs.facts
    if at:
        path = _path(program.facts, inputs) if has_facts(program.facts) else None
    table = program.facts if at else dated(program, inputs.period)
    facts = _rows(path, table, program.subject, subject, inputs, space) if path else None
    events = [(table, _path(table, inputs)) for table in program.events]
    found = [_rows(path, table, table.owner, subject, inputs, space) for table, path in events if path]
    return Tables(facts, tuple(found))


def _path(table: Table, inputs: Inputs) -> str | None:
    return given_path(table, inputs) or path_beside(table, inputs)


def _rows(path: str, table: Table, column: str, subject: str, inputs: Inputs, space: Workspace) -> Facts:
    from kpidsl.facts.bulk_reader import NotBulkError
    from kpidsl.facts.bulk_subject import read_subject
    from kpidsl.facts.origins import origin

    try:
        return read_subject(space.connection, origin(space.connection, path, inputs.encoding, space.folder), table,
                            column, subject)  # fmt: skip
    except NotBulkError:
        facts = read_table(Files(inputs.encoding).sheets(path)[0], table)
        return replace(facts, rows=tuple(row for row in facts.rows if row.values[column] == subject))


class _Placed:
    """What was settled, out of the files of each level."""

    def __init__(self, connection: Any, about: Mapping[str, Any], path: str, program: Program) -> None:
        self._connection = connection
        first = level_path(path, about["level"]["facts"], "")
        self._files = {level.unit: (level, level_path(first, "", level.label)) for level in program.levels}

    def __call__(self, definition: n.Rank | n.Grade, unit: Base | None, case: Case) -> Settled:
        program, path = self._files[unit]
        subject, period = str(case.facts[program.subject]), case.facts.get(program.dated) if program.dated else None
        column = quoted(column_name(definition.name))
        own = self._among(path, program, {program.subject: subject}, period, f"first({column})", "")
        if isinstance(definition, n.Grade):
            return Settled(own[0])
        groups = {name: str(case.facts[name]) for name in definition.groups}
        same = f" AND {column} = {own[0]}" if own[0] is not None else " AND FALSE"
        size = self._among(path, program, groups, period, f"count({column})", "")
        ties = self._among(path, program, groups, period, "count(*)", same)
        return Settled(None if own[0] is None else Fraction(own[0]), size[0], ties[0])

    def kept(self, program: Program, outcome: Outcome) -> Outcome:
        """Without the scores that the run rejected for a row that does not bear the subject's name."""
        _, path = self._files[program.unit]
        if not Path(path).exists():
            return outcome

        def has(score: Score) -> bool:
            return bool(self._among(path, program, {program.subject: score.subject}, score.period, "count(*)", "")[0])

        return outcome._replace(scores=tuple(filter(has, outcome.scores)))

    def _among(self, path: str, program: Program, who: Mapping[str, str], period: object, what: str,
               more: str) -> Any:  # fmt: skip
        conditions = [f"{quoted(program.headers[name])} = {literal(value)}" for name, value in who.items()]
        if isinstance(period, date):
            conditions.append(f"{quoted(program.headers[program.dated])} = DATE '{period}'")
        where = " AND ".join(conditions) or "TRUE"
        return self._connection.execute(f"SELECT {what} FROM {literal(path)} WHERE {where}{more}").fetchone()
