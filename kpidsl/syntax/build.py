"""Grammar rules to tree nodes: one method a rule, called by the parser as it reduces."""

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


def _cover(parts: list[Any]) -> Span:
    """From the first to the last part that has a place; optional parts are None, lists may be empty."""
    places = [p for part in parts for p in (part if isinstance(part, tuple) else (part,)) if p is not None]
    first: Span = places[0].span
    return first.to(places[-1].span)


def _inline(method: Callable[..., Any]) -> Callable[[Any, list[Any]], Any]:
    """A builder of (span, *parts) as the parser calls it: with the list of parts."""

    @wraps(method)
    def build(self: "Builder", parts: list[Any]) -> Any:
        return method(self, _cover(parts) if any(p is not None and p != () for p in parts) else None, *parts)

    return build


def _ident(token: Token) -> t.Ident:
    return t.Ident(token.span, fold(token.value))


def _label(token: Token | None) -> str | None:
    return token.value if token else None


def _worth(keyword: Token | None, value: Token | None) -> Fraction | None:
    return number(value.value) if keyword and value else None


def _whole(value: Token | None) -> int | None:
    """A number of periods or values; part of one is none, which no policy may ask for."""
    whole = number(value.value) if value else None
    return None if whole is None else int(whole)


class Builder:
    # ---- lists
    def names(self, parts: list[Token]) -> tuple[t.Ident, ...]:
        return tuple(_ident(p) for p in parts if p.type != "COMMA")

    options = names

    def bounds(self, parts: list[t.Bound]) -> tuple[t.Bound, ...]:
        return tuple(parts)

    def arguments(self, parts: list[Any]) -> tuple[Any, ...]:
        return tuple(p for p in parts if not (isinstance(p, Token) and p.type == "COMMA"))

    # ---- lines of a file
    @_inline
    def policy_head(self, span: Span, _: Token, title: Token, __: Token | None, edition: Token | None) -> t.Header:
        return t.Header(span, title.value, _label(edition))

    @_inline
    def extends_line(self, span: Span, _: Token, path: Token) -> t.Extends:
        return t.Extends(span, path.value)

    @_inline
    def facts_head(self, span: Span, _: Token) -> t.Facts:
        return t.Facts(span)

    @_inline
    def events_head(self, span: Span, _: Token, name: Token, label: Token | None, __: Token | None,
                    by: Token | None) -> t.Events:
        return t.Events(span, _ident(name), _label(label), _ident(by) if by else None)

    @_inline
    def assess_head(self, span: Span, _: Token, unit: Token) -> t.Assess:
        return t.Assess(span, unit.type)

    @_inline
    def replacement(self, span: Span, _: Token, line: Any) -> t.Replacement:
        return t.Replacement(span, line)

    @_inline
    def param_row(self, span: Span, _: Token, since: Token, __: Token, value: t.Expr) -> t.ParamRow:
        return t.ParamRow(span, t.Calendar(since.span, since.value), value)

    @_inline
    def param_line(self, span: Span, _: Token, name: Token, label: Token | None, __: Token, kind: t.Kind,
                   bounds: tuple[t.Bound, ...], ___: Token | None, value: Any) -> t.Param:
        return t.Param(span, _ident(name), _label(label), kind, bounds, value)

    @_inline
    def table_head(self, span: Span, _: Token, name: Token, label: Token | None, __: Token,
                   by: tuple[t.Ident, ...], ___: Token, kind: t.Kind) -> t.Table:
        return t.Table(span, _ident(name), _label(label), by, kind)

    @_inline
    def let_line(self, span: Span, _: Token, name: Token, label: Token | None, __: Token | None,
                 kind: t.Kind | None, ___: Token, value: t.Expr) -> t.Let:
        return t.Let(span, _ident(name), _label(label), kind, value)

    @_inline
    def subject_line(self, span: Span, _: Token, name: Token, __: Token | None,
                     within: tuple[t.Ident, ...] | None) -> t.Subject:
        return t.Subject(span, _ident(name), within or ())

    @_inline
    def period_line(self, span: Span, _: Token, unit: Token, __: Token | None, by: Token | None) -> t.Period:
        return t.Period(span, unit.type, _ident(by) if by else None)

    @_inline
    def round_line(self, span: Span, scope: Token, decimals: Token, _: Token, mode: Token) -> t.Rounding:
        return t.Rounding(span, scope.type, number(decimals.value), mode.type)

    # ---- facts and tables
    @_inline
    def fact_line(self, span: Span, name: Token, label: Token | None, _: Token, kind: t.Kind,
                  bounds: tuple[t.Bound, ...], presence: tuple[Any, ...] | None, unscored: Token | None) -> t.Fact:
        default = presence[1] if presence and len(presence) > 1 else None
        optional = presence is not None and default is None
        return t.Fact(span, _ident(name), _label(label), kind, bounds, optional, default, unscored is None)

    def presence(self, parts: list[Any]) -> tuple[Any, ...]:
        return tuple(parts)

    @_inline
    def kind(self, span: Span, base: Token) -> t.Kind:
        return t.Kind(span, base.type)

    @_inline
    def money_kind(self, span: Span, _: Token, __: Token) -> t.Kind:
        return t.Kind(span, "MONEY")

    @_inline
    def one_of_kind(self, span: Span, _: Token, options: tuple[t.Ident, ...]) -> t.Kind:
        return t.Kind(span, "ONE_OF", options)

    @_inline
    def bound(self, span: Span, side: Token, value: t.Expr) -> t.Bound:
        return t.Bound(span, side.type, value)

    @_inline
    def table_header(self, span: Span, _: Token, *keys: Token) -> t.TableHeader:
        return t.TableHeader(span, tuple(map(_ident, keys)))

    @_inline
    def table_since(self, span: Span, _: Token, since: Token) -> t.TableSince:
        return t.TableSince(span, t.Calendar(since.span, since.value))

    @_inline
    def table_row(self, span: Span, key: Token, *cells: t.Expr) -> t.TableRow:
        return t.TableRow(span, _ident(key), cells)

    # ---- ledgers
    @_inline
    def section_head(self, span: Span, role: Token, name: Token, label: Token | None, worth: Token | None,
                     value: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, _ident(name), _label(label), _worth(worth, value), False)

    part_head = section_head

    @_inline
    def rule_head(self, span: Span, is_open: Token | None, role: Token, name: Token, label: Token | None,
                  worth: Token | None, value: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, _ident(name), _label(label), _worth(worth, value), is_open is not None)

    @_inline
    def fill_head(self, span: Span, edit: Token, role: Token, name: Token) -> t.Ledger:
        return t.Ledger(span, role.type, _ident(name), None, None, False, edit=edit.type)

    @_inline
    def remove_line(self, span: Span, edit: Token, role: Token, name: Token) -> t.Ledger | t.Removal:
        if role.type in ("SECTION", "RULE", "PART"):
            return t.Ledger(span, role.type, _ident(name), None, None, False, edit=edit.type)
        return t.Removal(span, role.type, _ident(name))

    @_inline
    def payout_head(self, span: Span, role: Token, name: Token, label: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, _ident(name), _label(label), None, False)

    @_inline
    def total_head(self, span: Span, role: Token, label: Token | None, worth: Token | None,
                   value: Token | None) -> t.Ledger:
        name = t.Ident(role.span, t.TOTAL)
        return t.Ledger(span, role.type, name, _label(label), _worth(worth, value), False)

    @_inline
    def spread_line(self, span: Span, _: Token, __: Token | None, least: Token | None) -> t.Spread:
        return t.Spread(span, _whole(least))

    @_inline
    def replace_head(self, span: Span, edit: Token, role: Token, name: Token, label: Token | None,
                     worth: Token | None, value: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, _ident(name), _label(label), _worth(worth, value), False, edit=edit.type)

    @_inline
    def require_line(self, span: Span, _: Token, __: Token, name: Token, op: Token, share: Token,
                     source: Token | None) -> t.Require:
        return t.Require(span, _ident(name), op.type, number(share.value), _label(source))

    @_inline
    def source_line(self, span: Span, _: Token, text: Token) -> t.Cited:
        return t.Cited(span, text.value)

    @_inline
    def exempt_line(self, span: Span, _: Token, __: Token, when: t.Expr) -> t.Exempt:
        return t.Exempt(span, when)

    @_inline
    def posting(self, span: Span, verb: Token, amount: t.Expr, _: Token | None, when: t.Expr | None) -> t.Posting:
        return t.Posting(span, verb.type, amount, when)

    # ---- results
    @_inline
    def quota(self, span: Span, _: Token, grade: Token, limit: Token, __: Token | None,
              within: tuple[t.Ident, ...] | None, order: Token, ties: Token) -> t.Quota:
        return t.Quota(span, _ident(grade), number(limit.value), limit.type == "PERCENTAGE", within or (),
                       order.type == "LOWEST_FIRST", ties.type == "TIES_STAY")  # fmt: skip

    @_inline
    def grade_head(self, span: Span, _: Token, name: Token, label: Token | None, __: Token, value: t.Expr) -> t.Grade:
        return t.Grade(span, _ident(name), _label(label), value)

    @_inline
    def grade_band(self, span: Span, band: Any, _: Token, grade: Token) -> t.GradeBand:
        return t.GradeBand(span, band, _ident(grade))

    @_inline
    def grade_override(self, span: Span, _: Token, grade: Token, __: Token, when: t.Expr) -> t.GradeOverride:
        return t.GradeOverride(span, _ident(grade), when)

    @_inline
    def rank_line(self, span: Span, _: Token, name: Token, label: Token | None, __: Token, value: t.Expr,
                  ___: Token | None, within: tuple[t.Ident, ...] | None, order: Token,
                  ties: tuple[Any, ...]) -> t.Rank:
        return t.Rank(span, _ident(name), _label(label), value, within or (), order.type == "LOWEST_FIRST",
                      ties[0].type, ties[1:])  # fmt: skip

    @_inline
    def example_head(self, span: Span, _: Token, title: Token) -> t.Example:
        return t.Example(span, title.value)

    @_inline
    def whose(self, span: Span, first: Any, second: t.Stretch | None = None) -> t.Whose:
        if isinstance(first, t.Stretch):
            return t.Whose(span, None, first)
        return t.Whose(span, fold(first.value), second)

    @_inline
    def stretch(self, span: Span, unit: Token, first: Token, _: Token | None, last: Token | None) -> t.Stretch:
        start, stop = (t.Calendar(day.span, day.value) for day in (first, last or first))
        return t.Stretch(span, unit.type, start, stop)

    def given(self, parts: list[Any]) -> t.Given:
        return t.Given(_cover(parts), parts[-1], parts[1] if isinstance(parts[1], t.Whose) else None)

    def expect(self, parts: list[Any]) -> t.Expect:
        return t.Expect(_cover(parts), parts[-1], parts[1] if isinstance(parts[1], t.Whose) else None)

    @_inline
    def given_row(self, span: Span, _: Token, events: Token, __: Token, settings: tuple[t.Setting, ...]) -> t.Given:
        return t.Given(span, settings, None, _ident(events))

    def settings(self, parts: list[Any]) -> tuple[t.Setting, ...]:
        return tuple(part for part in parts if isinstance(part, t.Setting))

    @_inline
    def setting(self, span: Span, name: Token, _: Token, value: Any) -> t.Setting:
        ident = t.Ident(name.span, t.TOTAL if name.type == "TOTAL" else fold(name.value))
        return t.Setting(span, ident, t.Missing(value.span) if isinstance(value, Token) else value)

    def ties(self, parts: list[Any]) -> tuple[Any, ...]:
        return tuple(part for part in parts if not (isinstance(part, Token) and part.type == "COMMA"))

    # ---- blocks
    @_inline
    def bands(self, span: Span, _: Token, subject: t.Expr) -> t.Bands:
        return t.Bands(span, subject)

    @_inline
    def points(self, span: Span, _: Token, subject: t.Expr) -> t.Points:
        return t.Points(span, subject)

    @_inline
    def choose(self, span: Span, _: Token) -> t.Choose:
        return t.Choose(span)

    @_inline
    def band_row(self, span: Span, band: Any, _: Token, outcome: Any) -> t.BandRow:
        return t.BandRow(span, band, outcome)

    @_inline
    def point_row(self, span: Span, at: t.Expr, _: Token, value: t.Expr) -> t.PointRow:
        return t.PointRow(span, at, value)

    @_inline
    def case_row(self, span: Span, case: Any, _: Token, outcome: Any) -> t.CaseRow:
        return t.CaseRow(span, case, outcome)

    @_inline
    def one_sided(self, span: Span, op: Token, bound: t.Expr) -> t.OneSided:
        return t.OneSided(span, op.type, bound)

    @_inline
    def interval(self, span: Span, left: Token, low: t.Expr, _: Token, high: t.Expr, right: Token) -> t.Interval:
        return t.Interval(span, left.type == "LPAR", low, high, right.type == "RPAR")

    @_inline
    def otherwise(self, span: Span, _: Token) -> t.Otherwise:
        return t.Otherwise(span)

    @_inline
    def missing(self, span: Span, _: Token) -> t.Missing:
        return t.Missing(span)

    @_inline
    def slope(self, span: Span, _: Token, start: t.Expr, __: Token, stop: t.Expr) -> t.Slope:
        return t.Slope(span, start, stop)

    # ---- expressions
    @_inline
    def per(self, span: Span, amount: t.Expr, steps: Token, unit: t.Quantity, _: Token, measured: t.Expr) -> t.Per:
        return t.Per(span, amount, steps.type, unit, measured)

    @_inline
    def either(self, span: Span, left: t.Expr, op: Token, right: t.Expr) -> t.Logic:
        return t.Logic(span, op.type, left, right)

    both = either

    @_inline
    def negated(self, span: Span, _: Token, value: t.Expr) -> t.Not:
        return t.Not(span, value)

    @_inline
    def compare(self, span: Span, left: t.Expr, op: Token, right: t.Expr) -> t.Compare:
        return t.Compare(span, op.type, left, right)

    @_inline
    def is_missing(self, span: Span, value: t.Expr, _: Token) -> t.IsMissing:
        return t.IsMissing(span, value)

    @_inline
    def is_present(self, span: Span, value: t.Expr, _: Token) -> t.Not:
        return t.Not(span, t.IsMissing(span, value))

    @_inline
    def is_one_of(self, span: Span, value: t.Expr, _: Token, options: tuple[t.Ident, ...]) -> t.IsOneOf:
        return t.IsOneOf(span, value, options)

    @_inline
    def binary(self, span: Span, left: t.Expr, op: Token, right: t.Expr) -> t.Binary:
        return t.Binary(span, op.type, left, right)

    @_inline
    def signed(self, span: Span, sign: Token, value: t.Expr) -> t.Signed:
        return t.Signed(span, sign.type == "MINUS", value)

    @_inline
    def signed_literal(self, span: Span, sign: Token | None, value: t.Quantity) -> t.Quantity:
        return t.Quantity(span, -value.value if sign else value.value, value.unit)

    @_inline
    def group(self, span: Span, _: Token, inner: t.Expr, __: Token) -> t.Expr:
        return changed(inner, span=span)

    @_inline
    def call(self, span: Span, function: Token, _: Token, arguments: tuple[Any, ...], __: Token) -> t.Call:
        modes = [a.type for a in arguments if isinstance(a, Token)]
        values = tuple(a for a in arguments if not isinstance(a, Token))
        return t.Call(span, function.type, values, modes[0] if modes else "")

    @_inline
    def lookup(self, span: Span, table: Token, *parts: Any) -> t.Lookup:
        return t.Lookup(span, _ident(table), tuple(p for p in parts if not isinstance(p, Token)))

    @_inline
    def rows_of_events(self, span: Span, name: Token, _: Token | None, count: Token | None,
                       unit: Token | None) -> t.Rows:
        last = (_whole(count) or 0, unit.type) if count and unit else None
        return t.Rows(span, _ident(name), "", last)

    @_inline
    def rows_of_periods(self, span: Span, _: Token | None, count: Token | None, unit: Token, __: Token | None,
                        least: Token | None) -> t.Rows:
        last = (_whole(count) or 0, unit.type) if count else None
        return t.Rows(span, None, unit.type, last, _whole(least))

    @_inline
    def count_of(self, span: Span, function: Token, rows: t.Rows, _: Token | None, where: Any) -> t.Aggregate:
        return t.Aggregate(span, function.type, None, rows, where)

    @_inline
    def aggregate(self, span: Span, function: Token, value: t.Expr, _: Token, rows: t.Rows, __: Token | None,
                  where: Any) -> t.Aggregate:
        return t.Aggregate(span, function.type, value, rows, where)

    def choice_of(self, parts: list[Any]) -> t.ChoiceOf:
        function, present, *rest, _, least = parts
        arguments: tuple[Any, ...] = tuple(part for part in rest if isinstance(part, t.Node))
        return t.ChoiceOf(_cover(parts), function.type, present is not None, arguments, _whole(least))

    @_inline
    def previous(self, span: Span, _: Token, name: Token, __: Token | None, default: t.Expr | None) -> t.Previous:
        return t.Previous(span, t.Ident(name.span, t.TOTAL) if name.type == "TOTAL" else _ident(name), default)

    @_inline
    def group_size(self, span: Span, _: Token, rank: Token) -> t.GroupSize:
        return t.GroupSize(span, _ident(rank))

    @_inline
    def name(self, span: Span, token: Token) -> t.Name:
        return t.Name(span, token.value)

    @_inline
    def text(self, span: Span, token: Token) -> t.Text:
        return t.Text(span, fold(token.value))

    @_inline
    def total(self, span: Span, _: Token) -> t.Total:
        return t.Total(span)

    @_inline
    def full(self, span: Span, _: Token) -> t.Full:
        return t.Full(span)

    @_inline
    def yes_no(self, span: Span, token: Token) -> t.YesNo:
        return t.YesNo(span, token.type == "YES")

    @_inline
    def calendar(self, span: Span, token: Token) -> t.Calendar:
        return t.Calendar(span, token.value)

    @_inline
    def quantity(self, span: Span, token: Token, unit: Token | None = None) -> t.Quantity:
        if token.type == "PERCENTAGE":
            return t.Quantity(span, number(token.value), "PERCENT")
        name = unit.type if unit else "NUMBER"
        return t.Quantity(span, number(token.value) / UNITS.get(name, 1), name)
