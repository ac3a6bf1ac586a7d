"""Grammar rules of lines to tree nodes: one method a rule, called by the parser as it reduces."""

from typing import Any

from kpidsl.syntax import tree as t
from kpidsl.syntax.build_expressions import ExpressionBuilder, cover, ident, inline, label_of, number, whole, worth_of
from kpidsl.syntax.tokens import Token
from kpidsl.text.source import Span
from kpidsl.values.reading import fold


class Builder(ExpressionBuilder):
    # ---- lists
    def names(self, parts: list[Token]) -> tuple[t.Ident, ...]:
        return tuple(ident(p) for p in parts if p.type != "COMMA")

    options = names

    def bounds(self, parts: list[t.Bound]) -> tuple[t.Bound, ...]:
        return tuple(parts)

    def arguments(self, parts: list[Any]) -> tuple[Any, ...]:
        return tuple(p for p in parts if not (isinstance(p, Token) and p.type == "COMMA"))

    # ---- lines of a file
    @inline
    def policy_head(self, span: Span, _: Token, title: Token, __: Token | None, edition: Token | None) -> t.Header:
        return t.Header(span, title.value, label_of(edition))

    @inline
    def extends_line(self, span: Span, _: Token, path: Token) -> t.Extends:
        return t.Extends(span, path.value)

    @inline
    def facts_head(self, span: Span, _: Token) -> t.Facts:
        return t.Facts(span)

    @inline
    def events_head(self, span: Span, _: Token, name: Token, label: Token | None, __: Token | None,
                    by: Token | None) -> t.Events:
        return t.Events(span, ident(name), label_of(label), ident(by) if by else None)

    @inline
    def claim_line(self, span: Span, word: Token, title: Token | None, _: Token | None, condition: t.Expr) -> t.Claim:
        return t.Claim(span, word.type == "ALWAYS", label_of(title), condition)

    @inline
    def trend_line(self, span: Span, _: Token, title: Token | None, __: Token | None, fact: Token, ___: Token,
                   ____: Token, ledger: Token, way: Token) -> t.Trend:  # fmt: skip
        of = t.Ident(ledger.span, t.TOTAL) if ledger.type == "TOTAL" else ident(ledger)
        return t.Trend(span, label_of(title), ident(fact), of, way.type == "NEVER_FALLS")

    @inline
    def assess_head(self, span: Span, _: Token, unit: Token) -> t.Assess:
        return t.Assess(span, unit.type)

    @inline
    def replacement(self, span: Span, _: Token, line: Any) -> t.Replacement:
        return t.Replacement(span, line)

    @inline
    def param_row(self, span: Span, _: Token, since: Token, __: Token, value: t.Expr) -> t.ParamRow:
        return t.ParamRow(span, t.Calendar(since.span, since.value), value)

    @inline
    def param_line(self, span: Span, _: Token, name: Token, label: Token | None, __: Token, kind: t.Kind,
                   bounds: tuple[t.Bound, ...], ___: Token | None, value: Any) -> t.Param:
        return t.Param(span, ident(name), label_of(label), kind, bounds, value)

    @inline
    def table_head(self, span: Span, _: Token, name: Token, label: Token | None, __: Token,
                   by: tuple[t.Ident, ...], ___: Token, kind: t.Kind) -> t.Table:
        return t.Table(span, ident(name), label_of(label), by, kind)

    @inline
    def let_line(self, span: Span, _: Token, name: Token, label: Token | None, __: Token | None,
                 kind: t.Kind | None, ___: Token, value: t.Expr) -> t.Let:
        return t.Let(span, ident(name), label_of(label), kind, value)

    @inline
    def subject_line(self, span: Span, _: Token, name: Token, __: Token | None,
                     within: tuple[t.Ident, ...] | None) -> t.Subject:
        return t.Subject(span, ident(name), within or ())

    @inline
    def period_line(self, span: Span, _: Token, unit: Token, __: Token | None, by: Token | None) -> t.Period:
        return t.Period(span, unit.type, ident(by) if by else None)

    @inline
    def round_line(self, span: Span, scope: Token, decimals: Token, _: Token, mode: Token) -> t.Rounding:
        return t.Rounding(span, scope.type, number(decimals.value), mode.type)

    # ---- facts and tables
    @inline
    def fact_line(self, span: Span, name: Token, label: Token | None, _: Token, kind: t.Kind,
                  bounds: tuple[t.Bound, ...], presence: tuple[Any, ...] | None, unscored: Token | None) -> t.Fact:
        default = presence[1] if presence and len(presence) > 1 else None
        optional = presence is not None and default is None
        return t.Fact(span, ident(name), label_of(label), kind, bounds, optional, default, unscored is None)

    def presence(self, parts: list[Any]) -> tuple[Any, ...]:
        return tuple(parts)

    @inline
    def kind(self, span: Span, base: Token) -> t.Kind:
        return t.Kind(span, base.type)

    @inline
    def money_kind(self, span: Span, _: Token, __: Token) -> t.Kind:
        return t.Kind(span, "MONEY")

    @inline
    def one_of_kind(self, span: Span, _: Token, options: tuple[t.Ident, ...]) -> t.Kind:
        return t.Kind(span, "ONE_OF", options)

    @inline
    def bound(self, span: Span, side: Token, value: t.Expr) -> t.Bound:
        return t.Bound(span, side.type, value)

    @inline
    def table_header(self, span: Span, _: Token, *keys: Token) -> t.TableHeader:
        return t.TableHeader(span, tuple(map(ident, keys)))

    @inline
    def table_since(self, span: Span, _: Token, since: Token) -> t.TableSince:
        return t.TableSince(span, t.Calendar(since.span, since.value))

    @inline
    def table_row(self, span: Span, key: Token, *cells: t.Expr) -> t.TableRow:
        return t.TableRow(span, ident(key), cells)

    # ---- ledgers
    @inline
    def section_head(self, span: Span, role: Token, name: Token, label: Token | None, worth: Token | None,
                     value: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, ident(name), label_of(label), worth_of(worth, value), False)

    part_head = section_head

    @inline
    def rule_head(self, span: Span, is_open: Token | None, role: Token, name: Token, label: Token | None,
                  worth: Token | None, value: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, ident(name), label_of(label), worth_of(worth, value), is_open is not None)

    @inline
    def fill_head(self, span: Span, edit: Token, role: Token, name: Token) -> t.Ledger:
        return t.Ledger(span, role.type, ident(name), None, None, False, edit=edit.type)

    @inline
    def remove_line(self, span: Span, edit: Token, role: Token, name: Token) -> t.Ledger | t.Removal:
        if role.type in ("SECTION", "RULE", "PART"):
            return t.Ledger(span, role.type, ident(name), None, None, False, edit=edit.type)
        return t.Removal(span, role.type, ident(name))

    @inline
    def payout_head(self, span: Span, role: Token, name: Token, label: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, ident(name), label_of(label), None, False)

    @inline
    def total_head(self, span: Span, role: Token, label: Token | None, worth: Token | None,
                   value: Token | None) -> t.Ledger:
        name = t.Ident(role.span, t.TOTAL)
        return t.Ledger(span, role.type, name, label_of(label), worth_of(worth, value), False)

    @inline
    def spread_line(self, span: Span, _: Token, __: Token | None, least: Token | None) -> t.Spread:
        return t.Spread(span, whole(least))

    @inline
    def replace_head(self, span: Span, edit: Token, role: Token, name: Token, label: Token | None,
                     worth: Token | None, value: Token | None) -> t.Ledger:
        return t.Ledger(span, role.type, ident(name), label_of(label), worth_of(worth, value), False, edit=edit.type)

    @inline
    def require_line(self, span: Span, _: Token, __: Token, name: Token, op: Token, share: Token,
                     source: Token | None) -> t.Require:
        return t.Require(span, ident(name), op.type, number(share.value), label_of(source))

    @inline
    def source_line(self, span: Span, _: Token, text: Token) -> t.Cited:
        return t.Cited(span, text.value)

    @inline
    def exempt_line(self, span: Span, _: Token, __: Token, when: t.Expr) -> t.Exempt:
        return t.Exempt(span, when)

    @inline
    def posting(self, span: Span, verb: Token, amount: t.Expr, _: Token | None, when: t.Expr | None) -> t.Posting:
        return t.Posting(span, verb.type, amount, when)

    # ---- results
    @inline
    def quota(self, span: Span, _: Token, grade: Token, limit: Token, __: Token | None,
              within: tuple[t.Ident, ...] | None, order: Token, ties: Token) -> t.Quota:
        return t.Quota(span, ident(grade), number(limit.value), limit.type == "PERCENTAGE", within or (),
                       order.type == "LOWEST_FIRST", ties.type == "TIES_STAY")  # fmt: skip

    @inline
    def grade_head(self, span: Span, _: Token, name: Token, label: Token | None, __: Token, value: t.Expr) -> t.Grade:
        return t.Grade(span, ident(name), label_of(label), value)

    @inline
    def grade_band(self, span: Span, band: Any, _: Token, grade: Token) -> t.GradeBand:
        return t.GradeBand(span, band, ident(grade))

    @inline
    def grade_override(self, span: Span, _: Token, grade: Token, __: Token, when: t.Expr) -> t.GradeOverride:
        return t.GradeOverride(span, ident(grade), when)

    @inline
    def rank_line(self, span: Span, _: Token, name: Token, label: Token | None, __: Token, value: t.Expr,
                  ___: Token | None, within: tuple[t.Ident, ...] | None, order: Token,
                  ties: tuple[Any, ...]) -> t.Rank:
        return t.Rank(span, ident(name), label_of(label), value, within or (), order.type == "LOWEST_FIRST",
                      ties[0].type, ties[1:])  # fmt: skip

    @inline
    def example_head(self, span: Span, _: Token, title: Token) -> t.Example:
        return t.Example(span, title.value)

    @inline
    def whose(self, span: Span, first: Any, second: t.Stretch | None = None) -> t.Whose:
        if isinstance(first, t.Stretch):
            return t.Whose(span, None, first)
        return t.Whose(span, fold(first.value), second)

    @inline
    def stretch(self, span: Span, unit: Token, first: Token, _: Token | None, last: Token | None) -> t.Stretch:
        start, stop = (t.Calendar(day.span, day.value) for day in (first, last or first))
        return t.Stretch(span, unit.type, start, stop)

    def given(self, parts: list[Any]) -> t.Given:
        return t.Given(cover(parts), parts[-1], parts[1] if isinstance(parts[1], t.Whose) else None)

    def expect(self, parts: list[Any]) -> t.Expect:
        return t.Expect(cover(parts), parts[-1], parts[1] if isinstance(parts[1], t.Whose) else None)

    @inline
    def given_row(self, span: Span, _: Token, events: Token, __: Token, settings: tuple[t.Setting, ...]) -> t.Given:
        return t.Given(span, settings, None, ident(events))

    def settings(self, parts: list[Any]) -> tuple[t.Setting, ...]:
        return tuple(part for part in parts if isinstance(part, t.Setting))

    @inline
    def setting(self, span: Span, name: Token, _: Token, value: Any) -> t.Setting:
        ident = t.Ident(name.span, t.TOTAL if name.type == "TOTAL" else fold(name.value))
        return t.Setting(span, ident, t.Missing(value.span) if isinstance(value, Token) else value)

    def ties(self, parts: list[Any]) -> tuple[Any, ...]:
        return tuple(part for part in parts if not (isinstance(part, Token) and part.type == "COMMA"))
