"""Aggregates of the core to SQL: what is gathered from events and from the results of periods."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from kpidsl.core import nodes as n
from kpidsl.core.columns import TYPES, TooWideError, quoted, width
from kpidsl.engines.columnar import numbers as q
from kpidsl.engines.columnar import wholes as w
from kpidsl.engines.columnar.conditions import FALSE, NOWHERE, TRUE, Condition, every, opposite, some
from kpidsl.engines.columnar.frames import Frame, Rows, used
from kpidsl.engines.columnar.gathering import Inner
from kpidsl.engines.columnar.layers import Layers
from kpidsl.engines.columnar.looking import Reach, reach
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, UnsupportedError, failing, present
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values import domains as d

ZERO = Fraction(0)
ONE = q.constant(Fraction(1))
MOST_DIVISOR = 100
"""What all numbers up to it divide has no more than 128 bits for less than that."""


@dataclass
class Aggregates(ABC):
    """What is known of a subject so far, by name; `reaches` are the rows that aggregates go over.

    `same` are expressions that have a column already, `frames` the aggregates that are being worked out; inside of one
    nothing becomes a column of the subject.
    """

    layers: Layers
    facts: Mapping[str, Term]
    reaches: Mapping[Reach, Rows]
    known: dict[str, Term] = field(default_factory=dict)
    sizes: dict[str, Callable[[], Term]] = field(default_factory=dict)
    same: dict[n.Expr, Term] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)

    @abstractmethod
    def of(self, expr: n.Expr) -> Term:
        """What an expression comes to."""

    @property
    def around(self) -> Frame | None:
        """The aggregate over rows that is being worked out."""
        return next((frame for frame in reversed(self.frames) if frame.rows is not None), None)

    def bind(self, of: Whole) -> Whole:
        return of if self.around is not None else self.layers.bind(of)

    def bound(self, of: Number, name: str = "_") -> Number:
        if self.around is not None:
            return of
        top = self.layers.bind(of.top, name)
        return replace(of, top=top, divisor=self.layers.bind(of.divisor, f"{name} /") if of.divisor else None)

    def column(self, name: str) -> Term:
        """A column of the rows that an aggregate is at. What has no value there hangs on what it is of the subject now,
        if that has none for a reason of its own.
        """
        found, now = self.frames[-1].columns[name], self.known.get(name, Term(TRUE))
        if self.around is None or FALSE in (found.lacks, now.broken):
            return found
        return replace(found, lacks=every(found.lacks, some(opposite(now.broken), now.lacks)),
                       absent=every(found.lacks, now.absent), fails=every(found.lacks, now.fails))  # fmt: skip

    def aggregate(self, expr: n.Aggregate) -> Term:
        """Worked out for each of the rows around it whose columns it uses; once for the subject where it uses none."""
        names = used(expr, lambda inner: self.reaches[reach(inner)].columns)
        frames, same = self.frames, self.same
        owners = {next((at for at in range(len(frames) - 1, -1, -1) if name in _own(frames[at])), 0) for name in names}
        if len(owners) > 1:
            raise UnsupportedError("NESTED")
        self.frames, self.same = frames[: max(owners, default=-1) + 1], {} if frames else same
        found = self.over(expr)
        self.frames, self.same = frames, same
        return found

    def over(self, expr: n.Aggregate) -> Term:
        """An aggregate over its rows."""
        rows = self.reaches[reach(expr)]
        return self.failing(self.gathered(expr, rows), self.lacking(rows))

    def failing(self, of: Term, when: Condition) -> Term:
        """Fails before anything else where rows are lacking."""
        return of if when == FALSE else replace(of, fails=some(when, of.fails))

    def lacking(self, rows: Rows) -> Condition:
        """Where rows that should be there are not."""
        text, empty = rows.short
        short = Condition(*self.layers.gather(rows.source, NOWHERE, text, empty, {})) if text else FALSE
        lost = Condition(*self.layers.gather(rows.lost, NOWHERE, "count(*) > 0", "FALSE", {})) if rows.lost else FALSE
        return some(short, lost)

    def gathered(self, expr: n.Aggregate, rows: Rows) -> Term:
        where, value, frame = self.inside(expr, rows)
        taken = every(where.condition, opposite(where.broken))
        lacks = self._any(frame, some(where.lacks, every(taken, value.lacks)))
        fails = self._any(frame, some(where.fails, every(taken, value.fails)))
        counted = self._number(frame, taken, ONE, "count")
        if expr.function == "count":
            return Term(counted, lacks=lacks, fails=fails)
        found = self._number(frame, taken, value.number, expr.function)
        empty = FALSE if expr.function == "sum" else q.compare("=", counted, q.constant(ZERO))
        if expr.function == "average":
            found = q.divide(found, counted, self.bind)
            found = replace(found, domain=d.Domain(value.number.domain.low, value.number.domain.high))
        return failing(Term(found, lacks=lacks, fails=fails), empty)

    def inside(self, expr: n.Aggregate, rows: Rows | None, columns: Mapping[str, Term] | None = None) -> \
            tuple[Term, Term, Frame]:  # fmt: skip
        """The condition and the value at one of the rows."""
        outer = self.frames[-1].columns if self.frames else {}
        own = rows.columns if rows is not None else columns or {}
        frame, same = Frame(rows, {**outer, **own}), self.same
        self.frames, self.same = [*self.frames, frame], {}
        where = present(self.of(expr.where)) if expr.where is not None else Term(TRUE)
        value = present(self.of(expr.value)) if expr.value is not None else Term(ONE)
        self.frames, self.same = self.frames[:-1], same
        return where, value, frame

    def _number(self, frame: Frame, taken: Condition, value: Number, function: str) -> Number:
        """The count, sum, highest or lowest of the values that are taken; an average begins as a sum."""
        assert frame.rows is not None
        if value.divisor is not None and function in ("highest", "lowest"):
            return self._end(frame, taken, value, value.divisor, function)
        value = _without_divisor(value)
        top, most = value.top, frame.rows.most
        low, high, domain = top.low, top.high, value.domain
        if function in ("count", "sum", "average"):
            low, high = min(0, top.low * most), max(0, top.high * most)
            times = d.Domain(d.End(ZERO), d.End(Fraction(most)), Fraction(1))
            domain = d.multiply(d.either(value.domain, d.point(ZERO)), times)
        bits = width(low, high)
        names = {"count": "count(*)", "highest": f"max({top.text})", "lowest": f"min({top.text})"}
        text = names.get(function, f"sum({top.text})")
        empty = "NULL" if function in ("highest", "lowest") else "0"
        depth = max(taken.depth, top.depth)
        column, at = self.gather(frame, taken, text, empty, depth, "" if bits == 128 else TYPES[bits])
        return Number(Whole(column, low, high, bits, at, True, empty == "NULL" or top.nullable), value.scale, domain)

    def _end(self, frame: Frame, taken: Condition, value: Number, divisor: Whole, function: str) -> Number:
        """The highest or lowest of quotients: a multiple of theirs, cut, is in their order."""
        key = w.quotient(w.multiply(value.top, w.literal(2 * divisor.high**2)), divisor)
        best = "arg_max" if function == "highest" else "arg_min"

        def column(of: Whole) -> Whole:
            depth = max(taken.depth, key.depth, of.depth)
            name, at = self.gather(frame, taken, f"{best}({of.text}, {key.text})", "NULL", depth)
            return replace(of, text=name, depth=at, atom=True, nullable=True)

        return replace(value, top=column(value.top), divisor=column(divisor))

    def _any(self, frame: Frame, condition: Condition) -> Condition:
        """Whether a condition holds for one of the rows."""
        if condition == FALSE:
            return FALSE
        return Condition(*self.gather(frame, condition, "count(*) > 0", "FALSE", condition.depth))

    def gather(self, frame: Frame, taken: Condition, text: str, empty: str, depth: int, kind: str = "") -> \
            tuple[str, int]:  # fmt: skip
        """What is gathered from the rows that are taken: for each of the rows around them, or for the subject."""
        assert frame.rows is not None
        around = self.around
        if around is None or around.rows is None:
            text = text if taken == TRUE else _only(text, taken.text)
            text = f"CAST({text} AS {kind})" if kind else text
            return self.layers.gather(frame.rows.source, depth, text, empty, frame.inner)
        text = f"CAST({text} AS {kind})" if kind else text
        inner = {name: own for name, own in frame.inner.items() if quoted(name) in text + taken.text}
        found = Inner(around.rows.source, frame.rows.source, taken.text, text, empty, depth > NOWHERE, inner)
        name = next((name for name, known in around.inner.items() if known == found), None)
        if name is None:
            name = self.layers.free(f"of {len(self.layers.taken) + 1}")
            around.inner[name] = found
        return quoted(name), depth


def _own(frame: Frame) -> Mapping[str, Term]:
    return frame.rows.columns if frame.rows is not None else frame.columns


def _only(text: str, condition: str) -> str:
    """An aggregate of SQL over the rows for which a condition holds."""
    end = text.rindex(")") + 1
    return f"{text[:end]} FILTER (WHERE {condition}){text[end:]}"


def _without_divisor(of: Number) -> Number:
    """Over a constant that every divisor divides, so that values can be added up whatever their own are."""
    if of.divisor is None:
        return of
    try:
        if of.divisor.high > MOST_DIVISOR:
            raise UnsupportedError("SUM_OF_QUOTIENTS")
        common = lcm(*range(of.divisor.low, of.divisor.high + 1))
        top = w.multiply(of.top, w.quotient(w.literal(common), of.divisor))
        return replace(of, top=top, scale=of.scale * common, divisor=None)
    except TooWideError as error:
        raise UnsupportedError("SUM_OF_QUOTIENTS") from error
