"""The kind of every expression, from the kinds of what it is made of."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from kpidsl.policy.arithmetic import comparable, together
from kpidsl.policy.model import RANK, TABLE, bounds_of, calendar_kind, columns_of, constant, day, is_zero, quantity_kind
from kpidsl.policy.names import check_option, has_role, kind_of_name
from kpidsl.policy.operands import check_options, check_per, check_sides, is_number, of_binary
from kpidsl.policy.rows import has_rows, names_in
from kpidsl.policy.scope import KEPT, Scope
from kpidsl.policy.tables import axes
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Phrase, Ready, Word, nearest
from kpidsl.values import kinds as k
from kpidsl.values.kinds import Base, Kind


def infer(node: t.Expr | t.Slope, scope: Scope) -> Kind | None:
    """The kind of `node`; None where it has none, the reason being among the findings already."""
    match node:
        case t.Quantity():
            return quantity_kind(node)
        case t.Text():
            return k.TEXT
        case t.YesNo():
            return k.YES_NO
        case t.Calendar():
            if day(node) is None:
                scope.report("K017", node.span, text=node.text)
            return calendar_kind(node)
        case t.Total():
            return k.POINTS
        case t.Full():
            return _full(node, scope)
        case t.Name():
            return kind_of_name(node, scope)
        case t.Signed():
            return _numeric(node.value, scope)
        case t.Binary():
            return _binary(node, scope)
        case t.Compare():
            return _compare(node, scope)
        case t.Logic():
            condition(node.left, scope)
            condition(node.right, scope)
            return k.YES_NO
        case t.Not():
            condition(node.value, scope)
            return k.YES_NO
        case t.IsMissing():
            infer(node.value, scope)
            return k.YES_NO
        case t.IsOneOf():
            return _is_one_of(node, scope)
        case t.Call():
            return _call(node, scope)
        case t.Lookup():
            return _lookup(node, scope)
        case t.Aggregate():
            return _aggregate(node, scope)
        case t.ChoiceOf():
            return _choice_of(node, scope)
        case t.Previous():
            return _previous(node, scope)
        case t.GroupSize(rank=rank):
            has_role(rank, (RANK,), "N011", scope)
            return k.COUNT
        case t.Per():
            return _per(node, scope)
        case t.Bands() | t.Points() | t.Choose():
            return _block(node, scope)
        case t.Slope():
            return unify((node.start, node.stop), scope)
        case t.Missing():
            return None


def condition(node: t.Expr, scope: Scope) -> None:
    kind = infer(node, scope)
    if kind is not None and kind.base is not Base.YES_NO:
        scope.report("K005", node.span, kind=Word(kind.base), text=node.span.text)


def unify(nodes: tuple[t.Expr | t.Slope | t.Missing, ...], scope: Scope) -> Kind | None:
    """The one kind that all of `nodes` have; a 0 has any, and a 1 is also the coefficient 100%."""
    kind: Kind | None = None
    for node in sorted(nodes, key=_is_coefficient):
        other = infer(node, scope)
        if other is None or is_zero(node) or (_is_coefficient(node) and kind == k.PERCENT):
            continue
        common = other if kind is None else together(kind, other)
        if common is None:
            assert kind is not None
            scope.report("K004", node.span, kind=Word(other.base), other=Word(kind.base))
            return None
        kind = common
    return kind or (k.NUMBER if nodes else None)


def _is_coefficient(node: object) -> bool:
    return isinstance(node, t.Quantity) and node.value == 1 and node.unit == "NUMBER"


def _full(node: t.Full, scope: Scope) -> Kind | None:
    if not scope.worth:
        scope.report("N004", node.span)
        return None
    return k.POINTS


def _numeric(node: t.Expr, scope: Scope) -> Kind | None:
    kind = infer(node, scope)
    return kind if is_number(node, kind, scope) else None


def _binary(node: t.Binary, scope: Scope) -> Kind | None:
    left, right = _numeric(node.left, scope), _numeric(node.right, scope)
    return None if left is None or right is None else of_binary(node, left, right, scope)


def _compare(node: t.Compare, scope: Scope) -> Kind:
    compare_kinds(node.left, node.right, scope)
    kind = infer(node.left, replace(scope, findings=[]))
    if kind is not None and node.op not in ("EQ", "NE") and (kind.textual or kind.base is Base.YES_NO):
        scope.report("K023", node.span, text=node.left.span.text, kind=Word(kind.base))
    return k.YES_NO


def _against_option(left: t.Expr, right: t.Expr, scope: Scope) -> bool:
    """Whether one side is a name that only spells an option of the other; it is checked then."""
    for one, other in ((left, right), (right, left)):
        if isinstance(other, t.Name) and not scope.knows(other.text):
            kind = infer(one, scope) if not isinstance(one, t.Name) or scope.knows(one.text) else None
            if kind is not None and kind.textual:
                check_option(other.text, other.span, kind, scope)
                return True
    return False


def compare_kinds(left: t.Expr, right: t.Expr, scope: Scope) -> None:
    if not _against_option(left, right, scope):
        check_sides(left, infer(left, scope), right, infer(right, scope), scope)


def compare_bounds(subject: t.Expr, bounds: Sequence[t.Expr], scope: Scope) -> None:
    """Bounds against what they bound. Where none fits or has a mend of its own, the subject is wrong: told once."""
    before = len(scope.findings)
    for bound in bounds:
        compare_kinds(subject, bound, scope)
    found = scope.findings[before:]
    clashes = [finding for finding in found if finding.code == "K002"]
    if len(clashes) == len(bounds) and not any(isinstance(finding.args["near"], Ready) for finding in clashes):
        scope.findings[before:] = [finding for finding in found if finding not in clashes[1:]]


def _is_one_of(node: t.IsOneOf, scope: Scope) -> Kind:
    kind = infer(node.value, scope)
    if kind is not None:
        check_options(node, kind, scope)
    return k.YES_NO


def _call(node: t.Call, scope: Scope) -> Kind | None:
    if node.function in ("MIN", "MAX"):
        kind = unify(node.arguments, scope)
        return kind if is_number(node.arguments[0], kind, scope) else None
    most = 1 if node.function == "ABS" else 2
    if len(node.arguments) > most:
        scope.report("K008", node.span, function=Word(node.function), near="" if most == 1 else "step")
        return None
    if node.mode and node.function != "ROUND":
        scope.report("K020", node.span, function=Word(node.function), round=Word("ROUND"))
    kind = _numeric(node.arguments[0], scope)
    if kind is None or node.function == "ABS":
        return kind
    if len(node.arguments) == 1:
        if kind.base in (Base.PERCENT, Base.PP):
            unit = "%" if kind.base is Base.PERCENT else Word("PP")
            near = Phrase((Word(node.function), f"({node.arguments[0].span.text}, 1", unit, ")"), between="")
            scope.report("K009", node.span, function=Word(node.function), near=near)
        return kind
    step = node.arguments[1]
    if not isinstance(step, t.Quantity) or step.value <= 0:
        scope.report("K010", step.span, text=step.span.text)
    else:
        compare_kinds(node.arguments[0], step, scope)
    return kind


def _lookup(node: t.Lookup, scope: Scope) -> Kind | None:
    symbol = scope.symbols.get(node.table.text)
    if symbol is None or not isinstance(symbol.node, t.Table):
        tables = [s.name for s in scope.symbols.values() if s.role == TABLE]
        scope.report("N006", node.table.span, name=node.table.text, near=nearest(node.table.text, tables))
        return None
    table = symbol.node
    if len(node.keys) != len(table.by):
        scope.report("K011", node.span, name=table.name.text, wanted=len(table.by), given=len(node.keys))
        return symbol.kind
    for key, axis in zip(node.keys, axes(table), strict=False):     # P012 tells where the axes do not fit
        if isinstance(key, t.Name) and not scope.knows(key.text):
            check_option(key.text, key.span, Kind(Base.ONE_OF, options=axis), scope)
            continue
        kind = infer(key, scope)
        if kind is not None and not kind.textual:
            scope.report("K012", key.span, text=key.span.text, kind=Word(kind.base), name=table.name.text)
        lacking = tuple(option for option in kind.options if option not in axis) if kind is not None else ()
        if lacking:
            scope.report("P056", key.span, text=key.span.text, name=table.name.text, lacking=lacking,
                         line=table.span.line)  # fmt: skip
    return symbol.kind


def _aggregate(node: t.Aggregate, scope: Scope) -> Kind | None:
    if not has_rows(node, scope):
        return None
    own = columns_of(node.rows, scope.symbols, scope.below)
    inner = replace(scope, columns={**scope.columns, **own})
    if node.where is not None:
        swallowed = _swallowed(node.where, inner)
        if swallowed is not None:
            at, more = swallowed.left.span.end, swallowed.span.text[len(swallowed.left.span.text) :].strip()
            count = node.span.text[: at - node.span.start].lstrip("(（ \n")
            near = f"({count}) {more}"
            alone = swallowed.span.end == node.span.end and node.span.text[0] not in "(（"
            scope.report("K028", node.where.span, near=Ready(near, node.span) if alone else near)
            return None
        condition(node.where, inner)
    if node.value is None:
        return k.COUNT
    if node.rows.unit in scope.below and not any(name in own for name in names_in(node.value)):
        scope.report("P055", node.value.span, text=node.value.span.text, unit=Word(node.rows.unit))
    kind = _numeric(node.value, inner)
    return k.NUMBER if kind == k.COUNT and node.function == "AVERAGE_OF" else kind


def _swallowed(where: t.Expr, scope: Scope) -> t.Compare | t.Binary | None:
    """What was meant for the count of the rows and went into the condition on them: `count of x where y > 0`."""
    if isinstance(where, t.Logic):
        return _swallowed(where.left, scope) or _swallowed(where.right, scope)
    meant = where.right if isinstance(where, t.Compare) and isinstance(where.right, t.Binary) else where
    if not isinstance(meant, t.Binary) and not (isinstance(meant, t.Compare) and isinstance(meant.right, t.Quantity)):
        return None
    left = infer(meant.left, replace(scope, findings=[]))
    return meant if left is not None and left.base is Base.YES_NO else None


def _choice_of(node: t.ChoiceOf, scope: Scope) -> Kind | None:
    kind = unify(node.arguments, scope)
    if not is_number(node.arguments[0], kind, scope):
        return None
    if node.least is not None and (not node.present or node.least > len(node.arguments)):
        scope.report("P057", node.span, least=node.least, most=len(node.arguments))
    return k.NUMBER if kind == k.COUNT and node.function == "AVERAGE_OF" else kind


def _previous(node: t.Previous, scope: Scope) -> Kind | None:
    if not scope.unit:
        scope.report("P037", node.span)
    default = infer(node.default, scope) if node.default is not None else None
    if not has_role(node.name, KEPT, "N012", scope):
        return None
    kind = scope.symbols[node.name.text].kind
    if kind is None:
        scope.report("K027", node.span, name=node.name.text, kind=Word(default.base if default else Base.NUMBER))
    elif default is not None and node.default is not None and not is_zero(node.default) \
            and not comparable(kind, default):
        scope.report("K004", node.default.span, kind=Word(default.base), other=Word(kind.base))
    return kind


def _per(node: t.Per, scope: Scope) -> Kind | None:
    amount, measured = _numeric(node.amount, scope), _numeric(node.measured, scope)
    check_per(node, measured, scope)
    return amount


def _block(node: t.Block, scope: Scope) -> Kind | None:
    match node:
        case t.Bands(subject=subject, rows=rows):
            bounds = [bound for row in rows for bound in bounds_of(row.band)]
            compare_bounds(subject, bounds, scope)
            for row in rows:
                if isinstance(row.outcome, t.Slope) and not isinstance(row.band, t.Interval):
                    scope.report("K016", row.band.span)
            if not bounds:
                infer(subject, scope)
            return unify(tuple(row.outcome for row in rows), scope)
        case t.Points(subject=subject, rows=points):
            compare_bounds(subject, [point.at for point in points], scope)
            ends = [end for end in (constant(point.at) for point in points) if end is not None]
            if len(points) < 2 or any(low >= high for low, high in pairwise(ends)):
                scope.report("P023", node.span)
            return unify(tuple(point.value for point in points), scope)
        case t.Choose(rows=cases):
            for case in cases:
                if not isinstance(case.case, t.Otherwise):
                    condition(case.case, scope)
            return unify(tuple(case.outcome for case in cases), scope)
