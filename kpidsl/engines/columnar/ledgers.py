"""Ledgers and grades to SQL: the balance after the last line, and when there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.entries import FEW, LIMITS, MISSING, WHEN, WITHIN, choices
from kpidsl.engines.columnar import numbers as q
from kpidsl.engines.columnar import wholes as w
from kpidsl.engines.columnar.conditions import FALSE, TRUE, Condition, chosen, every, opposite, some
from kpidsl.engines.columnar.expressions import Expressions
from kpidsl.engines.columnar.layers import Layers, text_literal
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, Words, present
from kpidsl.engines.columnar.wholes import Whole

ZERO = q.constant(Fraction(0))
LONG = 300
"""Longer conditions of a ledger become columns: every line takes them in more than once."""


class Account(NamedTuple):
    """A ledger that was worked out: its balance, `none` where it has no score, and what it is worth."""

    term: Term
    worth: Fraction | None


class Posting(NamedTuple):
    """What the line at a place in its ledger moved the balance by, and its code; neither where it is not come to."""

    at: int
    amount: Number
    code: Whole
    unreached: Condition


@dataclass
class Balance:
    """A ledger so far: `closed` where it came to an end without a balance, `broken` where it cannot be worked out."""

    number: Number = ZERO
    closed: Condition = FALSE
    lacks: Condition = FALSE
    absent: Condition = FALSE
    fails: Condition = FALSE
    posted: Condition = FALSE
    postings: list[Posting] = field(default_factory=list)

    @property
    def goes_on(self) -> Condition:
        return every(opposite(self.closed), opposite(some(self.lacks, self.fails)))

    def needs(self, of: Term, when: Condition = TRUE) -> None:
        """What it takes in can break it, as long as it goes on."""
        here = every(self.goes_on, when)
        self.lacks = some(self.lacks, every(here, of.lacks))
        self.absent = some(self.absent, every(here, of.absent))
        self.fails = some(self.fails, every(here, of.fails))

    def shorten(self, layers: Layers, name: str) -> None:
        """Conditions that have grown long become columns."""
        for flag in ("closed", "lacks", "absent", "fails", "posted"):
            condition = getattr(self, flag)
            if len(condition.text) > LONG:
                setattr(self, flag, layers.bind_condition(condition, f"{name} {flag}"))


class Opened(NamedTuple):
    """What a ledger comes to, where it is not applicable, and what each of its lines moved."""

    term: Term
    exempt: Condition = FALSE
    postings: tuple[Posting, ...] = ()


def ledger(item: n.Ledger, x: Expressions, accounts: Mapping[str, Account]) -> Opened:
    """`accounts` are the ledgers before."""
    if item.unfilled:
        return Opened(Term(ZERO, none=TRUE))
    so_far = Balance()
    for condition in item.exempt:
        exempt = present(x.of(condition))
        so_far.needs(exempt)
        so_far.closed = some(so_far.closed, every(so_far.goes_on, exempt.condition))
    exempted = so_far.closed
    carried = [line.amount.name for line in item.lines if line.verb == "carry" and isinstance(line.amount, n.Ref)]
    before = dict(x.known)
    for at, line in enumerate(item.lines):
        own = any(isinstance(node, n.Ref) and node.name == item.name for node in n.walk((line.amount, line.when)))
        if own and line.verb != "round":    # rounding writes it down once
            so_far.number = x.bound(so_far.number)
        x.known[item.name] = Term(so_far.number)
        if line.verb == "carry" and isinstance(line.amount, n.Ref):
            _carry(so_far, accounts[line.amount.name].term)
        elif line.verb == "spread":
            so_far.postings.append(_spread(so_far, item, at, [accounts[name] for name in carried], x))
        else:
            so_far.postings.append(_line(so_far, at, line, x))
        so_far.shorten(x.layers, item.name)
    x.known = before
    if carried:
        so_far.closed = some(so_far.closed, every(so_far.goes_on, opposite(so_far.posted)))
    term = Term(so_far.number, so_far.closed, so_far.lacks, so_far.absent, so_far.fails)
    return Opened(term, exempted, tuple(so_far.postings))


def _carry(so_far: Balance, inner: Term) -> None:
    so_far.needs(replace(inner, none=FALSE))
    so_far.posted = some(so_far.posted, opposite(inner.none))
    if inner.none != TRUE:
        amount = inner.number if inner.none == FALSE else q.choose([(inner.none, ZERO)], inner.number)
        so_far.number = q.add(so_far.number, amount)


def _spread(so_far: Balance, item: n.Ledger, at: int, taken: list[Account], x: Expressions) -> Posting:
    """The balance of those that have a score, held against what they are worth, times what all are worth."""
    line, before, unreached = item.lines[at], so_far.number, so_far.closed
    assert item.worth is not None
    assert isinstance(line.amount, n.Literal)
    assert isinstance(line.amount.value, Fraction)
    there = [(opposite(account.term.none), account.worth or Fraction(0)) for account in taken]
    count = reduce(q.add, (_where(here, q.constant(Fraction(1)), Fraction(0)) for here, _ in there))
    worth = reduce(q.add, (_where(here, q.constant(own), Fraction(0)) for here, own in there))
    few = some(q.compare("<", count, q.constant(line.amount.value)), q.compare("=", worth, ZERO))
    so_far.closed = some(so_far.closed, every(so_far.goes_on, few))
    so_far.number = q.divide(q.multiply(so_far.number, q.constant(item.worth)), worth, x.bind)
    whole = q.compare("=", worth, q.constant(item.worth))
    codes = [(few, w.literal(FEW)), (whole, w.literal(WITHIN))]
    code = w.choose([(when, code) for when, code in codes if when != FALSE], w.literal(0))
    return Posting(at, q.subtract(so_far.number, before), code, unreached)


def _line(so_far: Balance, at: int, line: n.Line, x: Expressions) -> Posting:
    before, unreached = so_far.number, so_far.closed
    when = present(x.of(line.when)) if line.when is not None else Term(TRUE)
    so_far.needs(when)
    fires = x.layers.bind_condition(when.condition)
    amount = x.of(line.amount)
    so_far.needs(amount, fires)
    so_far.closed = some(so_far.closed, every(so_far.goes_on, fires, amount.none))
    after = _applied(line.verb, so_far.number, amount.number, fires)
    if line.verb in LIMITS and so_far.posted != TRUE:
        moved = q.compare("!=", after, so_far.number)
        so_far.posted = some(so_far.posted, every(fires, moved))
    elif line.verb != "round":
        so_far.posted = some(so_far.posted, fires)
    so_far.number = after
    reasons = [(opposite(fires), w.literal(WHEN)), (amount.none, w.literal(MISSING))]
    code = w.choose([(when, code) for when, code in reasons if when != FALSE], _chosen(line, x))
    return Posting(at, _moved(line.verb, before, amount.number, after, fires), code, unreached)


def _moved(verb: str, before: Number, amount: Number, after: Number, fires: Condition) -> Number:
    """What a line moves the balance by, in the shortest form."""
    if verb in ("add", "deduct"):
        signed = amount if verb == "add" else q.multiply(amount, q.constant(Fraction(-1)))
        return _where(fires, signed, Fraction(0))
    return q.subtract(after, before)


def _chosen(line: n.Line, x: Expressions) -> Whole:
    """A digit for each choice of the amount: which row was chosen; 0 where it is not come to."""
    digits: list[Whole] = []
    among = choices(line.amount)
    for choice in among:
        rows = x.picked.get(choice.cases, [])
        cells = [(row.test.condition, w.literal(row.at)) for row in rows]
        digit = w.choose(cells[:-1], cells[-1][1]) if cells else w.literal(0)
        if choice.outer is not None:
            outer = digits[choice.outer] = x.bind(digits[choice.outer])
            digit = w.choose([(w.compare("=", outer, w.literal(choice.row)), digit)], w.literal(0))
        digits.append(digit)
    code = w.literal(0)
    for choice, digit in zip(reversed(among), reversed(digits), strict=True):
        code = w.add(w.multiply(code, w.literal(len(choice.cases.rows))), digit)
    return code


def _applied(verb: str, balance: Number, amount: Number, fires: Condition) -> Number:
    """The balance after a line, which is written down once: a line that does not fire adds 0, or multiplies by 1."""
    match verb:
        case "add":
            return q.add(balance, _where(fires, amount, Fraction(0)))
        case "deduct":
            return q.subtract(balance, _where(fires, amount, Fraction(0)))
        case "multiply":
            return q.multiply(balance, _where(fires, amount, Fraction(1)))
        case "at most":
            end = balance.domain.high.value
            return _limited(True, balance, amount, fires, end)
        case "at least":
            end = balance.domain.low.value
            return _limited(False, balance, amount, fires, end)
    return amount if fires == TRUE else q.choose([(fires, amount)], balance)


def _limited(low: bool, balance: Number, amount: Number, fires: Condition, end: Fraction | None) -> Number:
    if fires != TRUE and end is None:
        return q.choose([(fires, q.extreme(low, [balance, amount]))], balance)
    return q.extreme(low, [balance, _where(fires, amount, end or Fraction(0))])


def _where(fires: Condition, amount: Number, otherwise: Fraction) -> Number:
    return amount if fires == TRUE else q.choose([(fires, amount)], q.constant(otherwise))


def grade(item: n.Grade, x: Expressions) -> tuple[Term, Term]:
    """The grade by points and overrides, before quotas; and the value that it goes by."""
    by_points = present(x.of(item.cases))
    found = by_points.value if isinstance(by_points.value, Words) else Words("NULL")     # no row can be chosen
    lacks, fails = every(by_points.lacks, opposite(by_points.absent)), by_points.fails
    cases: list[tuple[Condition, Condition]] = []
    held = FALSE
    for override in item.overrides:
        when = present(x.of(override.when))
        lacks, fails = some(lacks, when.lacks), some(fails, when.fails)
        held = some(held, when.condition)
        cases.insert(0, (when.condition, Condition(text_literal(override.grade))))
    if by_points.absent != FALSE:
        cases.append((by_points.absent, Condition("NULL")))
    said = chosen(cases, Condition(found.text, found.depth)) if cases else found
    value = x.of(item.cases.subject) if item.cases.subject is not None else Term(ZERO, none=TRUE)
    return Term(Words(said.text, said.depth), every(by_points.absent, opposite(held)), lacks, FALSE, fails), value
