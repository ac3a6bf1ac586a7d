"""Expressions to the core: every surface form becomes arithmetic, comparisons, ordered cases and rounding."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise

from kpidsl.core import nodes as n
from kpidsl.policy.infer import infer
from kpidsl.policy.model import FACT, Policy, bounds_of, columns_of, day
from kpidsl.policy.scope import KEPT, Scope
from kpidsl.policy.tables import editions
from kpidsl.syntax import tree as t
from kpidsl.text.source import Span
from kpidsl.values import kinds as k
from kpidsl.values.kinds import Base, Kind
from kpidsl.values.rounding import Mode

OPERATORS = {"PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/", "GE": ">=", "LE": "<=", "GT": ">", "LT": "<",
             "EQ": "=", "NE": "!="}  # fmt: skip
CALLS = {"TRUNCATE": Mode.DOWN, "FLOOR": Mode.FLOOR, "CEIL": Mode.CEILING}
ROUND_MODES = {"": Mode.HALF_UP, "HALF_UP": Mode.HALF_UP, "HALF_EVEN": Mode.HALF_EVEN, "ALWAYS_UP": Mode.UP,
               "ALWAYS_DOWN": Mode.DOWN}  # fmt: skip
# A part of a step is dropped toward zero or counted as a whole one away from it.
STEPS = {"PER_EACH_FULL": Mode.DOWN, "PER_EACH_STARTED": Mode.UP}
AGGREGATES = {"COUNT_OF": "count", "SUM_OF": "sum", "AVERAGE_OF": "average", "HIGHEST_OF": "highest",
              "LOWEST_OF": "lowest", "STREAK_OF": "streak"}  # fmt: skip


Window = tuple[Base, int] | None
Columns = Mapping[str, Kind]
"""The columns of the events that an aggregate goes over, with their kinds."""
NO_COLUMNS: Columns = {}


class Lowering:
    """Lowers the expressions of one policy. `worth` is what `full` means where the expression stands.

    `windows` takes in how far back each table of events is looked at, `blocks` the bands and choices.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.tables = {table.name.text: table for table in policy.tables}
        symbols = policy.symbols.values()
        self.windows: dict[str, set[Window]] = {}
        self.blocks: list[n.Cases] = []
        self.own = {s.name: s.kind for s in symbols if s.role in KEPT and s.kind is not None}

    def expr(self, node: t.Expr, worth: Fraction | None, columns: Columns = NO_COLUMNS) -> n.Expr:
        """`columns` are those of the events that an aggregate around `node` goes over."""

        def low(inner: t.Expr) -> n.Expr:
            return self.expr(inner, worth, columns)

        at = node.span
        match node:
            case t.Quantity(value=number):
                return n.Literal(at, number)
            case t.YesNo(value=yes):
                return n.Literal(at, yes)
            case t.Text(text=text):
                return n.Literal(at, text)
            case t.Calendar():
                return n.Literal(at, day(node))
            case t.Full():
                return n.Literal(at, worth)
            case t.Missing():
                return n.Literal(at, None)
            case t.Total():
                return n.Column(at, t.TOTAL, k.POINTS, True) if t.TOTAL in columns else n.Ref(at, t.TOTAL)
            case t.Name():
                return self._name(node, columns)
            case t.Signed(negative=negative, value=value):
                return n.Arithmetic(at, "-", n.Literal(at, Fraction(0)), low(value)) if negative else low(value)
            case t.Binary(op=op, left=left, right=right):
                return n.Arithmetic(at, OPERATORS[op], low(left), low(right))
            case t.Compare(op=op, left=left, right=right):
                return n.Comparison(at, OPERATORS[op], low(left), low(right), self.kind(left, columns))
            case t.Logic(op=op, left=left, right=right):
                return n.Logic(at, op.lower(), (low(left), low(right)))
            case t.Not(value=value):
                return n.Logic(at, "not", (low(value),))
            case t.IsMissing(value=value):
                return n.IsMissing(at, low(value))
            case t.IsOneOf(value=value, options=options):
                return _any_of(at, low(value), (option.text for option in options))
            case t.Call():
                return _call(node, tuple(map(low, node.arguments)))
            case t.Lookup():
                return self._lookup(node, [low(key) for key in node.keys])
            case t.Aggregate():
                return self._aggregate(node, worth, columns)
            case t.ChoiceOf():
                return _choice_of(node, tuple(map(low, node.arguments)))
            case t.Previous(name=name, default=default):
                before = low(default) if default is not None else None
                return n.Previous(at, name.text, before, self.kind(node, columns))
            case t.GroupSize(rank=rank):
                return n.GroupSize(at, rank.text)
            case t.Per():
                return _per(node, low(node.amount), low(node.measured))
            case t.Bands():
                return self._bands(node, worth, columns)
            case t.Points():
                return self._points(node, worth, columns)
            case t.Choose():
                return self._choose(node, worth, columns)

    def _name(self, node: t.Name, columns: Columns) -> n.Expr:
        if node.text in columns:
            return n.Column(node.span, node.text, columns[node.text], of_event=True)
        symbol = self.policy.symbols.get(node.text)
        if symbol is None:
            return n.Literal(node.span, node.text)     # an option of the fact beside it
        if symbol.role == FACT:
            return n.Column(node.span, node.text, symbol.kind or k.TEXT)
        return n.Ref(node.span, node.text)

    def kind(self, node: t.Expr, columns: Columns) -> Kind:
        """A checked policy has a kind for every expression but the name of an option, which is a text."""
        policy = self.policy
        scope = Scope(policy.symbols, [], policy.unit, policy.below, worth=True, columns=columns)
        return infer(node, scope) or k.TEXT

    def _bands(self, node: t.Bands, worth: Fraction | None, columns: Columns) -> n.Expr:
        subject, kind = self.expr(node.subject, worth, columns), self.kind(node.subject, columns)
        rows = []
        for row in node.rows:
            test = self._band(row.band, subject, kind, [self.expr(e, worth, columns) for e in bounds_of(row.band)])
            if isinstance(row.outcome, t.Slope) and isinstance(row.band, t.Interval):
                low, high = (self.expr(e, worth, columns) for e in (row.band.low, row.band.high))
                start, stop = (self.expr(e, worth, columns) for e in (row.outcome.start, row.outcome.stop))
                outcome: n.Expr = n.Interpolate(row.outcome.span, subject, low, high, start, stop, kind)
            else:
                assert not isinstance(row.outcome, t.Slope)
                outcome = self.expr(row.outcome, worth, columns)
            rows.append(n.Case(row.span, test, outcome))
        block = n.Cases(node.span, tuple(rows), subject, kind)
        self.blocks.append(block)
        return block

    def _band(self, band: t.OneSided | t.Interval | t.Otherwise, subject: n.Expr, kind: Kind,
              ends: list[n.Expr]) -> n.Expr:
        match band:
            case t.OneSided(op=op):
                return n.Comparison(band.span, OPERATORS[op], subject, ends[0], kind)
            case t.Interval():
                above = n.Comparison(band.span, ">" if band.low_open else ">=", subject, ends[0], kind)
                below = n.Comparison(band.span, "<" if band.high_open else "<=", subject, ends[1], kind)
                return n.Logic(band.span, "and", (above, below))
            case t.Otherwise():
                return n.Literal(band.span, True)

    def _points(self, node: t.Points, worth: Fraction | None, columns: Columns) -> n.Expr:
        subject, kind = self.expr(node.subject, worth, columns), self.kind(node.subject, columns)
        ends = [(self.expr(p.at, worth, columns), self.expr(p.value, worth, columns), p.span) for p in node.rows]
        first, last = ends[0], ends[-1]
        rows = [n.Case(first[2], n.Comparison(first[2], "<=", subject, first[0], kind), first[1])]
        for (low, start, above), (high, stop, below) in pairwise(ends):
            place = above.to(below)
            slope = n.Interpolate(place, subject, low, high, start, stop, kind)
            rows.append(n.Case(place, n.Comparison(place, "<=", subject, high, kind), slope))
        rows.append(n.Case(last[2], n.Literal(last[2], True), last[1]))
        return n.Cases(node.span, tuple(rows), subject, kind)

    def _choose(self, node: t.Choose, worth: Fraction | None, columns: Columns) -> n.Expr:
        rows = []
        for row in node.rows:
            test = _yes(row) if isinstance(row.case, t.Otherwise) else self.expr(row.case, worth, columns)
            rows.append(n.Case(row.span, test, self.expr(row.outcome, worth, columns)))
        block = n.Cases(node.span, tuple(rows))
        self.blocks.append(block)
        return block

    def _lookup(self, node: t.Lookup, keys: list[n.Expr]) -> n.Expr:
        """The cells of every edition; where there are several, the period decides between them."""
        found = editions(self.tables[node.table.text])
        cases: list[n.Case] = []
        for edition, until in zip(found, [*(later.since for later in found[1:]), None], strict=True):
            holds = self._holds(edition.since, until)
            across = tuple(key.text for key in edition.header.keys) if edition.header else ("",)
            for row in edition.rows:
                down = _equals(row.span, keys[0], row.key.text)
                for name, cell in zip(across, row.cells, strict=True):
                    tests = [*holds, down, *([_equals(cell.span, keys[1], name)] if len(keys) == 2 else [])]
                    test = n.Logic(cell.span, "and", tuple(tests)) if len(tests) > 1 else down
                    cases.append(n.Case(cell.span, test, self.expr(cell, None)))
        return n.Cases(node.span, tuple(cases), kind=self.policy.symbols[node.table.text].kind, table=node.table.text)

    def _holds(self, since: t.Calendar | None, until: t.Calendar | None) -> list[n.Expr]:
        """That the period begins from `since` on, and before `until`."""
        tests: list[n.Expr] = []
        for limit, op in ((since, ">="), (until, "<")):
            if limit is not None:
                period = self.period()
                tests.append(n.Comparison(limit.span, op, period, n.Literal(limit.span, day(limit)), period.kind))
        return tests

    def period(self) -> n.Column:
        """The period that is assessed, by its first day."""
        dated = self.policy.dated
        assert dated is not None
        return n.Column(dated.span, dated.text, Kind(Base(self.policy.unit)))

    def since(self, param: t.Param, value: n.Expr | None) -> n.Expr:
        """The value of a parameter: the one given, or the one that holds in the period."""
        if value is not None:
            return value
        rows = [(row.span, self._holds(row.since, None)[0], self.expr(row.value, None)) for row in param.rows]
        cases = tuple(n.Case(*row) for row in reversed(rows))
        period = self.period()
        return n.Cases(period.place, cases, period, period.kind, dated=True)

    def _is_dated(self, rows: t.Rows) -> bool:
        """Whether each row belongs to a period; a register without dates holds for every one."""
        symbol = self.policy.symbols.get(rows.name.text) if rows.name else None
        return symbol is None or (isinstance(symbol.node, t.Events) and symbol.node.by is not None)

    def _aggregate(self, node: t.Aggregate, worth: Fraction | None, columns: Columns) -> n.Expr:
        rows, unit = node.rows, self.policy.unit
        own = columns_of(rows, self.policy.symbols, self.policy.below)
        if rows.name is None and rows.unit == unit:
            own = self.own
        inner = {**columns, **own}
        value = self.expr(node.value, worth, inner) if node.value is not None else None
        where = self.expr(node.where, worth, inner) if node.where is not None else None
        function = AGGREGATES[node.function]
        window = (Base(rows.last[1]), rows.last[0]) if rows.last else None
        if window is None and unit and function != "streak" and self._is_dated(rows):
            window = (Base(unit), 1)
        if rows.name is not None:
            self.windows.setdefault(rows.name.text, set()).add(window)
        return n.Aggregate(node.span, function, rows.name.text if rows.name else rows.unit, value, where,
                           self.kind(node, columns), Base(rows.unit) if rows.unit else None, window,
                           rows.least)  # fmt: skip


def _yes(row: t.CaseRow) -> n.Expr:
    return n.Literal(row.case.span, True)


def _equals(at: Span, left: n.Expr, text: str) -> n.Expr:
    return n.Comparison(at, "=", left, n.Literal(at, text), k.TEXT)


def _any_of(at: Span, value: n.Expr, options: Iterable[str]) -> n.Expr:
    return n.Logic(at, "or", tuple(_equals(at, value, option) for option in options))


def _call(node: t.Call, arguments: tuple[n.Expr, ...]) -> n.Expr:
    at, value = node.span, arguments[0]
    if node.function in ("MIN", "MAX"):
        return n.Extreme(at, node.function == "MIN", arguments)
    if node.function == "ABS":
        return n.Extreme(at, False, (value, n.Arithmetic(at, "-", n.Literal(at, Fraction(0)), value)))
    steps = [step.value for step in node.arguments[1:] if isinstance(step, t.Quantity)]
    return n.Round(at, value, steps[0] if steps else Fraction(1), CALLS.get(node.function) or ROUND_MODES[node.mode])


def _choice_of(node: t.ChoiceOf, arguments: tuple[n.Expr, ...]) -> n.Expr:
    few = None if not node.present else node.least or 1
    return n.Among(node.span, AGGREGATES[node.function], arguments, few)


def _per(node: t.Per, amount: n.Expr, measured: n.Expr) -> n.Expr:
    """amount * measured / unit, the quotient cut to whole steps where the line says so."""
    unit = n.Literal(node.unit.span, node.unit.value)
    whole = node.steps in STEPS
    steps: n.Expr = n.Arithmetic(node.span, "/", measured, unit, counts=not whole)
    if whole:
        steps = n.Round(node.span, steps, Fraction(1), STEPS[node.steps], counts=True)
    return n.Arithmetic(node.span, "*", amount, steps)
