"""Operands whose kinds are known: whether they fit together, and what they make. Where they do not, that is told."""

from kpidsl.policy.arithmetic import comparable, of_product, of_quotient, of_sum
from kpidsl.policy.hints import as_percent, unit_for
from kpidsl.policy.model import is_zero, quantity_kind
from kpidsl.policy.names import check_option
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Phrase, Word
from kpidsl.values.kinds import Base, Kind


def is_number(node: t.Expr, kind: Kind | None, scope: Scope) -> bool:
    """Whether a kind, where it is known, is one of numbers; if not, it is told at `node`."""
    if kind is not None and not kind.numeric:
        scope.report("K003", node.span, text=node.span.text, kind=Word(kind.base))
        return False
    return True


def of_binary(node: t.Binary, left: Kind, right: Kind, scope: Scope) -> Kind | None:
    if node.op in ("PLUS", "MINUS"):
        if is_zero(node.left) or is_zero(node.right):
            return left if is_zero(node.right) else right
        kind = of_sum(node.op, left, right)
    else:
        kind = of_product(left, right) if node.op == "STAR" else of_quotient(left, right)
    if kind is None:
        near = as_percent(node.left, left, right) or as_percent(node.right, right, left)
        scope.report("K001", node.span, left=node.left.span.text, kind=Word(left.base), right=node.right.span.text,
                     other=Word(right.base), near=near)  # fmt: skip
    return kind


def check_sides(left: t.Expr, one: Kind | None, right: t.Expr, other: Kind | None, scope: Scope) -> None:
    """That `left`, which is of the kind `one`, can be compared with `right`, which is of the kind `other`."""
    if one is None or other is None or comparable(one, other):
        for kind, node in ((one, right), (other, left)):
            if kind is not None and kind.base is Base.ONE_OF and isinstance(node, t.Text):
                check_option(node.text, node.span, kind, scope)
        return
    if (one.numeric and is_zero(right)) or (other.numeric and is_zero(left)):
        return
    near = as_percent(right, other, one) or as_percent(left, one, other)
    if Base.YES_NO in (one.base, other.base):
        near = Phrase((Word("WHEN"), (left if one.base is Base.YES_NO else right).span.text))
    scope.report("K002", right.span, left=left.span.text, kind=Word(one.base), right=right.span.text,
                 other=Word(other.base), near=near)  # fmt: skip


def check_options(node: t.IsOneOf, kind: Kind, scope: Scope) -> None:
    """That a value of `kind` can be one of the texts that are listed."""
    if not kind.textual:
        scope.report("K002", node.value.span, left=node.value.span.text, kind=Word(kind.base),
                     right=node.options[0].text, other=Word(Base.TEXT), near="")  # fmt: skip
        return
    for option in node.options:
        check_option(option.text, option.span, kind, scope)


def check_per(node: t.Per, measured: Kind | None, scope: Scope) -> None:
    """That the steps are some of what is measured, and that the amount is not a sum without parentheses."""
    whole = node.amount
    if isinstance(whole, t.Binary) and whole.op in ("PLUS", "MINUS") and whole.span.text[0] not in "(（":
        scope.report("K025", whole.span, text=whole.span.text, last=whole.right.span.text)
    if node.unit.value <= 0:
        scope.report("K010", node.unit.span, text=node.unit.span.text)
    unit = quantity_kind(node.unit)
    if measured is not None and not comparable(unit, measured):
        near = unit_for(node.unit, unit, measured)
        scope.report("K006", node.unit.span, unit=node.unit.span.text, text=node.measured.span.text,
                     kind=Word(measured.base), near=near)  # fmt: skip
