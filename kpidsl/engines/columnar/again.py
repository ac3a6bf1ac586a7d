"""Rows that the database cannot work out, worked out by the exact engine one by one, which says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from kpidsl.core.columns import DAY, NUMBER, ROW, SUBJECT, column_name, quoted, table_name
from kpidsl.core.program import Program
from kpidsl.core.results import Case, Event, Row, Unscored
from kpidsl.engines.alone import work_alone
from kpidsl.engines.columnar.level import Kept, lost_name
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.tables import Tables, term_of
from kpidsl.engines.columnar.terms import Term, UnsupportedError
from kpidsl.engines.environment import Environment
from kpidsl.engines.exact import Worked
from kpidsl.engines.settled import Settled
from kpidsl.values.calendar import label
from kpidsl.values.kinds import Base, Value

Found = Mapping[str, list[Event]]


@dataclass(frozen=True)
class Again:
    """A level, with the results of it and of shorter periods that are there so far."""

    connection: Any
    program: Program
    tables: Tables
    kept: Mapping[str, Kept]

    def unscored(self, numbers: Sequence[int], settled: Mapping[int, Mapping[str, Settled]]) -> list[Unscored]:
        """Why these rows have no score; `settled` are the places and quotas of those that have taken part in them.

        Raises UnsupportedError where they have one.
        """
        found: list[Unscored] = []
        again = {worked.case.number: worked for worked in self.beginnings(list(settled))}
        for worked in self.beginnings(numbers):
            number, failures = worked.case.number, worked.failures
            work_alone(self.program, worked, settled.get(number, {}))
            if settled.get(number):     # who failed is out of it, and is worked out once more
                again[number].failures.update(failures)
                work_alone(self.program, again[number], {})
                failures = again[number].failures
            if not failures:
                raise UnsupportedError("UNSURE")
            found += failures.values()
        return found

    def beginnings(self, numbers: Sequence[int]) -> list[Worked]:
        """The subjects of these rows before anything is worked out."""
        if not numbers:
            return []
        program, row = self.program, quoted(ROW)
        terms = {name: term_of(column, column_name("", name)) for name, column in self.tables[""].columns.items()}
        order = [column_name("", program.dated), row] if program.dated else [row]
        rows = self._fetched(table_name("", program.facts.name), terms, [row], row, numbers, order)
        subjects = list(dict.fromkeys(str(values[program.subject]) for _, values in rows))
        events = {table.name: self._events(table.name, numbers, subjects) for table in program.events}
        results = {unit: self._results(Base(unit), kept, subjects) for unit, kept in self.kept.items()}
        units = [Base(unit) for unit in {*self.kept, *([program.unit] if program.dated and program.unit else [])}]
        lost = {unit: self._lost(unit, subjects) for unit in units}
        begun = []
        for (number,), values in rows:
            subject, period = str(values[program.subject]), values[program.dated] if program.dated else None
            assert period is None or isinstance(period, date)
            key = subject if program.dated else number
            own = {name: found.get(key, []) for name, found in events.items()}
            past = {unit: found.get(subject, []) for unit, found in results.items()}
            history = past.pop(program.unit, []) if program.unit else []
            gone: dict[str, set[date]] = {unit: found[subject] for unit, found in lost.items() if subject in found}
            env = Environment(values, {**own, **past}, program.kinds, program.unit, period, history, gone)
            begun.append(Worked(Case(number, values, own), subject, env))
        return begun

    def _events(self, name: str, numbers: Sequence[int], subjects: Sequence[str]) -> dict[Any, list[Event]]:
        """Rows of events by their subject, or, where there are no periods, by its row."""
        program = self.program
        table = next(events for events in program.events if events.name == name)
        terms = {item: term_of(column, column_name(name, item)) for item, column in self.tables[name].columns.items()}
        by, wanted = (column_name(name, table.owner), subjects) if program.dated else (quoted(ROW), numbers)
        heads = [by, quoted(NUMBER)]
        found: dict[Any, list[Event]] = {}
        source = table_name(name, program.facts.name)
        for (key, number), values in self._fetched(source, terms, heads, by, wanted, heads):
            day = values[table.dated] if table.dated else None
            found.setdefault(key, []).append(Event(number, values, day if isinstance(day, date) else None))
        return found

    def _results(self, unit: Base, kept: Kept, subjects: Sequence[str]) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        heads = [quoted(SUBJECT), quoted(DAY)]
        for (subject, day), values in self._fetched(f"({kept.query})", kept.terms, heads, heads[0], subjects, heads):
            there = {name: value for name, value in values.items() if value is not None}
            found.setdefault(subject, []).append(Event(label(unit, day), there, day))
        return found

    def _lost(self, unit: Base, subjects: Sequence[str]) -> dict[str, set[date]]:
        found: dict[str, set[date]] = {}
        heads = [quoted(SUBJECT), quoted(DAY)]
        for (subject, day), _ in self._fetched(lost_name(unit), {}, heads, heads[0], subjects, heads):
            found.setdefault(subject, set()).add(day)
        return found

    def _fetched(self, source: str, terms: Mapping[str, Term], heads: Sequence[str], key: str,
                 wanted: Sequence[Any], order: Sequence[str]) -> list[tuple[tuple[Any, ...], Row]]:  # fmt: skip
        """Rows by a key, as their heads and what the terms are in them."""
        cells = [text for term in terms.values() for text in _texts(term)]
        query = f"SELECT {', '.join([*heads, *cells])} FROM {source} WHERE {key} IN ? ORDER BY {', '.join(order)}"
        found: list[tuple[tuple[Any, ...], Row]] = []
        for row in self.connection.execute(query, [list(wanted)]).fetchall():
            pairs = zip(row[len(heads) :: 2], row[len(heads) + 1 :: 2], strict=True)
            values = {name: _value(term, *pair) for (name, term), pair in zip(terms.items(), pairs, strict=True)}
            found.append((tuple(row[: len(heads)]), values))
        return found


def _texts(term: Term) -> tuple[str, str]:
    if isinstance(term.value, Number):
        return term.value.top.text, term.value.divisor.text if term.value.divisor is not None else "1"
    return term.value.text, "1"


def _value(term: Term, stored: Any, divisor: Any) -> Value:
    if isinstance(term.value, Number) and stored is not None:
        return Fraction(stored, term.value.scale * divisor)
    return stored  # type: ignore[no-any-return]

