"""Names in expressions: what they stand for, and what is told of those that do not stand for what is wanted."""

from kpidsl.policy.hints import unglued
from kpidsl.policy.model import EVENTS, TABLE
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Word, nearest
from kpidsl.text.source import Span
from kpidsl.values.kinds import Base, Kind


def kind_of_name(node: t.Name, scope: Scope) -> Kind | None:
    if node.text in scope.columns:
        return scope.columns[node.text]
    symbol = scope.symbols.get(node.text)
    if symbol is None:
        units = [unit for unit, results in scope.below.items() if node.text in results]
        near = unglued(node, scope) or nearest(node.text, [*scope.columns, *scope.symbols])
        if units:
            yes_no = scope.below[units[0]][node.text].base is Base.YES_NO
            scope.report("N013", node.span, name=node.text, unit=Word(units[0]), near="yes" if yes_no else "")
        else:
            scope.report("N001", node.span, name=node.text, near=near)
        return None
    if symbol.role in (EVENTS, TABLE):
        events = node.text if symbol.role == EVENTS else ""
        scope.report("N003", node.span, name=node.text, role=Word(symbol.role), near=events)
        return None
    if isinstance(symbol.node, t.Fact) and not symbol.node.scored:
        scope.report("N009", node.span, name=node.text, unscored=Word("NOT_SCORED"))
    return symbol.kind


def has_role(name: t.Ident, roles: tuple[str, ...], code: str, scope: Scope) -> bool:
    """Whether `name` has one of the roles; if not, it is told with the nearest that has."""
    symbol = scope.symbols.get(name.text)
    if symbol is not None and symbol.role in roles:
        return True
    known = [s.name for s in scope.symbols.values() if s.role in roles and s.name]
    scope.report(code, name.span, name=name.text, near=nearest(name.text, known))
    return False


def check_option(text: str, span: Span, kind: Kind, scope: Scope) -> None:
    if kind.options and text not in kind.options:
        scope.report("N005", span, name=text, near=nearest(text, kind.options), known=kind.options)
