"""Grades and ranks: what a value is called, and what place it takes."""

from kpidsl.policy.bands import check_bands
from kpidsl.policy.infer import compare_bounds, condition, infer
from kpidsl.policy.model import bounds_of
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Word, nearest
from kpidsl.values.kinds import Kind


def check_result(result: t.Grade | t.Rank, groups: list[str], scope: Scope) -> None:
    """`groups` are the names that the header has after `within`, by which ranks may be taken."""
    if isinstance(result, t.Rank):
        for value in (result.value, *result.breakers):
            _quantity(value, scope)
        _groups(result.within, groups, scope)
        return
    _quantity(result.value, scope)
    bands = [row for row in result.rows if isinstance(row, t.GradeBand)]
    compare_bounds(result.value, [bound for band in bands for bound in bounds_of(band.band)], scope)
    rows = tuple(t.BandRow(band.span, band.band, t.Missing(band.span)) for band in bands)
    check_bands(t.Bands(result.span, result.value, rows), scope)
    known = list(dict.fromkeys(band.grade.text for band in bands))
    for row in result.rows:
        if isinstance(row, t.GradeOverride | t.Quota) and row.grade.text not in known:
            scope.report("P028", row.grade.span, name=row.grade.text, near=nearest(row.grade.text, known),
                         known=tuple(known))  # fmt: skip
        if isinstance(row, t.GradeOverride):
            condition(row.when, scope)
        if isinstance(row, t.Quota):
            _groups(row.within, groups, scope)
            if row.grade.text == known[-1]:
                scope.report("P050", row.grade.span, name=row.grade.text)
            if row.limit > 1 if row.share else row.limit.denominator != 1:
                scope.report("P051", row.span, text=row.span.text)


def _groups(within: tuple[t.Ident, ...], groups: list[str], scope: Scope) -> None:
    for name in within:
        if name.text not in groups:
            scope.report("P029", name.span, name=name.text, near=nearest(name.text, groups), known=tuple(groups))


def _quantity(value: t.Expr, scope: Scope) -> None:
    kind: Kind | None = infer(value, scope)
    if kind is not None and not kind.numeric:
        scope.report("K003", value.span, text=value.span.text, kind=Word(kind.base))
