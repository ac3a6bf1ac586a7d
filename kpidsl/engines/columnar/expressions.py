"""Expressions of the core to SQL over exact whole numbers."""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import reduce

from kpidsl.core import nodes as n
from kpidsl.core.ranges import stretch
from kpidsl.engines.columnar import numbers as q
from kpidsl.engines.columnar.aggregates import ZERO
from kpidsl.engines.columnar.apart import Apart
from kpidsl.engines.columnar.choosing import Row, left_over
from kpidsl.engines.columnar.conditions import FALSE, TRUE, Condition, chosen, every, opposite, some
from kpidsl.engines.columnar.history import History
from kpidsl.engines.columnar.layers import text_literal
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, Words, failing, first, present, worked
from kpidsl.values import domains as d
from kpidsl.values.kinds import Value


@dataclass
class Expressions(History):
    """How the values of a subject are worked out from what is known of it so far. `picked`: the rows of each choice;
    `apart`: the subjects that are not worked out here.
    """

    picked: dict[n.Cases, list[Row]] = field(default_factory=dict)
    apart: Apart = field(default_factory=Apart)

    def of(self, expr: n.Expr) -> Term:
        """Raises UnsupportedError and TooWideError."""
        if expr in self.same and not isinstance(expr, n.Literal):     # to Python a yes is equal to 1
            return self.same[expr]
        match expr:
            case n.Literal(value=value):
                return _literal(value)
            case n.Column(name=name, of_event=True):
                return self.column(name)
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
                return self.aggregate(expr)
            case n.Among():
                return self._among(expr)
            case n.GroupSize(rank=rank):
                return self.sizes[rank]()
            case n.Previous():
                return self.previous(expr)

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
        self.picked[expr] = rows
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
            limits = stretch(row.test) if held is not None else None
            test = self._within(expr, subject, d.union(left) if limits is not None else None, row.test)
            if test.condition == FALSE and test.broken == FALSE:
                continue
            narrow = d.meet(held.domain, limits) if held is not None and limits is not None else None
            left = left_over(left, limits) if limits is not None else left
            outcome = self._within(expr, subject, narrow, row.outcome)
            if test.broken == FALSE and not left:
                test = Term(TRUE)
            rows.append(Row(at, test, outcome))
            if test.condition == TRUE:
                break
        return rows

    def _within(self, expr: n.Cases, subject: Term | None, domain: d.Domain | None, part: n.Expr) -> Term:
        """A part of a choice, where all that its subject can be is in a domain."""
        if domain is None or subject is None or expr.subject is None:
            return self.of(part)
        self.same[expr.subject] = replace(subject, value=replace(subject.number, domain=domain))
        found = self.of(part)
        self.same[expr.subject] = subject
        return found

    # ---- several

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
            last = (max if low else min)(_end(number, low) for number in numbers)
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


def _end(number: Number, high: bool) -> Fraction:
    """What the number does not pass; where its domain does not say, its top does: a divisor is 1 or more."""
    known = number.domain.high.value if high else number.domain.low.value
    if known is not None:
        return known
    return Fraction(max(number.top.high, 0) if high else min(number.top.low, 0), number.scale)


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
