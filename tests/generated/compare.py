"""The two engines held against each other on one policy and its facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
from generated.joining import Levels, levels
from generated.rows import Made

from kpidsl.check.holes import refused
from kpidsl.core.columns import TooWideError
from kpidsl.core.entries import kept_names, own_choices
from kpidsl.core.lower import lower
from kpidsl.core.nodes import Place
from kpidsl.core.program import Program
from kpidsl.core.results import Entry, GradeResult, Outcome, Score
from kpidsl.engines import exact
from kpidsl.engines.columnar.engine import scores
from kpidsl.engines.columnar.level import whole_table
from kpidsl.engines.columnar.levels import score_levels
from kpidsl.engines.columnar.tables import store
from kpidsl.engines.columnar.terms import UnsupportedError
from kpidsl.policy.resolve import resolve
from kpidsl.text.source import Source
from kpidsl.text.wording import has_errors


@dataclass(frozen=True)
class Refused:
    """The columnar engine leaves this to the exact one."""

    reason: str


@dataclass(frozen=True)
class Different:
    """What differs, in words."""

    what: str


Compared = Refused | Different | None


def program_of(text: str) -> Program | list[str]:
    """The policy as a program, or the codes for which a run refuses it."""
    policy, findings = resolve(Source("made.kpi", text), _nothing_to_read)
    if policy is None or has_errors(findings):
        return [finding.code for finding in findings]
    program = lower(policy, {})
    return [finding.code for finding in refused(program)] or program


def _nothing_to_read(path: str) -> Source:
    raise FileNotFoundError(path)


@cache
def connection() -> Any:
    return duckdb.connect(config={"threads": 1})


def columnar(program: Program, found: Levels) -> list[Outcome]:
    """As `run_levels`, in a database that is there already; a cursor has tables of its own."""
    entries = {name for level in program.levels for ledger in level.ledgers for name in kept_names(ledger)}
    with connection().cursor() as cursor:
        tables = [store(cursor, level, cases, whole_table(level, program))
                  for level, cases in zip(program.levels, found.cases, strict=True)]  # fmt: skip
        return [Outcome(tuple(scores(cursor, scored)), scored.unscored)
                for scored in score_levels(cursor, program, tables, found.lost, entries)]  # fmt: skip


def compare(program: Program, made: Made) -> Compared:
    found = levels(program, made)
    wanted = exact.run(program, found.cases, lost=found.lost)
    try:
        outcomes = columnar(program, found)
    except UnsupportedError as error:
        return Refused(error.reason)
    except TooWideError:
        return Refused("TOO_WIDE")
    except Exception as error:
        return Different(f"{type(error).__name__}: {error}")
    pairs = map(different, program.levels, wanted, outcomes)
    return next((difference for difference in pairs if difference), None)


def different(program: Program, wanted: Outcome, found: Outcome) -> Different | None:
    if wanted.unscored != found.unscored:
        return Different(f"rejects: {_first(wanted.unscored, found.unscored)}")
    if [score.row for score in wanted.scores] != [score.row for score in found.scores]:
        return Different("rows")
    own = own_choices(program)
    for one, other in zip(wanted.scores, found.scores, strict=True):
        both = said(one, own), said(other, own)
        if both[0] != both[1]:
            return Different(f"row {one.row}: {_first(*both)}")
    return None


def _first(wanted: Sequence[Any], found: Sequence[Any]) -> str:
    pairs = zip([*wanted, *[None] * len(found)], [*found, *[None] * len(wanted)], strict=True)
    return next(f"exact {one}, columnar {other}" for one, other in pairs if one != other)


def said(score: Score, own: Mapping[Place, set[Place]]) -> list[Any]:
    """What the engines must agree on of one subject."""
    accounts = [(name, account.balance, account.reason,
                 [_entry(entry, own[entry.place]) for entry in account.entries])
                for name, account in sorted(score.accounts.items())]  # fmt: skip
    results = sorted((name, result.grade if isinstance(result, GradeResult) else result.rank)
                     for name, result in score.results.items())  # fmt: skip
    return [score.subject, score.period, score.groups, *accounts, *results]


def _entry(entry: Entry, own: set[Place]) -> tuple[Any, ...]:
    """What they must agree on of a line; where it did not fire, what was chosen on the way there is not asked."""
    chosen = {(choice.place, choice.chosen) for choice in entry.choices if choice.place in own and not entry.reason}
    return entry.verb, entry.reason, entry.amount, entry.balance, chosen
