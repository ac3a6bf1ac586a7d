"""The facts of longer periods over large ones, as `periods.longer` has them over small ones.

Whose longer period it is, when and in which groups is worked out in the database; the few that something is told of go
by the way of small tables.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kpidsl.core.columns import DAY, NUMBER, ROW, SUBJECT, Column, column_name, quoted, table_name
from kpidsl.core.program import Field, Program
from kpidsl.facts.bulk_everyone import everyone
from kpidsl.facts.bulk_reader import MOST_ODD, Loaded, NotBulkError
from kpidsl.facts.periods import Key, Span, derived_facts, derived_row, is_owed, known, over
from kpidsl.facts.read import Facts, Reading
from kpidsl.facts.sheets import Sheet
from kpidsl.values.kinds import Value

START, LAST = quoted("#start"), quoted("#last")


def own_name(program: Program) -> str:
    """What the table of a longer period is called before it is joined with the shorter ones."""
    return quoted(f"own facts of {program.facts.name}")


def longer_large(connection: Any, program: Program, base: Program, below: Facts, own: Loaded | None) -> Loaded:
    """The facts of `program` over the good rows of `base` and those of `below`; `own` is its table, if it has one."""
    spans = _Spans.of(connection, program, base, below)
    if own is None:
        facts, columns = over(program, spans.few(spans.partial()), None), _derive(spans)
        rows = connection.execute(f"SELECT count(*) FROM {spans.facts}").fetchone()[0]
        return Loaded(program.facts, columns, rows, facts, Longer(spans, facts.sheet))
    columns = {**own.columns, **_join(spans)}
    return Loaded(program.facts, columns, own.rows, _told(spans, own), Longer(spans, own.reader.sheet, own), own.odd)


@dataclass(frozen=True)
class Longer:
    """The rows of a longer period; `own` is its table, where it has one."""

    spans: "_Spans"
    sheet: Sheet
    own: Loaded | None = None

    def read(self, numbers: Sequence[int]) -> Facts:
        program, span = self.spans.program, self.spans.few(self.spans.keys(numbers).values())
        if self.own is None:
            rows = [derived_row(program, span, number, key) for number, key in self.spans.keys(numbers).items()]
            return derived_facts(program, rows)
        facts = self.own.reader.read(numbers)
        return replace(facts, rows=tuple(known(row, program, facts, span) for row in facts.rows))

    def leave_out(self, condition: str) -> None:
        self.spans.connection.execute(f"DELETE FROM {self.spans.facts} WHERE {condition}")


@dataclass(frozen=True)
class _Spans:
    """For each subject and longer period where it begins, its first row, and its last one with the groups; `first` and
    `last` are those of all shorter periods, and `everyone` has their rows.
    """

    connection: Any
    program: Program
    base: Program
    everyone: str
    first: date
    last: date

    @staticmethod
    def of(connection: Any, program: Program, base: Program, below: Facts) -> "_Spans":
        who, day = everyone(connection, base, below.rows), quoted(DAY)
        known = f"{who} WHERE {day} IS NOT NULL AND {quoted(SUBJECT)} IS NOT NULL"
        first, last = connection.execute(f"SELECT min({day}), max({day}) FROM {known}").fetchone()
        found = _Spans(connection, program, base, who, first or date.max, last or date.min)
        groups = ", ".join(["", *(f"{name} := {name}" for name in map(_group, program.within))])
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {found.name} AS SELECT {quoted(SUBJECT)}, {found.start(day)} AS {START}, "
            f"min({quoted(NUMBER)}) AS {quoted(NUMBER)}, "
            f"max(struct_pack(day := {day}, number := {quoted(NUMBER)}{groups})) AS {LAST} FROM {known} GROUP BY 1, 2"
        )
        return found

    @property
    def name(self) -> str:
        return quoted(f"spans of {self.program.facts.name}")

    @property
    def facts(self) -> str:
        return table_name("", self.program.facts.name)

    @property
    def empty(self) -> Span:
        unit, base = self.program.unit, self.base.unit
        assert unit is not None
        assert base is not None
        return Span(unit, base, {}, self.first, self.last)

    def start(self, day: str) -> str:
        """SQL of the first day of the longer period that a day is in."""
        return f"CAST(date_trunc('{self.program.unit}', {day}) AS DATE)"

    @property
    def whole(self) -> str:
        """SQL of whether a longer period is whole."""
        starts = [day for (day,) in self.connection.execute(f"SELECT DISTINCT {START} FROM {self.name}").fetchall()]
        whole = ", ".join(f"DATE '{day}'" for day in starts if self.empty.whole(day))
        return f"{START} IN ({whole or 'NULL'})"

    def partial(self) -> list[Key]:
        """A subject for each longer period that is not whole."""
        return self._listed(f"SELECT min({quoted(SUBJECT)}), {START} FROM {self.name} "
                            f"WHERE NOT coalesce({self.whole}, FALSE) GROUP BY 2")  # fmt: skip

    def owed(self) -> list[Key]:
        """Whole periods of which the table of its own has no good row."""
        own, program = own_name(self.program), self.program
        subject, dated = column_name("", program.subject), column_name("", program.dated)
        return self._listed(
            f"SELECT s.{quoted(SUBJECT)}, s.{START} FROM {self.name} AS s "
            f"ANTI JOIN {own} AS o ON o.{subject} = s.{quoted(SUBJECT)} AND o.{dated} = s.{START} "
            f"WHERE {self.whole} ORDER BY s.{START}, s.{quoted(NUMBER)}"
        )

    def keys(self, numbers: Sequence[int]) -> Mapping[int, Key]:
        """Of good rows."""
        subject, dated = column_name("", self.program.subject), column_name("", self.program.dated)
        query = f"SELECT {quoted(ROW)}, {subject}, {dated} FROM {self.facts} WHERE {quoted(ROW)} IN ? ORDER BY 1"
        rows = self.connection.execute(query, [list(numbers)]).fetchall()
        return {number: (name, day) for number, name, day in rows}

    def few(self, keys: Iterable[Key]) -> Span:
        """What the shorter periods hold of these."""
        wanted = list(dict.fromkeys(keys))
        names = [self.base.subject, self.base.dated, *self.base.within]
        query = (f"SELECT w.p, e.* EXCLUDE ({quoted(NUMBER)}) FROM {self.everyone} AS e "
                 "JOIN (SELECT unnest(?::VARCHAR[]) AS s, unnest(?::DATE[]) AS p) AS w "
                 f"ON w.s = e.{quoted(SUBJECT)} AND w.p = {self.start(f'e.{quoted(DAY)}')} ORDER BY e.{quoted(NUMBER)}")
        found = self.connection.execute(query, [[name for name, _ in wanted], [day for _, day in wanted]]).fetchall()
        rows: dict[Key, dict[date, Mapping[str, Value]]] = {}
        for start, *values in found:
            rows.setdefault((values[0], start), {})[values[1]] = dict(zip(names, values, strict=True))
        return replace(self.empty, rows=rows)

    def _listed(self, query: str) -> list[Key]:
        found: list[Key] = self.connection.execute(f"{query} LIMIT {MOST_ODD + 1}").fetchall()
        if len(found) > MOST_ODD:
            raise NotBulkError("OWED", table=self.program.facts.header, most=MOST_ODD)
        return found


def _group(name: str) -> str:
    return column_name("", name)


def _derive(spans: _Spans) -> dict[str, Column]:
    """A row for each subject and whole period; returns the columns. What else the facts would have is in no row."""
    program = spans.program
    columns = {item.name: Column(item, item.name not in program.facts.key) for item in program.facts.fields}
    cells = {program.subject: quoted(SUBJECT), program.dated: START}
    parts = [f"{cells.get(name, f'CAST(NULL AS {column.type})')} AS {column_name('', name)}"
             for name, column in columns.items()]  # fmt: skip
    groups = _groups(spans)
    parts += [f"{LAST}.{_group(name)} AS {_group(name)}" for name in groups]
    order = f"row_number() OVER (ORDER BY {START}, {quoted(NUMBER)}) + 1 AS {quoted(ROW)}"
    spans.connection.execute(f"CREATE OR REPLACE TEMP TABLE {spans.facts} AS SELECT {', '.join([order, *parts])} "
                             f"FROM {spans.name} WHERE {spans.whole}")  # fmt: skip
    return columns | groups


def _join(spans: _Spans) -> dict[str, Column]:
    """The good rows of its own table with the groups of their subjects; returns the columns of these."""
    program, groups = spans.program, _groups(spans)
    subject, dated = column_name("", program.subject), column_name("", program.dated)
    parts = ["o.*", *(f"s.{LAST}.{_group(name)} AS {_group(name)}" for name in groups)]
    spans.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {spans.facts} AS SELECT {', '.join(parts)} FROM {own_name(program)} AS o "
        f"JOIN {spans.name} AS s ON s.{quoted(SUBJECT)} = o.{subject} AND s.{START} = o.{dated} WHERE {spans.whole}"
    )
    return groups


def _groups(spans: _Spans) -> dict[str, Column]:
    """The groups that are those of the shorter periods."""
    own = {item.name for item in spans.program.facts.fields}
    fields: list[Field] = [item for item in spans.base.facts.fields if item.name in spans.program.within]
    return {item.name: Column(item, nulls=True) for item in fields if item.name not in own}


def _told(spans: _Spans, own: Loaded) -> Facts:
    """The rows of its own table that are not good, for what stands in it or for whom and when it is about."""
    row, program = quoted(ROW), spans.program
    query = f"SELECT {row} FROM {own_name(program)} ANTI JOIN {spans.facts} USING ({row}) LIMIT {MOST_ODD + 1}"
    strange = own.reader.read([number for (number,) in spans.connection.execute(query).fetchall()])
    rows = sorted((*own.bad.rows, *strange.rows), key=lambda found: found.number)
    keys = [*_known_keys(rows, program), *spans.partial(), *(spans.owed() if is_owed(program.facts) else ())]
    facts = over(program, spans.few(keys), replace(own.bad, rows=tuple(rows)))
    return replace(facts, rows=tuple(found for found in facts.rows if not found.good))


def _known_keys(rows: Collection[Reading], program: Program) -> list[Key]:
    keys = [(row.values[program.subject], row.values[program.dated]) for row in rows]
    return [(str(name), day) for name, day in keys if name is not None and isinstance(day, date)]
