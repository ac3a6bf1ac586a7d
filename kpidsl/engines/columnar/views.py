"""The rows that aggregates go over, as views of the database: each row with the number of the subject's row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kpidsl.core.columns import COUNT, DAY, END, ROW, SUBJECT, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.engines.columnar.frames import Rows
from kpidsl.engines.columnar.history import Earlier
from kpidsl.engines.columnar.level import Kept, lost_name
from kpidsl.engines.columnar.looking import Reach, Stretch, back, stretch
from kpidsl.engines.columnar.tables import Tables, term_of
from kpidsl.engines.columnar.terms import UnsupportedError
from kpidsl.values.kinds import Base

EVENTS = "e"


@dataclass(frozen=True)
class Views:
    """Of a level: its `facts` that are worked out now, and their periods; `kept` are the results of each unit. `events`
    are tables of events, where these are not under the names that they have.
    """

    connection: Any
    program: Program
    tables: Tables
    facts: str
    days: Sequence[date]
    kept: Mapping[str, Kept]
    events: Mapping[str, str] = field(default_factory=dict)

    def rows(self, reach: Reach) -> Rows:
        """The rows of a reach, with what tells that there are too few of them."""
        if reach.unit is None:
            return self._events(reach)
        own, unit = self.kept[reach.rows], self.program.unit
        assert unit is not None
        source = self._view(reach, f"({own.query})", quoted(SUBJECT), quoted(DAY))
        if reach.window is None:
            gap = f"count(*) <> {back(reach.unit, f'min({quoted(DAY)})', f'max({quoted(END)})')} + 1"
            return Rows(source, own.terms, self._most(source), (gap, "FALSE"), self._lost(reach, reach.unit))
        count = str(reach.least) if reach.least is not None else f"max({quoted(COUNT)})"
        if reach.unit is not unit:
            return Rows(source, own.terms, self._most(source), (f"count(*) < {count}", "TRUE"))
        wanted = max((self._stretch(reach, day).periods for day in self.days), default=0)
        least = reach.least if reach.least is not None else wanted
        return Rows(source, own.terms, self._most(source), (f"count(*) + 1 < {least}", str(least > 1).upper()))

    def _events(self, reach: Reach) -> Rows:
        columns = self.tables[reach.rows]
        table = next(events for events in self.program.events if events.name == reach.rows)
        terms = {name: term_of(column, column_name(table.name, name)) for name, column in columns.columns.items()}
        source = self.events.get(table.name, table_name(table.name, self.program.facts.name))
        if self.program.unit is None or not self.program.dated:
            return Rows(source, terms, columns.most)
        dated = reach.window is not None
        day = column_name(table.name, table.dated) if dated else ""
        source = self._view(reach, source, column_name(table.name, table.owner), day)
        return Rows(source, terms, self._most(source))

    def earlier(self) -> Earlier:
        """The periods before, of which the last is the one just before."""
        unit = self.program.unit
        assert unit is not None
        reach, own = Reach(unit, unit), self.kept[unit]
        everything = self._view(reach, f"({own.query})", quoted(SUBJECT), quoted(DAY))
        last = self._made((unit, "before"), f"SELECT * FROM {everything} WHERE {quoted(DAY)} = {quoted(END)}")
        return Earlier(Rows(everything, own.terms, 0), Rows(last, own.terms, 1), self._lost(reach, unit))

    def _lost(self, reach: Reach, unit: Base) -> str:
        """Periods without results, up to the end of a reach; of the level's own, earlier ones."""
        lost = reach._replace(rows=f"lost {unit}")
        return self._view(lost, lost_name(unit), quoted(SUBJECT), quoted(DAY))

    def _stretch(self, reach: Reach, day: date) -> Stretch:
        assert self.program.unit is not None
        return stretch(reach, self.program.unit, day)

    def _view(self, reach: Reach, rows: str, owner: str, day: str) -> str:
        """Rows of the subject that are within reach; where they have no day, all of them."""
        subject, period = column_name("", self.program.subject), column_name("", self.program.dated)
        on = f"{EVENTS}.{owner} = f.{subject}"
        extra, joined = "", ""
        if day:
            joined = f" JOIN {self._spans(reach)} AS w(p, a, z, l, n) ON w.p = f.{period}"
            extra = f", w.l AS {quoted(END)}, w.n AS {quoted(COUNT)}"
            on += f" AND {EVENTS}.{day} BETWEEN w.a AND w.z"
            on += f" AND {EVENTS}.{day} < f.{period}" if reach.unit is self.program.unit else ""
        facts = f"{quoted(self.facts)} AS f{joined}"
        query = f"SELECT f.{quoted(ROW)}, {EVENTS}.*{extra} FROM {facts} JOIN {rows} AS {EVENTS} ON {on}"
        return self._made((reach.rows, *(reach.window or ())), query)

    def _spans(self, reach: Reach) -> str:
        """How far a reach goes in each period."""
        spans = [(day, self._stretch(reach, day)) for day in self.days]
        if not spans:
            none = "DATE '1000-01-01'"
            return f"(SELECT {none}, {none}, {none}, {none}, 0 WHERE FALSE)"
        if reach.unit is self.program.unit and any(span.first > day for day, span in spans):
            raise UnsupportedError("WINDOW")
        return "(VALUES " + ", ".join(f"(DATE '{day}', DATE '{s.first}', DATE '{s.last}', DATE '{s.end}', {s.periods})"
                                      for day, s in spans) + ")"  # fmt: skip

    def _made(self, parts: Sequence[object], query: str) -> str:
        view = quoted(" ".join(map(str, ("reach", *parts, self.program.facts.name))).strip())
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {query}")
        return view

    def _most(self, source: str) -> int:
        counted = f"SELECT count(*) AS c FROM {source} GROUP BY {quoted(ROW)}"
        return int(self.connection.execute(f"SELECT coalesce(max(c), 0) FROM ({counted})").fetchone()[0])

