"""Which way a value can move as one fact rises, derived from its form: a sum of what never falls never falls.

Every derivation is sound for facts for which both values can be worked out; what it does not see may move either way.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntFlag
from functools import reduce
from itertools import pairwise
from operator import or_

from kpidsl.check.hanging import Names, direct, reach
from kpidsl.check.regions import uncovered
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, stretch
from kpidsl.values import domains as d
from kpidsl.values.domains import Domain


class Way(IntFlag):
    """Whether a value can move up, or down, as the fact rises."""

    FLAT = 0
    UP = 1
    DOWN = 2
    EITHER = 3

    @property
    def turned(self) -> "Way":
        return {Way.UP: Way.DOWN, Way.DOWN: Way.UP}.get(self, self)


def through(outer: Way, inner: Way) -> Way:
    """Of a value that moves `outer` with another, which itself moves `inner`."""
    if Way.FLAT in (outer, inner):
        return Way.FLAT
    return inner if outer is Way.UP else inner.turned if outer is Way.DOWN else Way.EITHER


def side(of: Domain) -> Way:
    """UP where there is nothing below 0, DOWN where there is nothing above it."""
    up, down = (of.low.value or d.ZERO) >= 0, (of.high.value or d.ZERO) <= 0
    up, down = up and of.low.value is not None, down and of.high.value is not None
    return Way.FLAT if up and down else Way.UP if up else Way.DOWN if down else Way.EITHER


class Ways:
    """The ways of the definitions of one level, for one fact, worked out one by one in their order."""

    def __init__(self, level: Program, ranges: Ranges, hangs: Mapping[str, Names], fact: str) -> None:
        self.level, self.ranges, self.hangs, self.fact = level, ranges, hangs, fact
        self.known: dict[str, Way] = {}
        self.presence: dict[str, Way] = {}

    def definition(self, item: n.Definition) -> Way:
        self.presence[item.name] = Way.FLAT
        if self.fact not in self.hangs[item.name]:
            return Way.FLAT
        match item:
            case n.Named(expr=expr):
                return self.of(expr)
            case n.Ledger():
                return self._ledger(item)
        return Way.EITHER

    # ---- ledgers

    def _ledger(self, ledger: n.Ledger) -> Way:
        self.presence[ledger.name] = self._presence(ledger)
        balance, way = d.point(d.ZERO), Way.FLAT
        settled = self.ranges.known[ledger.name]
        for line in ledger.lines:
            self.ranges.known[ledger.name], self.known[ledger.name] = balance, way
            after = self.ranges.after(line, balance)
            moved = self._line(line, balance, way)
            if line.when is not None:
                guard = through(side(self._difference(line, balance, after)), self.of(line.when))
                moved, after = moved | way | guard, d.either(balance, after)
            way, balance = moved, d.either(balance, after) if line.verb in ("carry", "spread") else after
        self.ranges.known[ledger.name] = settled
        return way

    def _line(self, line: n.Line, balance: Domain, way: Way) -> Way:
        """The way of the balance once the line has fired."""
        if line.verb == "spread":
            return Way.EITHER if any(self.presence.values()) else way
        amount = self.of(line.amount)
        match line.verb:
            case "carry":
                assert isinstance(line.amount, n.Ref)
                there = through(side(self.ranges.of(line.amount)), self.presence.get(line.amount.name, Way.EITHER))
                return way | amount | there
            case "deduct":
                return way | amount.turned
            case "multiply":
                return through(side(self.ranges.of(line.amount)), way) | through(side(balance), amount)
            case "add" | "at most" | "at least":
                return way | amount
        return amount     # start, override and round say what the balance is

    def _difference(self, line: n.Line, before: Domain, after: Domain) -> Domain:
        """What a line that fires adds."""
        amount = self.ranges.amount(line)
        match line.verb:
            case "add":
                return amount
            case "deduct":
                return d.negative(amount)
            case "multiply":
                return d.multiply(before, d.add(amount, d.point(-d.ONE)))
            case "at most":
                return Domain(high=d.End(d.ZERO))
            case "at least":
                return Domain(low=d.End(d.ZERO))
        return d.add(after, d.negative(before))

    def _presence(self, ledger: n.Ledger) -> Way:
        """Whether a ledger begins or ceases to have a score as the fact rises."""
        exempt = [self.of(condition).turned for condition in ledger.exempt]
        missing = [Way.EITHER for line in ledger.lines if self._may_lack(line.amount) and self._touches(line)]
        carried = [self.presence.get(line.amount.name, Way.EITHER) for line in ledger.lines
                   if line.verb == "carry" and isinstance(line.amount, n.Ref)]  # fmt: skip
        return _all([*exempt, *missing, *carried])

    def _may_lack(self, expr: n.Expr) -> bool:
        names = reach(direct(expr, self.level), self.hangs)
        lets = tuple(item for item in self.level.definitions if isinstance(item, n.Named) and item.name in names)
        return any((isinstance(each, n.Literal) and each.value is None) or (isinstance(each, n.Among) and each.least)
                   for each in n.walk((expr, lets)))  # fmt: skip

    def _touches(self, tree: object) -> bool:
        return self.fact in reach(direct(tree, self.level), self.hangs)

    # ---- expressions

    def of(self, expr: n.Expr) -> Way:
        match expr:
            case n.Column(name=name, of_event=False):
                return Way.UP if name == self.fact else Way.FLAT
            case n.Ref(name=name):
                return self.known.get(name, Way.EITHER)
            case n.Arithmetic():
                return self._arithmetic(expr)
            case n.Comparison(op=op, left=left, right=right):
                rises = self.of(left) | self.of(right).turned
                return rises if op in (">", ">=") else rises.turned if op in ("<", "<=") else Way.EITHER if rises \
                    else Way.FLAT  # fmt: skip
            case n.Logic(op=op, arguments=arguments):
                joined = _all(self.of(argument) for argument in arguments)
                return joined.turned if op == "not" else joined
            case n.Extreme(low=low, arguments=arguments):
                return _all(self.of(argument) for argument in self._leading(arguments, low))
            case n.Round(value=value):
                return self.of(value)
            case n.Cases():
                return self._cases(expr)
            case n.Interpolate():
                return self._slope(expr)
            case n.Aggregate():
                return self._aggregate(expr)
            case n.Among(arguments=arguments, least=None):
                return _all(self.of(argument) for argument in arguments)
            case n.IsMissing(value=n.Column()) | n.Literal():
                return Way.FLAT
        return Way.EITHER if self._touches(expr) else Way.FLAT

    def _arithmetic(self, expr: n.Arithmetic) -> Way:
        left, right = self.of(expr.left), self.of(expr.right)
        a, b = self.ranges.possible(expr.left), self.ranges.possible(expr.right)
        match expr.op:
            case "+":
                return left | right
            case "-":
                return left | right.turned
            case "*":
                return through(side(b), left) | through(side(a), right)
        if right and side(b) is Way.EITHER:
            return Way.EITHER
        return through(side(b), left) | through(side(a), right.turned)

    def _leading(self, arguments: Sequence[n.Expr], low: bool) -> list[n.Expr]:
        """Those of which one is the lowest or highest; not those that another never lets be it."""
        known = [(argument, self.ranges.possible(argument)) for argument in arguments]
        return [argument for argument, own in known
                if not any(argument is not other and _below(*((than, own) if low else (own, than))) and own != than
                           for other, than in known)]  # fmt: skip

    def _slope(self, expr: n.Interpolate) -> Way:
        if any(self.of(end) for end in (expr.low, expr.high, expr.start, expr.stop)):
            return Way.EITHER
        rise, run = (d.add(self.ranges.possible(stop), d.negative(self.ranges.possible(start)))
                     for start, stop in ((expr.start, expr.stop), (expr.low, expr.high)))  # fmt: skip
        return through(through(side(run), side(rise)), self.of(expr.x))

    def _aggregate(self, expr: n.Aggregate) -> Way:
        if not self._touches(expr) or (expr.unit is not None and expr.unit is self.level.unit):
            return Way.EITHER if self._touches(expr) else Way.FLAT
        where = self.of(expr.where) if expr.where is not None else Way.FLAT
        if expr.function == "count":
            return where
        return Way.EITHER if where or expr.value is None else self.of(expr.value)

    # ---- blocks

    def _cases(self, cases: n.Cases) -> Way:
        limits = [stretch(row.test) for row in cases.rows]
        if cases.subject is None or None in limits:
            return self._choices(cases.rows)
        pieces: list[tuple[Domain, n.Expr]] = []
        held: list[Domain] = []
        for row, limit in zip(cases.rows, limits, strict=True):
            possible = d.meet(self.ranges.possible(cases.subject), limit or d.ANY)
            pieces += [(piece, row.outcome) for piece in uncovered(possible, held)] if not possible.empty else []
            held.append(limit or d.ANY)
        pieces = [(piece, outcome) for piece, outcome in pieces if not _is_none(outcome)]
        pieces.sort(key=lambda found: (found[0].low.value is not None, found[0].low.value or d.ZERO, found[0].low.open))
        values = [self.ranges.held(cases.subject, piece, outcome, {}) for piece, outcome in pieces]
        across = through(_order(values), self.of(cases.subject))
        return across | _all(self.of(outcome) for _, outcome in pieces)

    def _choices(self, rows: Sequence[n.Case]) -> Way:
        """The first row whose condition holds, else what the rows after it come to."""
        valued = [row for row in rows if not _is_none(row.outcome)]
        way = _all(self.of(row.outcome) for row in valued)
        for at, row in enumerate(valued):
            rest = [self.ranges.possible(other.outcome) for other in valued[at + 1 :]]
            if rest and self.of(row.test):
                more = d.add(self.ranges.possible(row.outcome), d.negative(d.union(rest)))
                way |= through(side(more), self.of(row.test))
        lacking = any(self.of(row.test) for row in rows) and len(valued) < len(rows)
        return Way.EITHER if lacking else way


def _all(ways: Iterable[Way]) -> Way:
    return reduce(or_, ways, Way.FLAT)


def _is_none(expr: n.Expr) -> bool:
    return isinstance(expr, n.Literal) and expr.value is None


def _below(one: Domain, other: Domain) -> bool:
    return one.high.value is not None and other.low.value is not None and one.high.value <= other.low.value


def _order(values: Sequence[Domain]) -> Way:
    """How values that stand side by side go up or down from one to the next."""
    pairs = list(pairwise(values))
    up = all(_below(one, other) for one, other in pairs)
    down = all(_below(other, one) for one, other in pairs)
    return Way.FLAT if up and down else Way.UP if up else Way.DOWN if down else Way.EITHER
