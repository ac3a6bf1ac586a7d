"""The levels of a policy, the shortest period first: each reads what those below it came to.

All periods of a level are one query, unless it looks back at its own: then a query a period, in their order.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kpidsl.core.columns import DAY, FACTS, SUBJECT, column_name, quoted
from kpidsl.core.program import Program
from kpidsl.core.results import Case, Outcome, Unscored
from kpidsl.engines.columnar.again import Again
from kpidsl.engines.columnar.engine import expressions, kept_of, results_of, scores, work_out
from kpidsl.engines.columnar.level import Kept, Scored, kept, lost_name, none_kept, whole_table
from kpidsl.engines.columnar.looking import looked_at, looks_back
from kpidsl.engines.columnar.merging import PART, merged
from kpidsl.engines.columnar.outliers import score
from kpidsl.engines.columnar.scoring import Scoring, scoring
from kpidsl.engines.columnar.tables import Tables, store
from kpidsl.engines.columnar.terms import UnsupportedError
from kpidsl.engines.columnar.views import Views
from kpidsl.values.kinds import Base

Lost = Collection[tuple[str, date]]


def run_levels(program: Program, levels: Sequence[Sequence[Case]], lost: Sequence[Lost] = (),
               entries: Collection[str] = ()) -> list[Outcome]:  # fmt: skip
    """As the exact engine's `run`; of accounts it has the balances, and of the rest what `entries` names.

    Raises UnsupportedError and TooWideError.
    """
    import duckdb

    with duckdb.connect() as connection:
        tables = [store(connection, level, list(cases), whole_table(level, program))
                  for level, cases in zip(program.levels, levels, strict=True)]  # fmt: skip
        return [Outcome(tuple(scores(connection, scored)), scored.unscored)
                for scored in score_levels(connection, program, tables, lost, entries)]  # fmt: skip


def score_levels(connection: Any, program: Program, tables: Sequence[Tables], lost: Sequence[Lost] = (),
                 entries: Collection[str] = (), wanted: Collection[str] | None = None) -> list[Scored]:  # fmt: skip
    """Works out every level over its tables; `lost` are periods of each level that come in no row, `entries` what is to
    be kept of those. Without periods only the `wanted` results are worked out, where these are told.

    Raises UnsupportedError and TooWideError.
    """
    if not program.dated:
        return [score(connection, program, tables[0], wanted, entries)]
    below: dict[str, Kept] = {}
    found: list[Scored] = []
    for at, (level, own) in enumerate(zip(program.levels, tables, strict=True)):
        assert level.unit is not None
        _lose(connection, level.unit, lost[at] if lost else ())
        found.append(_Level(connection, level, own, below, entries).work_out())
        below = {**below, level.unit: kept(connection, found[-1], own[""], looked_at(level, level.unit))}
    return found


def _lose(connection: Any, unit: Base, lost: Lost) -> None:
    name = lost_name(unit)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({quoted(SUBJECT)} VARCHAR, {quoted(DAY)} DATE)")
    if lost:
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", list(map(list, lost)))


@dataclass
class _Level:
    """A level while it is worked out, period by period where it has to be; `scored` is what came of it so far."""

    connection: Any
    program: Program
    tables: Tables
    below: Mapping[str, Kept]
    entries: Collection[str]
    unscored: list[Unscored] = field(default_factory=list)
    scored: Scored | None = None

    def work_out(self) -> Scored:
        program = self.program
        if not self.tables[""].columns[program.subject].field.kind.textual:
            raise UnsupportedError("SUBJECT")
        days = self._days()
        if not looks_back(program):
            self._add(self.facts, days)
        for day in days if looks_back(program) else ():
            self._add(self._now(f"{column_name('', program.dated)} = DATE '{day}'"), [day])
        if self.scored is None:
            self._add(self._now("FALSE"), [])
        assert self.scored is not None
        return replace(self.scored, unscored=tuple(self.unscored))

    @property
    def facts(self) -> str:
        return f"{FACTS} of {self.program.facts.name}" if self.program.facts.name else FACTS

    def _days(self) -> list[date]:
        day = column_name("", self.program.dated)
        rows = self.connection.execute(f"SELECT DISTINCT {day} FROM {quoted(self.facts)} ORDER BY 1").fetchall()
        return [found for (found,) in rows]

    def _now(self, condition: str) -> str:
        """The facts of a period."""
        name = f"{self.facts} now"
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS "
                                f"SELECT * FROM {quoted(self.facts)} WHERE {condition}")  # fmt: skip
        return name

    def _add(self, facts: str, days: Sequence[date]) -> None:
        """The results of some periods."""
        seen = self._seen()
        again = Again(self.connection, self.program, self.tables, seen)
        found, unscored = work_out(again, facts, self._lowering(days, seen), PART)
        self.unscored += sorted(unscored, key=lambda one: (one.period or date.min, one.row))
        self._lose_more(unscored)
        new = Scored(self.program, results_of(found), (), kept_of(found), self.tables, (found,))
        self.scored = merged(self.connection, self.scored, new)

    def _seen(self) -> dict[str, Kept]:
        """What can be looked at, the level's own earlier periods among it."""
        unit, columns = self.program.unit, self.tables[""]
        if not looks_back(self.program):
            return dict(self.below)
        assert unit is not None
        names = looked_at(self.program, unit)
        own = none_kept(self.program, columns, names) if self.scored is None else \
            kept(self.connection, self.scored, columns, names)  # fmt: skip
        return {**self.below, unit: own}

    def _lowering(self, days: Sequence[date], seen: Mapping[str, Kept]) -> Callable[[str], Scoring]:
        back, names = looks_back(self.program), looked_at(self.program, self.program.unit) | {*self.entries}

        def lower(base: str) -> Scoring:
            views = Views(self.connection, self.program, self.tables, base, days, seen)
            x = expressions(views, views.earlier() if back else None)
            return scoring(self.program, x, self.tables[""].rows, names)

        return lower

    def _lose_more(self, unscored: Sequence[Unscored]) -> None:
        unit = self.program.unit
        assert unit is not None
        rows = {(one.subject, one.period): None for one in unscored}
        if rows:
            self.connection.executemany(f"INSERT INTO {lost_name(unit)} VALUES (?, ?)", list(map(list, rows)))
