"""Examples: what they set and what they expect, held against what the policy declares."""

from collections.abc import Mapping, Sequence

from kpidsl.policy.declarations import check_literal, check_range
from kpidsl.policy.model import EVENTS, GRADE, LEDGER, LET, RANK, Symbol, kind_of
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Argument, Word, nearest
from kpidsl.values.calendar import read_period
from kpidsl.values.kinds import Base, Kind


def check_example(example: t.Example, levels: Sequence[Scope], dated: str | None) -> None:
    """`levels` of the policy, the shortest period first; a line that names no period is about that.

    `dated` is the fact that tells the period, where there are periods.
    """
    base = levels[0]
    for row in example.rows:
        scope = _level(row.whose.periods, levels) if row.whose and row.whose.periods else base
        if scope is None:
            continue
        if isinstance(row, t.Expect):
            _settings(row.settings, _of_roles(scope.symbols, LEDGER, LET, GRADE, RANK), "P031", scope)
        elif row.events is None:
            given = [symbol.node for symbol in scope.symbols.values()]
            _given(row.settings, [node for node in given if isinstance(node, t.Fact | t.Param)], scope)
        else:
            _events(row, row.events, levels)
    if not any(isinstance(row, t.Expect) for row in example.rows):
        base.report("P032", example.span)
    if dated is not None and not any(_names_period(row, dated) for row in example.rows):
        base.report("P054", example.span, name=dated)


def _names_period(row: t.Given | t.Expect, dated: str) -> bool:
    return bool(row.whose and row.whose.periods) or any(setting.name.text == dated for setting in row.settings)


def _level(stretch: t.Stretch, levels: Sequence[Scope]) -> Scope | None:
    """The level that a line is about; None, told, where nothing is assessed by such periods."""
    units = [scope.unit for scope in levels if scope.unit]
    if stretch.unit not in units:
        levels[0].report("P052", stretch.span, unit=Word(stretch.unit), known=tuple(map(Word, units)))
        return None
    ends = [read_period(end.text, Base(stretch.unit)) for end in (stretch.first, stretch.last)]
    if ends[0] is None or ends[1] is None or ends[1] < ends[0]:
        levels[0].report("P053", stretch.span, unit=Word(stretch.unit), text=stretch.span.text)
        return None
    return levels[units.index(stretch.unit)]


def _events(row: t.Given, name: t.Ident, levels: Sequence[Scope]) -> None:
    for scope in levels:
        symbol = scope.symbols.get(name.text)
        if symbol is not None and isinstance(symbol.node, t.Events):
            _given(row.settings, symbol.node.rows, scope)
            return
    known = [s.name for scope in levels for s in scope.symbols.values() if s.role == EVENTS]
    levels[0].report("N007", name.span, name=name.text, near=nearest(name.text, known))


def _given(settings: tuple[t.Setting, ...], declared: Sequence[t.Fact | t.Param], scope: Scope) -> None:
    known = {each.name.text: each for each in declared}
    _settings(settings, {name: kind_of(each.kind) for name, each in known.items()}, "P030", scope)
    for setting in settings:
        if setting.name.text in known:
            check_range(setting.value, known[setting.name.text], scope)


def _settings(settings: tuple[t.Setting, ...], known: Mapping[str, Kind], code: str, scope: Scope) -> None:
    for setting in settings:
        name = setting.name.text
        if name not in known:
            args: dict[str, Argument] = {"name": name, "near": nearest(name, known)}
            scope.report(code, setting.name.span, **args)
        elif not isinstance(setting.value, t.Missing):
            check_literal(setting.value, known[name], name, scope)


def _of_roles(symbols: Mapping[str, Symbol], *roles: str) -> dict[str, Kind]:
    return {s.name: s.kind for s in symbols.values() if s.role in roles and s.kind is not None}
