"""Examples of a policy as cases to run, and what of a program they reach."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.results import Account, Case, Entry, Event, GradeResult
from kpidsl.policy.model import Policy, literal
from kpidsl.syntax import tree as t
from kpidsl.values.kinds import Value
from kpidsl.values.node import node_fields


@dataclass(frozen=True)
class Expected:
    """What a ledger, let or grade is to come to; None is no score."""

    name: str
    value: Value
    place: n.Place


@dataclass(frozen=True)
class Trial:
    """An example: its facts, the parameters that it sets, and what it expects."""

    title: str
    place: n.Place
    case: Case
    params: dict[str, Value]
    expected: tuple[Expected, ...]


def trials(policy: Policy) -> list[Trial]:
    """The examples of the file that was asked for, not those of the files that it extends."""
    own = {id(line) for line in policy.files[-1].lines}
    return [_trial(example, policy) for example in policy.examples if id(example) in own]


def _trial(example: t.Example, policy: Policy) -> Trial:
    facts: dict[str, Value] = {
        fact.name.text: literal(fact.default) if fact.default is not None else None for fact in policy.facts
    }
    facts[policy.subject] = example.title
    params = {param.name.text for param in policy.params}
    events: dict[str, list[Event]] = {table.name.text: [] for table in policy.events}
    given: dict[str, Value] = {}
    expected: list[Expected] = []
    for row in example.rows:
        values = {s.name.text: None if isinstance(s.value, t.Missing) else literal(s.value) for s in row.settings}
        if isinstance(row, t.Expect):
            expected += [Expected(s.name.text, values[s.name.text], s.span) for s in row.settings]
        elif row.events is not None:
            table = next(table for table in policy.events if table.name.text == row.events.text)
            blank: dict[str, Value] = dict.fromkeys(column.name.text for column in table.rows)
            rows = events[row.events.text]
            rows.append(Event(len(rows) + 1, {**blank, **values}))
        else:
            facts |= {name: value for name, value in values.items() if name not in params}
            given |= {name: value for name, value in values.items() if name in params}
    return Trial(example.title, example.span, Case(0, facts, events), given, tuple(expected))


def reachable(program: n.Program) -> tuple[list[n.Place], list[n.Place]]:
    """The rows of all blocks, and the lines that have a condition, each by its place."""
    rows: dict[n.Place, None] = {}
    guards: dict[n.Place, None] = {}
    for found in _walk((*program.definitions, *program.results)):
        if isinstance(found, n.Cases) and not found.table:
            rows |= {row.place: None for row in found.rows}
        if isinstance(found, n.Line) and found.when is not None:
            guards[found.place] = None
        if isinstance(found, n.GradeOverride):
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


def _walk(nodes: Any) -> Iterator[Any]:
    pending = list(nodes)
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending += current
        elif isinstance(current, n.Node):
            yield current
            pending += [getattr(current, f.name) for f in node_fields(current) if f.name != "place"]
