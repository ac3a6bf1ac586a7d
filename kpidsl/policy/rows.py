"""The rows that an aggregate goes over: events, or the periods of this level and of those below."""

from kpidsl.policy.model import EVENTS
from kpidsl.policy.names import has_role
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Word
from kpidsl.values.calendar import MONTHS
from kpidsl.values.kinds import Base


def has_rows(node: t.Aggregate, scope: Scope) -> bool:
    """Whether there are such rows to go over."""
    rows = node.rows
    if rows.last is not None and (not scope.unit or rows.last[0] < 1):
        scope.report("P037" if rows.last[0] else "K010", rows.span, text=rows.span.text)
    if rows.name is not None:
        if node.function == "STREAK_OF":
            scope.report("P040", rows.span, name=rows.name.text)
        symbol = scope.symbols.get(rows.name.text)
        if rows.last and scope.unit and symbol and isinstance(symbol.node, t.Events) and symbol.node.by is None:
            scope.report("P036", rows.span, name=rows.name.text, known=())
        return has_role(rows.name, (EVENTS,), "N007", scope)
    most = _periods_in(rows, scope)
    if rows.least is not None and (node.function == "STREAK_OF" or (most is not None and rows.least > most)):
        scope.report("P057", rows.span, least=rows.least, most=most or 0)
    if rows.unit in scope.below:
        return True
    if rows.unit != scope.unit or not scope.unit:
        scope.report("P039", rows.span, unit=Word(rows.unit), known=tuple(map(Word, scope.below)))
        return False
    if rows.last is None and node.function != "STREAK_OF":
        scope.report("P038", rows.span, unit=Word(rows.unit), last=Word("LAST"))
    return True


def _periods_in(rows: t.Rows, scope: Scope) -> int | None:
    """How many periods the rows can have at most; None where the unit is unknown here."""
    count, unit = rows.last or (1, scope.unit)
    if not scope.unit or not rows.unit:
        return None
    return count * MONTHS[Base(unit)] // MONTHS[Base(rows.unit)]


def names_in(value: t.Expr) -> list[str]:
    """The names, the total's among them, that the value taken of each row is made of."""
    return [t.TOTAL if isinstance(found, t.Total) else found.text
            for found in t.walk(value) if isinstance(found, t.Name | t.Total)]  # fmt: skip
