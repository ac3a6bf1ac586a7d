"""Expressions of the core to SQL over exact whole numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import reduce

from kpidsl.core import nodes as n
from kpidsl.core.columns import TYPES, width
from kpidsl.core.ranges import stretch
from kpidsl.engines.columnar import numbers as q
from kpidsl.engines.columnar.choosing import Row, left_over
from kpidsl.engines.columnar.conditions import FALSE, TRUE, Condition, chosen, every, opposite, some
from kpidsl.engines.columnar.layers import Layers, text_literal
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, UnsupportedError, Words, failing, first, present, worked
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values import domains as d
from kpidsl.values.kinds import Value

ZERO = Fraction(0)


@dataclass(frozen=True)
class Rows:
    """A table of events: its columns, and the most rows that one subject has."""

    columns: Mapping[str, Term]
    most: int


@dataclass
class Expressions:
    """What is known of a subject so far, by name, and how the rest is worked out from it.

    `same` are expressions that have a column already, and `sizes` make the columns of how many are placed. Inside an
    aggregate `event` are the columns of its rows, and nothing becomes a column of the subject.
    """

    layers: Layers
    facts: Mapping[str, Term]
    events: Mapping[str, Rows]
    known: dict[str, Term] = field(default_factory=dict)
    sizes: dict[str, Callable[[], Term]] = field(default_factory=dict)
    same: dict[n.Expr, Term] = field(default_factory=dict)
    event: Mapping[str, Term] | None = None

    def bind(self, of: Whole) -> Whole:
        return of if self.event is not None else self.layers.bind(of)

    def bound(self, of: Number, name: str = "_") -> Number:
        if self.event is not None:
            return of
        top = self.layers.bind(of.top, name)
        return replace(of, top=top, divisor=self.layers.bind(of.divisor, f"{name} /") if of.divisor else None)

    def of(self, expr: n.Expr) -> Term:
        """Raises UnsupportedError and TooWideError."""
        if expr in self.same:
            return self.same[expr]
        match expr:
            case n.Literal(value=value):
                return _literal(value)
            case n.Column(name=name, of_event=True):
                assert self.event is not None
                return self.event[name]
            case n.Column(name=name):
                return self.facts[name]
            case n.Ref(name=name):
                return self.known[name]
            case n.Arithmetic(left=left, right=right):
                return self._arithmetic(expr.op, self.of(left), self.of(right))
            case n.Comparison(op=op, left=left, right=right):
                return _compared(op, self.of(left), self.of(right))
            case n.Logic(op=op, arguments=arguments):
                return _logic(op, [self.of(argument) for argument in arguments])
            case n.IsMissing(value=value):
                term = self.of(value)
                return Term(some(term.none, term.lacks), fails=term.fails)
            case n.Extreme(low=low, arguments=arguments):
                terms = [self.of(argument) for argument in arguments]
                return worked(q.extreme(low, [term.number for term in terms]), terms)
            case n.Round(value=value, step=step, mode=mode):
                term = self.of(value)
                return worked(q.rounded(term.number, step, mode, self.bind), [term])
            case n.Cases():
                return self._cases(expr)
            case n.Interpolate():
                return self._interpolate(expr)
            case n.Aggregate():
                return self._aggregate(expr)
            case n.Among():
                return self._among(expr)
            case n.GroupSize(rank=rank):
                return self.sizes[rank]()
            case n.Previous():
                raise UnsupportedError("PREVIOUS")

    def _arithmetic(self, op: str, left: Term, right: Term) -> Term:
        a, b = left.number, right.number
        match op:
            case "+":
                return worked(q.add(a, b), (left, right))
            case "-":
                return worked(q.subtract(a, b), (left, right))
            case "*":
                return worked(q.multiply(a, b), (left, right))
        return failing(worked(q.divide(a, b, self.bind), (left, right)), q.compare("=", b, q.constant(ZERO)))

    def _interpolate(self, expr: n.Interpolate) -> Term:
        terms = [self.of(part) for part in (expr.x, expr.low, expr.high, expr.start, expr.stop)]
        x, low, high, start, stop = (term.number for term in terms)
        along = q.divide(q.subtract(x, low), q.subtract(high, low), self.bind)
        value = q.add(start, q.multiply(along, q.subtract(stop, start)))
        return failing(worked(value, terms), q.compare("=", low, high))

    # ---- choices

    def _cases(self, expr: n.Cases) -> Term:
        return self.chosen(expr)[0]

    def chosen(self, expr: n.Cases) -> tuple[Term, list[Row]]:
        """The outcome of the first row whose test holds, and the rows that can be chosen at all."""
        subject = self.of(expr.subject) if expr.subject is not None else None
        before = dict(self.same)
        if expr.subject is not None and subject is not None:
            if isinstance(subject.value, Number):
                subject = replace(subject, value=self.bound(subject.value))
            # rows are tried only where the subject is there, so that they need not ask for it again
            self.same[expr.subject] = Term(subject.value)
        rows = self._rows(expr, self.same[expr.subject] if expr.subject is not None else None)
        self.same = before
        whole = bool(rows) and rows[-1].test.condition == TRUE
        cases = [(row.test, row.outcome) for row in rows]
        found = first(_picked(cases, whole), cases, FALSE if whole else TRUE)
        if subject is None:
            return found, rows
        needed = present(subject)
        return replace(found, none=every(opposite(needed.broken), found.none),
                       lacks=some(needed.lacks, every(opposite(needed.broken), found.lacks)),
                       absent=some(needed.absent, every(opposite(needed.broken), found.absent)),
                       fails=some(needed.fails, every(opposite(needed.broken), found.fails))), rows  # fmt: skip

    def _rows(self, expr: n.Cases, subject: Term | None) -> list[Row]:
        """Those that some fact can lead to; a row behind which nothing is left is chosen without a test."""
        held = subject.number if subject is not None and isinstance(subject.value, Number) else None
        left = [held.domain] if held is not None else [d.ANY]
        rows: list[Row] = []
        for at, row in enumerate(expr.rows):
            test = self.of(row.test)
            limits = stretch(row.test) if held is not None else None
            if test.condition == FALSE and test.broken == FALSE:
                continue
            if limits is not None and held is not None and subject is not None and expr.subject is not None:
                narrow = replace(held, domain=d.meet(held.domain, limits))
                self.same[expr.subject] = replace(subject, value=narrow)
                left = left_over(left, limits)
            outcome = self.of(row.outcome)
            if subject is not None and expr.subject is not None and held is not None:
                self.same[expr.subject] = subject
            if test.broken == FALSE and not left:
                test = Term(TRUE)
            rows.append(Row(at, test, outcome))
            if test.condition == TRUE:
                break
        return rows

    # ---- over events

    def _aggregate(self, expr: n.Aggregate) -> Term:
        if expr.unit is not None or expr.window is not None:
            raise UnsupportedError("PERIODS")
        if self.event is not None:
            raise UnsupportedError("NESTED")
        table = self.events[expr.rows]
        self.event, before = table.columns, self.same
        self.same = {}
        where = present(self.of(expr.where)) if expr.where is not None else Term(TRUE)
        value = present(self.of(expr.value)) if expr.value is not None else Term(q.constant(Fraction(1)))
        self.event, self.same = None, before
        taken = every(where.condition, opposite(where.broken))
        counted = self._gathered(expr.rows, taken, q.constant(Fraction(1)), "count", table.most)
        broken = [self._any(expr.rows, some(bad, every(taken, inner)))
                  for bad, inner in ((where.lacks, value.lacks), (where.fails, value.fails))]  # fmt: skip
        if expr.function == "count":
            return Term(counted, lacks=broken[0], fails=broken[1])
        found = self._gathered(expr.rows, taken, value.number, expr.function, table.most)
        empty = FALSE if expr.function == "sum" else q.compare("=", counted, q.constant(ZERO))
        if expr.function == "average":
            found = q.divide(found, counted, self.bind)
            found = replace(found, domain=d.Domain(value.number.domain.low, value.number.domain.high))
        return Term(found, lacks=broken[0], fails=some(broken[1], empty))

    def _gathered(self, rows: str, taken: Condition, value: Number, function: str, most: int) -> Number:
        if value.divisor is not None:
            raise UnsupportedError("SUM_OF_QUOTIENTS")
        top = value.top
        only = "" if taken == TRUE else f" FILTER (WHERE {taken.text})"
        depth = max(taken.depth, top.depth)
        low, high, domain = top.low, top.high, value.domain
        if function in ("count", "sum", "average"):
            low, high = min(0, top.low * most), max(0, top.high * most)
            domain = d.multiply(d.either(value.domain, d.point(ZERO)), d.Domain(d.End(ZERO), d.End(Fraction(most)),
                                                                               Fraction(1)))  # fmt: skip
        bits = width(low, high)
        names = {"count": "count(*)", "highest": f"max({top.text})", "lowest": f"min({top.text})"}
        text = names.get(function, f"sum({top.text})") + only
        text = text if bits == 128 else f"CAST({text} AS {TYPES[bits]})"
        empty = "NULL" if function in ("highest", "lowest") else "0"
        column, at = self.layers.gather(rows, depth, text, empty)
        return Number(Whole(column, low, high, bits, at, True, empty == "NULL" or top.nullable), value.scale, domain)

    def _any(self, rows: str, condition: Condition) -> Condition:
        if condition == FALSE:
            return FALSE
        return Condition(*self.layers.gather(rows, condition.depth, f"bool_or({condition.text})", "FALSE"))

    def _among(self, expr: n.Among) -> Term:
        terms = [self.of(argument) for argument in expr.arguments]
        if not expr.least:
            return self._all(expr.function, [present(term) for term in terms])
        there = [every(opposite(term.none), opposite(term.lacks)) for term in terms]
        numbers = [self.bound(term.number) for term in terms]
        count = reduce(q.add, (_if(here, q.constant(Fraction(1)), ZERO) for here in there))
        fails = some(*(term.fails for term in terms))
        few = q.compare("<", count, q.constant(Fraction(expr.least)))
        if expr.function in ("sum", "average"):
            found = reduce(q.add, (_if(here, number, ZERO) for here, number in zip(there, numbers, strict=True)))
        else:
            low = expr.function == "lowest"
            ends = [number.domain.high.value if low else number.domain.low.value for number in numbers]
            last = (max if low else min)(end for end in ends if end is not None)
            found = q.extreme(low, [_if(here, number, last) for here, number in zip(there, numbers, strict=True)])
        if expr.function == "average":
            found = q.divide(found, q.extreme(False, [count, q.constant(Fraction(1))]), self.bind)
        return Term(found, none=few, fails=fails)

    def _all(self, function: str, terms: list[Term]) -> Term:
        numbers = [term.number for term in terms]
        if function in ("highest", "lowest"):
            return worked(q.extreme(function == "lowest", numbers), terms)
        found = reduce(q.add, numbers)
        share = q.constant(Fraction(1, len(numbers) if function == "average" else 1))
        return worked(q.multiply(found, share), terms)


def _if(when: Condition, number: Number, otherwise: Fraction) -> Number:
    return number if when == TRUE else q.choose([(when, number)], q.constant(otherwise))


def _literal(value: Value) -> Term:
    match value:
        case None:
            return Term(q.constant(ZERO), none=TRUE)
        case bool():
            return Term(TRUE if value else FALSE)
        case Fraction():
            return Term(q.constant(value))
        case date():
            return Term(Words(f"DATE '{value.isoformat()}'"))
    return Term(Words(text_literal(value)))


def _compared(op: str, left: Term, right: Term) -> Term:
    a, b = left.value, right.value
    if isinstance(a, Number) and isinstance(b, Number):
        return worked(q.compare(op, a, b), (left, right))
    assert not isinstance(a, Number)
    assert not isinstance(b, Number)
    sign = "<>" if op == "!=" else op
    return worked(Condition(f"({a.text} {sign} {b.text})", max(a.depth, b.depth)), (left, right))


def _logic(op: str, terms: list[Term]) -> Term:
    """From the left, as far as needed: what is not looked at cannot fail."""
    if op == "not":
        return worked(opposite(terms[0].condition), terms)
    join, goes_on = (every, lambda of: of) if op == "and" else (some, opposite)
    found = present(terms[-1])
    for term in reversed([present(term) for term in terms[:-1]]):
        on = every(opposite(term.broken), goes_on(term.condition))
        found = Term(join(term.condition, found.condition), FALSE, some(term.lacks, every(on, found.lacks)),
                     some(term.absent, every(on, found.absent)), some(term.fails, every(on, found.fails)))  # fmt: skip
    return found


def _picked(cases: list[tuple[Term, Term]], whole: bool) -> Number | Condition | Words:
    """The value of the first case whose test holds; of outcomes that are missing any will do."""
    valued = [outcome.value for _, outcome in cases if outcome.none != TRUE]
    if not valued:
        return q.constant(ZERO)
    if isinstance(valued[0], Number):
        numbers = [(test.condition, outcome.number) for test, outcome in cases if outcome.none != TRUE or whole]
        if whole:
            return q.choose(numbers[:-1], numbers[-1][1])
        return q.choose(numbers, None)
    pairs = [(test.condition, outcome.value) for test, outcome in cases if outcome.none != TRUE]
    texts = [(when, Condition(value.text, value.depth)) for when, value in pairs if not isinstance(value, Number)]
    last = texts.pop()[1] if whole and cases[-1][1].none != TRUE else Condition("NULL")
    found = chosen(texts, last)
    return found if isinstance(valued[0], Condition) else Words(found.text, found.depth)
