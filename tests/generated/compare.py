"""The two engines held against each other on one policy and its facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from kpidsl.check.holes import refused
from kpidsl.core.columns import TooWideError, table_name
from kpidsl.core.entries import kept_names, own_choices
from kpidsl.core.lower import lower
from kpidsl.core.nodes import Place
from kpidsl.core.program import Program
from kpidsl.core.results import Case, Entry, GradeResult, Outcome, Score
from kpidsl.engines import exact
from kpidsl.engines.columnar import engine, outliers
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


def columnar(program: Program, cases: Sequence[Case]) -> Outcome:
    """As `engine.run`, in a database that is there already."""
    database = connection()
    made = [table_name(table.name) for table in (program.facts, *program.events)]
    try:
        entries = {name for ledger in program.ledgers for name in kept_names(ledger)}
        scored = outliers.score(database, program, store(database, program, cases), kept=entries)
        return Outcome(tuple(engine.scores(database, scored)), scored.unscored)
    finally:
        for name in (*made, engine.RESULTS):
            database.execute(f"DROP TABLE IF EXISTS {name}")


def compare(program: Program, cases: Sequence[Case]) -> Compared:
    wanted = exact.run(program, [cases])[0]
    try:
        found = columnar(program, cases)
    except UnsupportedError as error:
        return Refused(error.reason)
    except TooWideError:
        return Refused("TOO_WIDE")
    except Exception as error:
        return Different(f"{type(error).__name__}: {error}")
    return different(program, wanted, found)


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
    return [score.subject, score.groups, *accounts, *results]


def _entry(entry: Entry, own: set[Place]) -> tuple[Any, ...]:
    """What they must agree on of a line; where it did not fire, what was chosen on the way there is not asked."""
    chosen = {(choice.place, choice.chosen) for choice in entry.choices if choice.place in own and not entry.reason}
    return entry.verb, entry.reason, entry.amount, entry.balance, chosen
