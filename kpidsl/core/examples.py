"""Examples of a policy as cases to run, and what of a program they reach."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Case, Entry, Event, GradeResult
from kpidsl.policy.model import Policy, kind_of, literal
from kpidsl.syntax import tree as t
from kpidsl.values.calendar import periods, read_period, start
from kpidsl.values.kinds import Base, Kind, Value


@dataclass(frozen=True)
class Expected:
    """What a ledger, let, grade or rank of a subject is to come to; None is no score. `level` counts from 0."""

    name: str
    value: Value
    place: n.Place
    subject: str
    level: int
    period: date | None


@dataclass(frozen=True)
class Trial:
    """An example: the cases of every level, the parameters that it sets, and what it expects."""

    title: str
    place: n.Place
    levels: tuple[tuple[Case, ...], ...]
    params: dict[str, Value]
    expected: tuple[Expected, ...]


def trials(policy: Policy) -> list[Trial]:
    """The examples of the file that was asked for, not those of the files that it extends."""
    own = {id(line) for line in policy.files[-1].lines}
    return [_trial(example, policy) for example in policy.examples if id(example) in own]


def _trial(example: t.Example, policy: Policy) -> Trial:
    given = [row for row in example.rows if isinstance(row, t.Given)]
    named = [row.whose.subject for row in example.rows if row.whose and row.whose.subject]
    subjects = tuple(dict.fromkeys(named)) or (example.title,)
    params = {param.name.text: kind_of(param.kind) for param in policy.params}
    plain: dict[str, Value] = {}
    for row in given:
        plain |= _values(row.settings, params) if row.events is None else {}
    spans = _spans(example, policy)
    cases = tuple(tuple(_case(level, subject, period, given, policy, spans[0]) for subject in subjects
                        for period in spans[at]) for at, level in enumerate(policy.levels))  # fmt: skip
    expected = [item for row in _expects(example) for item in _expected(row, policy, subjects, spans)]
    return Trial(example.title, example.span, cases, plain, tuple(expected))


def _expects(example: t.Example) -> list[t.Expect]:
    return [row for row in example.rows if isinstance(row, t.Expect)]


def _values(settings: Iterable[t.Setting], kinds: dict[str, Kind]) -> dict[str, Value]:
    return {s.name.text: None if isinstance(s.value, t.Missing) else literal(s.value, kinds[s.name.text])
            for s in settings if s.name.text in kinds}  # fmt: skip


def _spans(example: t.Example, policy: Policy) -> list[list[date | None]]:
    """The periods of each level that the example is about: those it names, and longer ones around shorter ones."""
    if policy.dated is None:
        return [[None]]
    rows = [row for row in example.rows if not (isinstance(row, t.Given) and row.events)]
    found: list[list[date | None]] = []
    base: set[date] = set()
    for at, level in enumerate(policy.levels):
        unit = Base(level.unit)
        own = {day for row in rows if row.whose and row.whose.periods and row.whose.periods.unit == level.unit
               for day in days(row.whose.periods)}  # fmt: skip
        if at == 0:
            dated = {policy.dated.text: Kind(unit)}
            said = [_values(row.settings, dated).get(policy.dated.text) for row in rows if isinstance(row, t.Given)]
            base = own | {day for day in said if isinstance(day, date)}
            own = base
        found.append([*sorted(own | {start(unit, day) for day in base})])
    return found


def days(stretch: t.Stretch) -> list[date]:
    """Every period of a stretch, by its first day."""
    unit = Base(stretch.unit)
    first, last = (read_period(end.text, unit) for end in (stretch.first, stretch.last))
    return periods(unit, first, last) if first and last else []


def _about(row: t.Given | t.Expect, level: Policy, lowest: Policy, subject: str, period: date | None) -> bool:
    """Whether a line is about this subject and period; one that names no period is about the shortest ones."""
    whose = row.whose
    if whose and whose.subject not in (None, subject):
        return False
    if whose and whose.periods:
        return whose.periods.unit == level.unit and period in days(whose.periods)
    return level is lowest


def _case(level: Policy, subject: str, period: date | None, given: Sequence[t.Given], lowest: Policy,
          base: Sequence[date | None]) -> Case:  # fmt: skip
    kinds = {fact.name.text: kind_of(fact.kind) for fact in level.facts}
    facts: dict[str, Value] = {
        fact.name.text: literal(fact.default, kinds[fact.name.text]) if fact.default is not None else None
        for fact in level.facts
    }
    for name in level.within:
        facts.setdefault(name, "")
    for row in given:
        if row.events is None and _about(row, level, lowest, subject, period):
            facts |= _values(row.settings, kinds)
    facts[level.subject] = subject
    if level.dated:
        facts[level.dated.text] = period
    events = {table.name.text: _events(table, level, subject, given, base) for table in level.events}
    return Case(0, facts, events)


def _events(table: t.Events, level: Policy, subject: str, given: Sequence[t.Given],
            base: Sequence[date | None]) -> list[Event]:  # fmt: skip
    """The rows of `table` that are given to the subject, or to nobody by name; undated ones are of the first period."""
    kinds = {column.name.text: kind_of(column.kind) for column in table.rows}
    found: list[Event] = []
    for row in given:
        if row.events is not None and row.events.text == table.name.text:
            values: dict[str, Value] = {**dict.fromkeys(kinds), **_values(row.settings, kinds)}
            day = values[table.by.text] if table.by else None
            if values.get(level.subject) in (None, subject):
                found.append(Event(len(found) + 1, values, day if isinstance(day, date) else base[0]))
    return found


def _expected(row: t.Expect, policy: Policy, subjects: Sequence[str], spans: Sequence[Sequence[date | None]]) -> \
        Iterator[Expected]:  # fmt: skip
    """One for every name, subject and period; a line that names no period is about the last of the shortest ones."""
    stretch = row.whose.periods if row.whose else None
    units = [level.unit for level in policy.levels]
    at = units.index(stretch.unit) if stretch else 0
    level = policy.levels[at]
    kinds = {name: symbol.kind for name, symbol in level.symbols.items() if symbol.kind is not None}
    whom = (row.whose.subject,) if row.whose and row.whose.subject else subjects
    when = days(stretch) if stretch else spans[0][-1:]
    for setting in row.settings:
        value = None if isinstance(setting.value, t.Missing) else literal(setting.value, kinds.get(setting.name.text))
        for subject in whom:
            for period in when:
                yield Expected(setting.name.text, value, setting.span, subject, at, period)


def reachable(program: Program) -> tuple[list[n.Place], list[n.Place]]:
    """The rows of all blocks, and the lines that have a condition, each by its place."""
    rows: dict[n.Place, None] = {}
    guards: dict[n.Place, None] = {}
    for found in n.walk(program.definitions):
        match found:
            case n.Cases(table="", rows=cases):
                rows |= {row.place: None for row in cases}
            case n.Line(when=when) if when is not None:
                guards[found.place] = None
            case n.GradeOverride():
                guards[found.place] = None
    return list(rows), list(guards)


def reached(accounts: Iterable[Account], grades: Iterable[GradeResult]) -> set[n.Place]:
    """The rows chosen and the guarded lines that fired."""
    entries: list[Entry] = [entry for account in accounts for entry in account.entries]
    found = {choice.rows[choice.chosen] for entry in entries for choice in entry.choices}
    found |= {entry.place for entry in entries if not entry.reason}
    for grade in grades:
        found |= {choice.rows[choice.chosen] for choice in grade.choices}
        found |= {override.place for override in grade.overrides if override.holds}
    return found
