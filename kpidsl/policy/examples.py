"""Examples: what they set and what they expect, held against what the policy declares."""

from collections.abc import Mapping

from kpidsl.policy.declarations import check_literal
from kpidsl.policy.infer import Scope
from kpidsl.policy.model import EVENTS, FACT, GRADE, LEDGER, LET, PARAM, Symbol, kind_of
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Argument, nearest
from kpidsl.values import kinds as k
from kpidsl.values.kinds import Base, Kind


def check_example(example: t.Example, scope: Scope) -> None:
    for row in example.rows:
        if isinstance(row, t.Expect):
            _settings(row.settings, _expectable(scope.symbols), "P031", scope)
        elif row.events is None:
            _settings(row.settings, _settable(scope.symbols), "P030", scope)
        else:
            _events(row, row.events, scope)
    if not any(isinstance(row, t.Expect) for row in example.rows):
        scope.report("P032", example.span)


def _events(row: t.Given, name: t.Ident, scope: Scope) -> None:
    symbol = scope.symbols.get(name.text)
    if symbol is None or not isinstance(symbol.node, t.Events):
        known = [s.name for s in scope.symbols.values() if s.role == EVENTS]
        scope.report("N007", name.span, name=name.text, near=nearest(name.text, known))
        return
    _settings(row.settings, {column.name.text: kind_of(column.kind) for column in symbol.node.rows}, "P030", scope)


def _settings(settings: tuple[t.Setting, ...], known: Mapping[str, Kind], code: str, scope: Scope) -> None:
    for setting in settings:
        name = setting.name.text
        if name not in known:
            args: dict[str, Argument] = {"name": name, "near": nearest(name, known)}
            scope.report(code, setting.name.span, **args)
        elif not isinstance(setting.value, t.Missing):
            check_literal(setting.value, known[name], name, scope)


def _settable(symbols: Mapping[str, Symbol]) -> dict[str, Kind]:
    return {s.name: s.kind for s in symbols.values() if s.role in (FACT, PARAM) and s.kind is not None}


def _expectable(symbols: Mapping[str, Symbol]) -> dict[str, Kind]:
    """Ledgers, lets, grades and the total."""
    found = {s.name: s.kind for s in symbols.values() if s.role in (LEDGER, LET) and s.kind is not None}
    for symbol in symbols.values():
        if symbol.role == GRADE and isinstance(symbol.node, t.Grade):
            grades = tuple(row.grade.text for row in symbol.node.rows if isinstance(row, t.GradeBand))
            found[symbol.name] = Kind(Base.ONE_OF, options=grades)
    return {**found, t.TOTAL: k.POINTS}
