"""What every definition of a program can come to, over all facts that its tables admit."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.program import Field, Program
from kpidsl.values import domains as d
from kpidsl.values.domains import ANY, Domain, End
from kpidsl.values.kinds import Base, Kind, Range

ZERO = Fraction(0)
NOTHING = Domain(End(Fraction(1)), End(ZERO))
"""No value at all."""
# Kinds of which there is never less than none.
POSITIVE = (Base.COUNT,)


class Ranges:
    """The domains of the definitions of one level, worked out in their order; `below` are those of shorter periods."""

    def __init__(self, program: Program, below: Mapping[str, Mapping[str, Domain]]) -> None:
        self.facts = {item.name: of_field(item) for item in program.facts.fields}
        self.rows = {**below, **{table.name: {item.name: of_field(item) for item in table.fields}
                                 for table in program.events}}  # fmt: skip
        self.unit = program.unit
        self.known: dict[str, Domain] = {}
        self.before: dict[n.Place, Domain] = {}
        self.guarded: dict[n.Expr, Domain] = {}
        for item in program.definitions:
            self.known[item.name] = self._definition(item)

    @property
    def results(self) -> dict[str, Domain]:
        """What a longer period can know of this one."""
        return {**self.facts, **self.known}

    def possible(self, expr: n.Expr) -> Domain:
        """What `expr` can be wherever it stands, within an aggregate too."""
        rows: dict[str, Domain] = {}
        for columns in self.rows.values():
            for name, domain in columns.items():
                rows[name] = d.either(rows[name], domain) if name in rows else domain
        return self.of(expr, rows)

    def _definition(self, item: n.Definition) -> Domain:
        match item:
            case n.Named(expr=n.Literal(value=None), range=Range() as limits):
                return of_range(limits, item.kind)
            case n.Named(expr=expr):
                return self.of(expr)
            case n.Ledger():
                return self._ledger(item)
            case n.Rank():
                return d.whole(Fraction(1))
        return ANY

    def _ledger(self, ledger: n.Ledger) -> Domain:
        """The balance after the last line; `before` keeps what it can be before each."""
        balance = d.point(ZERO)
        for line in ledger.lines:
            self.known[ledger.name] = balance
            self.before[line.place] = balance
            after = self.after(line, balance)
            stays = line.when is not None or line.verb in ("carry", "spread")
            balance = d.either(balance, after) if stays else after
        return balance

    def after(self, line: n.Line, balance: Domain) -> Domain:
        """The balance once a line has fired."""
        if line.verb == "spread":
            return ANY
        amount = self.amount(line)
        match line.verb:
            case "add" | "carry":
                return d.add(balance, amount)
            case "deduct":
                return d.add(balance, d.negative(amount))
            case "multiply":
                return d.multiply(balance, amount)
            case "at most":
                return d.least([balance, amount])
            case "at least":
                return d.most([balance, amount])
        return amount     # start, override and round say what the balance is

    def amount(self, line: n.Line) -> Domain:
        """The amount where the condition of the line holds: a - b is nothing below 0 when a >= b."""
        self.guarded = dict(_differences(line.when))
        found = self.of(line.amount)
        self.guarded = {}
        return found

    def of(self, expr: n.Expr, row: Mapping[str, Domain] | None = None) -> Domain:
        """The domain of a number; ANY for what is none. `row` are the columns that an aggregate goes over."""
        row = row or {}
        match expr:
            case n.Literal(value=Fraction() as value):
                return d.point(value)
            case n.Column(name=name, of_event=of_event):
                return row.get(name, ANY) if of_event else self.facts.get(name, ANY)
            case n.Ref(name=name):
                return self.known.get(name, ANY)
            case n.Arithmetic(op=op, left=left, right=right):
                found = _arithmetic(op, self.of(left, row), self.of(right, row))
                return d.meet(found, self.guarded[expr]) if self.guarded and expr in self.guarded else found
            case n.Extreme(low=low, arguments=arguments):
                domains = [self.of(argument, row) for argument in arguments]
                return d.least(domains) if low else d.most(domains)
            case n.Round(value=value, step=step, mode=mode):
                return d.rounded(self.of(value, row), step, mode)
            case n.Cases(rows=rows, subject=subject):
                return d.union(self._within(subject, case.test, case.outcome, row) for case in rows)
            case n.Aggregate():
                return self._aggregate(expr, row)
            case n.Among(function=function, arguments=arguments):
                return _combined(function, d.union(self.of(argument, row) for argument in arguments), len(arguments))
            case n.GroupSize():
                return d.whole(Fraction(1))
            case n.Previous(kind=kind):
                return d.whole() if kind.base in POSITIVE else ANY
        return ANY

    def at(self, subject: n.Expr | None, outcome: n.Expr, value: Fraction) -> Domain:
        """What an outcome comes to where its subject has this value."""
        if isinstance(outcome, n.Interpolate):
            ends = [self.of(end).point for end in (outcome.low, outcome.high, outcome.start, outcome.stop)]
            if None in ends:
                return ANY
            low, high, start, stop = (end or ZERO for end in ends)
            return d.point(start + (value - low) / (high - low) * (stop - start)) if low != high else ANY
        return self.held(subject, d.point(value), outcome, {})

    def _within(self, subject: n.Expr | None, test: n.Expr, outcome: n.Expr, row: Mapping[str, Domain]) -> Domain:
        """The outcome of a row, its subject held to the values for which the row is chosen."""
        limits = stretch(test)
        if limits is None or not isinstance(subject, n.Ref | n.Column):
            return self._outcome(outcome, row)
        held = d.meet(self.of(subject, row), limits)
        return NOTHING if held.empty else self.held(subject, held, outcome, row)

    def held(self, subject: n.Expr | None, held: Domain, outcome: n.Expr, row: Mapping[str, Domain]) -> Domain:
        """An outcome while the subject is held to some of its values."""
        if not isinstance(subject, n.Ref | n.Column):
            return self._outcome(outcome, row)
        if isinstance(subject, n.Column) and subject.of_event:
            return self._outcome(outcome, {**row, subject.name: held})
        names = self.known if isinstance(subject, n.Ref) else self.facts
        before = names.get(subject.name, ANY)
        names[subject.name] = held
        found = self._outcome(outcome, row)
        names[subject.name] = before
        return found

    def _outcome(self, outcome: n.Expr, row: Mapping[str, Domain]) -> Domain:
        """A line between two ends stays between them; an outcome that is missing adds nothing."""
        match outcome:
            case n.Interpolate(start=start, stop=stop):
                found = d.either(self.of(start, row), self.of(stop, row))
                return Domain(found.low, found.high)
            case n.Literal(value=None):
                return NOTHING
        return self.of(outcome, row)

    def _aggregate(self, expr: n.Aggregate, row: Mapping[str, Domain]) -> Domain:
        inner = {**row, **self.rows.get(expr.rows, {})}
        if expr.unit is self.unit and self.unit is not None:
            inner = {**row, **self.facts, **self.known}
        if expr.function in ("count", "streak") or expr.value is None:
            return d.whole()
        return _combined(expr.function, self.of(expr.value, inner), None)


def stretch(test: n.Expr) -> Domain | None:
    """The values for which the test of a row of bands holds; None where its ends are not constant."""
    match test:
        case n.Literal(value=True):
            return ANY
        case n.Comparison(op=op, right=n.Literal(value=Fraction() as value)):
            return {">=": Domain(End(value)), ">": Domain(End(value, True)), "<=": Domain(high=End(value)),
                    "<": Domain(high=End(value, True)), "=": Domain(End(value), End(value))}.get(op)  # fmt: skip
        case n.Logic(op="and", arguments=(one, other)):
            a, b = stretch(one), stretch(other)
            return d.meet(a, b) if a is not None and b is not None else None
    return None


def _differences(when: n.Expr | None) -> Iterator[tuple[n.Expr, Domain]]:
    """What a condition says of the difference of two values."""
    match when:
        case n.Logic(op="and", arguments=arguments):
            for argument in arguments:
                yield from _differences(argument)
        case n.Comparison(op=">" | ">=" | "<" | "<=" as op, left=left, right=right) if when.kind.numeric:
            above, below = Domain(End(ZERO, len(op) == 1)), Domain(high=End(ZERO, len(op) == 1))
            more = op in (">", ">=")
            yield n.Arithmetic(when.place, "-", left, right), above if more else below
            yield n.Arithmetic(when.place, "-", right, left), below if more else above


def _combined(function: str, value: Domain, count: int | None) -> Domain:
    """Of `count` values, of any number of them where there is none: their sum, average, highest or lowest."""
    if function in ("highest", "lowest"):
        return value
    if function == "average":
        return Domain(value.low, value.high)
    if count is not None:
        return d.multiply(d.either(value, d.point(ZERO)), Domain(End(ZERO), End(Fraction(count)), Fraction(1)))
    low = End(ZERO) if value.low.value is not None and value.low.value >= 0 else d.INFINITE
    high = End(ZERO) if value.high.value is not None and value.high.value <= 0 else d.INFINITE
    return Domain(low, high, value.step)


def _arithmetic(op: str, left: Domain, right: Domain) -> Domain:
    match op:
        case "+":
            return d.add(left, right)
        case "-":
            return d.add(left, d.negative(right))
        case "*":
            return d.multiply(left, right)
    return d.divide(left, right)


def of_field(item: Field) -> Domain:
    """What a cell may hold."""
    return of_range(item.range, item.kind)


def of_range(limits: Range, kind: Kind) -> Domain:
    if not kind.numeric:
        return ANY
    low = End(limits.low, limits.low_open or limits.low is None)
    high = End(limits.high, limits.high_open or limits.high is None)
    return d.sharpened(Domain(low, high, Fraction(1) if kind.base is Base.COUNT else None))


def ranges(program: Program) -> list[Ranges]:
    """Of every level, the shortest period first."""
    found: list[Ranges] = []
    below: dict[str, Mapping[str, Domain]] = {}
    for level in program.levels:
        found.append(Ranges(level, below))
        if level.unit is not None:
            below = {**below, level.unit: found[-1].results}
    return found
