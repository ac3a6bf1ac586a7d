"""Grammar rules of amounts and conditions to tree nodes: one method a rule, called by the parser as it reduces."""

from collections.abc import Callable
from fractions import Fraction
from functools import wraps
from typing import Any

from kpidsl.syntax import tree as t
from kpidsl.syntax.tokens import Token
from kpidsl.text.source import Span
from kpidsl.values.node import changed
from kpidsl.values.reading import fold

UNITS = {"PP": 100, "YUAN": 1, "DAYS": 1}


def number(text: str) -> Fraction:
    return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)


def cover(parts: list[Any]) -> Span:
    """From the first to the last part that has a place; optional parts are None, lists may be empty."""
    places = [p for part in parts for p in (part if isinstance(part, tuple) else (part,)) if p is not None]
    first: Span = places[0].span
    return first.to(places[-1].span)


def inline(method: Callable[..., Any]) -> Callable[[Any, list[Any]], Any]:
    """A builder of (span, *parts) as the parser calls it: with the list of parts."""

    @wraps(method)
    def build(self: "ExpressionBuilder", parts: list[Any]) -> Any:
        return method(self, cover(parts) if any(p is not None and p != () for p in parts) else None, *parts)

    return build


def ident(token: Token) -> t.Ident:
    return t.Ident(token.span, fold(token.value))


def label_of(token: Token | None) -> str | None:
    return token.value if token else None


def worth_of(keyword: Token | None, value: Token | None) -> Fraction | None:
    return number(value.value) if keyword and value else None


def whole(value: Token | None) -> int | None:
    """A number of periods or values; part of one is none, which no policy may ask for."""
    return int(number(value.value)) if value else None


class ExpressionBuilder:
    # ---- blocks
    @inline
    def bands(self, span: Span, _: Token, subject: t.Expr) -> t.Bands:
        return t.Bands(span, subject)

    @inline
    def points(self, span: Span, _: Token, subject: t.Expr) -> t.Points:
        return t.Points(span, subject)

    @inline
    def choose(self, span: Span, _: Token) -> t.Choose:
        return t.Choose(span)

    @inline
    def band_row(self, span: Span, band: Any, _: Token, outcome: Any) -> t.BandRow:
        return t.BandRow(span, band, outcome)

    @inline
    def point_row(self, span: Span, at: t.Expr, _: Token, value: t.Expr) -> t.PointRow:
        return t.PointRow(span, at, value)

    @inline
    def case_row(self, span: Span, case: Any, _: Token, outcome: Any) -> t.CaseRow:
        return t.CaseRow(span, case, outcome)

    @inline
    def one_sided(self, span: Span, op: Token, bound: t.Expr) -> t.OneSided:
        return t.OneSided(span, op.type, bound)

    @inline
    def interval(self, span: Span, left: Token, low: t.Expr, _: Token, high: t.Expr, right: Token) -> t.Interval:
        return t.Interval(span, left.type == "LPAR", low, high, right.type == "RPAR")

    @inline
    def otherwise(self, span: Span, _: Token) -> t.Otherwise:
        return t.Otherwise(span)

    @inline
    def missing(self, span: Span, _: Token) -> t.Missing:
        return t.Missing(span)

    @inline
    def slope(self, span: Span, _: Token, start: t.Expr, __: Token, stop: t.Expr) -> t.Slope:
        return t.Slope(span, start, stop)

    # ---- expressions
    @inline
    def per(self, span: Span, amount: t.Expr, steps: Token, unit: t.Quantity, _: Token, measured: t.Expr) -> t.Per:
        return t.Per(span, amount, steps.type, unit, measured)

    @inline
    def either(self, span: Span, left: t.Expr, op: Token, right: t.Expr) -> t.Logic:
        return t.Logic(span, op.type, left, right)

    both = either

    @inline
    def negated(self, span: Span, _: Token, value: t.Expr) -> t.Not:
        return t.Not(span, value)

    @inline
    def compare(self, span: Span, left: t.Expr, op: Token, right: t.Expr) -> t.Compare:
        return t.Compare(span, op.type, left, right)

    @inline
    def is_missing(self, span: Span, value: t.Expr, _: Token) -> t.IsMissing:
        return t.IsMissing(span, value)

    @inline
    def is_present(self, span: Span, value: t.Expr, _: Token) -> t.Not:
        return t.Not(span, t.IsMissing(span, value))

    @inline
    def is_one_of(self, span: Span, value: t.Expr, _: Token, options: tuple[t.Ident, ...]) -> t.IsOneOf:
        return t.IsOneOf(span, value, options)

    @inline
    def binary(self, span: Span, left: t.Expr, op: Token, right: t.Expr) -> t.Binary:
        return t.Binary(span, op.type, left, right)

    @inline
    def signed(self, span: Span, sign: Token, value: t.Expr) -> t.Signed:
        return t.Signed(span, sign.type == "MINUS", value)

    @inline
    def signed_literal(self, span: Span, sign: Token | None, value: t.Quantity) -> t.Quantity:
        return t.Quantity(span, -value.value if sign else value.value, value.unit)

    @inline
    def group(self, span: Span, _: Token, inner: t.Expr, __: Token) -> t.Expr:
        return changed(inner, span=span)

    @inline
    def call(self, span: Span, function: Token, _: Token, arguments: tuple[Any, ...], __: Token) -> t.Call:
        modes = [a.type for a in arguments if isinstance(a, Token)]
        values = tuple(a for a in arguments if not isinstance(a, Token))
        return t.Call(span, function.type, values, modes[0] if modes else "")

    @inline
    def lookup(self, span: Span, table: Token, *parts: Any) -> t.Lookup:
        return t.Lookup(span, ident(table), tuple(p for p in parts if not isinstance(p, Token)))

    @inline
    def rows_of_events(self, span: Span, name: Token, _: Token | None, count: Token | None,
                       unit: Token | None) -> t.Rows:
        last = (whole(count) or 0, unit.type) if count and unit else None
        return t.Rows(span, ident(name), "", last)

    @inline
    def rows_of_periods(self, span: Span, _: Token | None, count: Token | None, unit: Token, __: Token | None,
                        least: Token | None) -> t.Rows:
        last = (whole(count) or 0, unit.type) if count else None
        return t.Rows(span, None, unit.type, last, whole(least))

    @inline
    def count_of(self, span: Span, function: Token, rows: t.Rows, _: Token | None, where: Any) -> t.Aggregate:
        return t.Aggregate(span, function.type, None, rows, where)

    @inline
    def aggregate(self, span: Span, function: Token, value: t.Expr, _: Token, rows: t.Rows, __: Token | None,
                  where: Any) -> t.Aggregate:
        return t.Aggregate(span, function.type, value, rows, where)

    def choice_of(self, parts: list[Any]) -> t.ChoiceOf:
        function, present, *rest, _, least = parts
        arguments: tuple[Any, ...] = tuple(part for part in rest if isinstance(part, t.Node))
        return t.ChoiceOf(cover(parts), function.type, present is not None, arguments, whole(least))

    @inline
    def previous(self, span: Span, _: Token, name: Token, __: Token | None, default: t.Expr | None) -> t.Previous:
        return t.Previous(span, t.Ident(name.span, t.TOTAL) if name.type == "TOTAL" else ident(name), default)

    @inline
    def group_size(self, span: Span, _: Token, rank: Token) -> t.GroupSize:
        return t.GroupSize(span, ident(rank))

    @inline
    def name(self, span: Span, token: Token) -> t.Name:
        return t.Name(span, token.value)

    @inline
    def text(self, span: Span, token: Token) -> t.Text:
        return t.Text(span, fold(token.value))

    @inline
    def total(self, span: Span, _: Token) -> t.Total:
        return t.Total(span)

    @inline
    def full(self, span: Span, _: Token) -> t.Full:
        return t.Full(span)

    @inline
    def yes_no(self, span: Span, token: Token) -> t.YesNo:
        return t.YesNo(span, token.type == "YES")

    @inline
    def calendar(self, span: Span, token: Token) -> t.Calendar:
        return t.Calendar(span, token.value)

    @inline
    def quantity(self, span: Span, token: Token, unit: Token | None = None) -> t.Quantity:
        if token.type == "PERCENTAGE":
            return t.Quantity(span, number(token.value), "PERCENT")
        name = unit.type if unit else "NUMBER"
        return t.Quantity(span, number(token.value) / UNITS.get(name, 1), name)
