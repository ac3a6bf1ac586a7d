"""Definitions and conditions as formulas over exact rationals, for the solver z3: what ranges alone do not decide.

Events, ranks, quotas and earlier periods are unknowns within their ranges: what is proved with them is proved, and what
the solver finds against it is only a hint, which the exact engine has to confirm.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

import z3

from kpidsl.check.draws import unset
from kpidsl.core import nodes as n
from kpidsl.core.program import Field, Program
from kpidsl.core.ranges import Ranges, of_field
from kpidsl.values.calendar import FIRST, LAST
from kpidsl.values.domains import Domain
from kpidsl.values.kinds import NUMBER, YES_NO, Base, Kind, Value
from kpidsl.values.rounding import Mode

SECONDS, SECONDS_AN_END = 5, 1
Formula = Any


class Term(NamedTuple):
    """A value as a formula; `ok`: it can be worked out; `none`: it comes to no value at all."""

    value: Formula
    ok: Formula
    none: Formula


TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)


@dataclass(frozen=True)
class Verdict:
    """Whether it was proved; else the facts that the solver has against it, if any; and the seconds that it took."""

    proved: bool
    facts: Mapping[str, Value] | None
    seconds: float


class Formulas:
    """The definitions of one level, each as a term over its facts."""

    def __init__(self, program: Program, known: Ranges) -> None:
        self.program, self.ranges = program, known
        self.limits: list[Formula] = []
        self.texts: dict[object, int] = {}
        self.unknown = 0
        self.given = (*program.facts.fields, *unset(program))
        self.facts = {item.name: self._fact(item) for item in self.given}
        self.known: dict[str, Term] = {}
        for item in program.definitions:
            self.known[item.name] = self._definition(item)

    # ---- what is asked

    def holds(self, claim: n.Expr) -> Verdict:
        """Whether `claim` holds for all facts for which it can be worked out."""
        term = self.of(claim)
        return self._never(z3.And(term.ok, z3.Not(term.none), z3.Not(term.value)), SECONDS)

    def within(self, name: str, value: Fraction, above: bool) -> Verdict:
        """Whether a definition never goes above `value`, or never below it."""
        term, limit = self.known[name], _number(value)
        beyond = term.value > limit if above else term.value < limit
        return self._never(z3.And(term.ok, z3.Not(term.none), beyond), SECONDS_AN_END)

    def avoids(self, name: str, value: Fraction) -> Verdict:
        """Whether a definition never comes to `value`."""
        term = self.known[name]
        return self._never(z3.And(term.ok, z3.Not(term.none), term.value == _number(value)), SECONDS_AN_END)

    def fails_at(self, name: str, divisor: n.Expr) -> Verdict:
        """Whether a ledger can be worked out wherever a divisor in it is 0."""
        term = self.of(divisor)
        return self._never(z3.And(term.ok, term.value == 0, z3.Not(self.known[name].ok)), SECONDS_AN_END)

    def _never(self, condition: Formula, seconds: float) -> Verdict:
        return self.ask(condition, seconds)[0]

    def ask(self, condition: Formula, seconds: float) -> tuple[Verdict, Any]:
        """Whether there are no facts for `condition`; and, where there are, the solver's model of them."""
        solver = z3.Solver()
        solver.set("timeout", int(seconds * 1000))
        solver.add(*self.limits, condition)
        began = time.monotonic()
        result = solver.check()
        model = solver.model() if result == z3.sat else None
        facts = self.row(model, {}) if model is not None else None
        return Verdict(result == z3.unsat, facts, time.monotonic() - began), model

    # ---- facts

    def _fact(self, item: Field) -> Term:
        missing = z3.Bool(f"{item.name} missing") if item.optional and item.default is None else FALSE
        if item.kind.base is Base.YES_NO:
            value: Formula = z3.Bool(item.name)
        elif item.kind.numeric:
            value = z3.ToReal(z3.Int(item.name)) if item.kind.base is Base.COUNT else z3.Real(item.name)
            self._limit(value, of_field(item))
        else:
            value = z3.Int(item.name)
            if item.kind.options:
                self.limits.append(z3.Or(*(value == self._text(option) for option in item.kind.options)))
            elif item.kind.dates:
                self.limits += [value >= FIRST.toordinal(), value <= LAST.toordinal()]
        return Term(value, z3.Not(missing), FALSE)

    def _limit(self, value: Formula, domain: Domain) -> None:
        for end, closed, opened in ((domain.low, "__ge__", "__gt__"), (domain.high, "__le__", "__lt__")):
            if end.value is not None:
                self.limits.append(getattr(value, opened if end.open else closed)(_number(end.value)))

    def _text(self, text: object) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def row(self, model: Any, other: Mapping[str, Formula]) -> dict[str, Value]:
        """The facts and parameters of a model, as the exact engine has them; `other`: formulas for some of them."""
        row: dict[str, Value] = {}
        for item in self.given:
            term = self.facts[item.name]
            there = not z3.is_false(model.eval(term.ok, model_completion=True))
            found = model.eval(other.get(item.name, term.value), model_completion=True)
            row[item.name] = self._value(item, found) if there else None
        return row

    def _value(self, item: Field, found: Any) -> Value:
        if item.kind.base is Base.YES_NO:
            return bool(z3.is_true(found))
        if item.kind.numeric:
            exact = z3.is_rational_value(found) or z3.is_int_value(found)
            return Fraction(found.as_string()) if exact else Fraction(0)
        if item.kind.dates:
            return date.fromordinal(found.as_long())
        texts = {number: text for text, number in self.texts.items()}
        text = texts.get(found.as_long())
        return text if isinstance(text, str) else (item.kind.options or ("a",))[0]

    # ---- definitions

    def _definition(self, item: n.Definition) -> Term:
        match item:
            case n.Named(name=name) if name in self.facts:
                return self.facts[name]
            case n.Named(expr=expr):
                return self.of(expr)
            case n.Ledger():
                return self._ledger(item)
            case n.Grade():
                return self._grade(item)
        return self._any(self.ranges.known.get(item.name, Domain()))

    def _any(self, domain: Domain, kind: Kind = NUMBER) -> Term:
        """Something that may be whatever its range holds."""
        self.unknown += 1
        if kind.base is Base.YES_NO:
            return Term(z3.Bool(f"unknown {self.unknown}"), TRUE, FALSE)
        value = z3.Real(f"unknown {self.unknown}")
        self._limit(value, domain)
        return Term(value, TRUE, FALSE)

    def _ledger(self, ledger: n.Ledger) -> Term:
        balance, ok, none = _number(Fraction(0)), TRUE, z3.BoolVal(ledger.unfilled)
        for condition in ledger.exempt:
            exempt = self.of(condition)
            ok, none = z3.And(ok, exempt.ok), z3.Or(none, exempt.value)
        carried: list[Formula] = []
        posted = FALSE
        for line in ledger.lines:
            if line.verb == "spread":
                return self._any(Domain())
            self.known[ledger.name] = Term(balance, ok, FALSE)
            when = self.of(line.when) if line.when is not None else Term(TRUE, TRUE, FALSE)
            amount = self.known[line.amount.name] if line.verb == "carry" and isinstance(line.amount, n.Ref) \
                else self.of(line.amount)  # fmt: skip
            after = _applied(line.verb, balance, amount)
            balance = z3.If(when.value, after, balance)
            ok = z3.And(ok, when.ok, z3.Implies(when.value, amount.ok))
            if line.verb == "carry":
                carried.append(amount.none)
            else:
                none = z3.Or(none, z3.And(when.value, amount.none))
                posted = posted if line.verb == "round" else z3.Or(posted, when.value)
        if carried:
            none = z3.Or(none, z3.And(z3.Not(posted), *carried))
        return Term(balance, z3.Or(ok, none), none)

    def _grade(self, grade: n.Grade) -> Term:
        value, ok, none = self.of(grade.cases)
        for override in grade.overrides:
            when = self.of(override.when)
            value, ok = z3.If(when.value, self._text(override.grade), value), z3.And(ok, when.ok)
            none = z3.And(none, z3.Not(when.value))
        for quota in grade.quotas:     # others decide whether it is met
            lost = z3.And(value == self._text(quota.grade), self._any(Domain(), YES_NO).value)
            value = z3.If(lost, self._text(quota.next), value)
        return Term(value, ok, none)

    # ---- expressions

    def of(self, expr: n.Expr) -> Term:
        match expr:
            case n.Literal(value=value):
                return self._literal(value)
            case n.Column(name=name, of_event=False):
                return self.facts.get(name) or self._any(Domain())
            case n.Ref(name=name):
                term = self.known[name]
                return Term(term.value, z3.And(term.ok, z3.Not(term.none)), FALSE)
            case n.Arithmetic(op=op, left=left, right=right):
                return _arithmetic(op, self.of(left), self.of(right))
            case n.Comparison(op=op, left=left, right=right):
                a, b = self.of(left), self.of(right)
                return Term(_compared(op, a.value, b.value), z3.And(a.ok, b.ok), FALSE)
            case n.Logic(op=op, arguments=arguments):
                return _logic(op, [self.of(argument) for argument in arguments])
            case n.IsMissing(value=value):
                term = self.of(value)
                return Term(z3.Or(z3.Not(term.ok), term.none), TRUE, FALSE)
            case n.Extreme(low=low, arguments=arguments):
                terms = [self.of(argument) for argument in arguments]
                best = reduce(lambda a, b: z3.If(a <= b if low else a >= b, a, b), (term.value for term in terms))
                return Term(best, z3.And(*(term.ok for term in terms)), FALSE)
            case n.Round(value=value, step=step, mode=mode):
                term = self.of(value)
                return Term(_rounded(term.value, _number(step), mode), term.ok, FALSE)
            case n.Cases(rows=rows):
                return self._cases([(self.of(row.test), self.of(row.outcome)) for row in rows])
            case n.Interpolate():
                parts = [self.of(part) for part in (expr.x, expr.low, expr.high, expr.start, expr.stop)]
                x, low, high, start, stop = (part.value for part in parts)
                value = start + (x - low) / (high - low) * (stop - start)
                return Term(value, z3.And(*(part.ok for part in parts), low != high), FALSE)
            case n.Previous(kind=kind):
                return self._any(self.ranges.of(expr), kind)
        return self._any(self.ranges.of(expr))

    def _literal(self, value: Value) -> Term:
        match value:
            case None:
                return Term(_number(Fraction(0)), TRUE, TRUE)
            case bool():
                return Term(z3.BoolVal(value), TRUE, FALSE)
            case Fraction():
                return Term(_number(value), TRUE, FALSE)
            case date():
                return Term(z3.IntVal(value.toordinal()), TRUE, FALSE)
        return Term(z3.IntVal(self._text(value)), TRUE, FALSE)

    def _cases(self, rows: list[tuple[Term, Term]]) -> Term:
        """The first row whose test holds; where none does, there is a failure."""
        valued = [outcome.value for _, outcome in rows if outcome.none is not TRUE]
        any_value = valued[0] if valued else _number(Fraction(0))
        found = Term(any_value, FALSE, FALSE)
        for test, outcome in reversed(rows):
            value = any_value if outcome.none is TRUE else outcome.value
            found = Term(z3.If(test.value, value, found.value),
                         z3.And(test.ok, z3.If(test.value, outcome.ok, found.ok)),
                         z3.If(test.value, outcome.none, found.none))  # fmt: skip
        return found


def _number(value: Fraction) -> Formula:
    return z3.Q(value.numerator, value.denominator)


def _applied(verb: str, balance: Formula, amount: Term) -> Formula:
    value = amount.value
    match verb:
        case "carry":
            return balance + z3.If(amount.none, _number(Fraction(0)), value)
        case "add":
            return balance + value
        case "deduct":
            return balance - value
        case "multiply":
            return balance * value
        case "at most":
            return z3.If(balance <= value, balance, value)
        case "at least":
            return z3.If(balance >= value, balance, value)
    return value


def _arithmetic(op: str, a: Term, b: Term) -> Term:
    ok = z3.And(a.ok, b.ok)
    match op:
        case "+":
            return Term(a.value + b.value, ok, FALSE)
        case "-":
            return Term(a.value - b.value, ok, FALSE)
        case "*":
            return Term(a.value * b.value, ok, FALSE)
    return Term(a.value / b.value, z3.And(ok, b.value != 0), FALSE)


def _compared(op: str, a: Formula, b: Formula) -> Formula:
    operations = {">=": lambda: a >= b, "<=": lambda: a <= b, ">": lambda: a > b, "<": lambda: a < b,
                  "=": lambda: a == b, "!=": lambda: a != b}  # fmt: skip
    return operations[op]()


def _logic(op: str, terms: list[Term]) -> Term:
    """From the left, as far as needed: what is not looked at cannot fail."""
    if op == "not":
        return Term(z3.Not(terms[0].value), terms[0].ok, FALSE)
    value, ok = terms[-1].value, terms[-1].ok
    for term in reversed(terms[:-1]):
        further = term.value if op == "and" else z3.Not(term.value)
        value = z3.And(term.value, value) if op == "and" else z3.Or(term.value, value)
        ok = z3.And(term.ok, z3.Implies(further, ok))
    return Term(value, ok, FALSE)


def _rounded(value: Formula, step: Formula, mode: Mode) -> Formula:
    steps = value / step
    down, up = z3.ToReal(z3.ToInt(steps)), -z3.ToReal(z3.ToInt(-steps))
    half = _number(Fraction(1, 2))
    match mode:
        case Mode.FLOOR:
            whole = down
        case Mode.CEILING:
            whole = up
        case Mode.DOWN:
            whole = z3.If(steps >= 0, down, up)
        case Mode.UP:
            whole = z3.If(steps >= 0, up, down)
        case Mode.HALF_UP:
            whole = z3.If(steps >= 0, z3.ToReal(z3.ToInt(steps + half)), -z3.ToReal(z3.ToInt(-steps + half)))
        case Mode.HALF_EVEN:
            near = z3.ToReal(z3.ToInt(steps + half))
            odd = z3.ToInt(steps + half) % 2 == 1
            whole = z3.If(z3.And(steps + half == near, odd), near - 1, near)
    return whole * step
