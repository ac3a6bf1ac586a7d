"""What a level looks back at: its own earlier periods, and how long something has held in a row.

Earlier periods are rows of the results so far; the period itself is what is known of the subject's row.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.columns import DAY, END, quoted
from kpidsl.engines.columnar import numbers as q
from kpidsl.engines.columnar.aggregates import ONE, ZERO, Aggregates
from kpidsl.engines.columnar.conditions import FALSE, NOWHERE, TRUE, Condition, chosen, every, opposite, some
from kpidsl.engines.columnar.frames import Rows
from kpidsl.engines.columnar.looking import back, reach
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, UnsupportedError, Words, failing, present
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values import domains as d
from kpidsl.values.kinds import Base

NOTHING = q.constant(ZERO)


@dataclass(frozen=True)
class Earlier:
    """Earlier periods of a level: `all` of them, and the `last` one, the period before, where nothing lacks."""

    all: Rows
    last: Rows
    lost: str


@dataclass
class History(Aggregates):
    """`unit` is that of the level, and `earlier` the periods before where it looks at them. `within`: the columns that
    tell apart, besides groups, who competes.
    """

    unit: Base | None = None
    earlier: Earlier | None = None
    within: tuple[str, ...] = field(default=())

    def over(self, expr: n.Aggregate) -> Term:
        """An aggregate over events, over shorter periods, or over those of this level, up to this one."""
        rows = self.reaches[reach(expr)]
        streak = expr.function == "streak"
        if streak and expr.window is not None:
            raise UnsupportedError("STREAK_WINDOW")
        if expr.unit is None or expr.unit is not self.unit:
            return self.failing(self._streak(expr, rows), self.lacking(rows)) if streak else super().over(expr)
        if self.frames:
            raise UnsupportedError("NESTED")
        lacking = self.lacking(rows)
        where, value, _ = self.inside(expr, None, {**self.facts, **{k: present(v) for k, v in self.known.items()}})
        if streak:
            return self.failing(self._one_more(where, self._streak(expr, rows)), lacking)
        return self.failing(self._together(expr, where, value, rows), lacking)

    # ---- in a row

    def _streak(self, expr: n.Aggregate, rows: Rows) -> Term:
        """How many rows back there is one for which the condition does not hold; all of them where it always does."""
        where, _, frame = self.inside(expr, rows)
        assert expr.unit is not None
        holds, distance = every(where.condition, opposite(where.broken)), back(expr.unit, quoted(DAY), quoted(END))
        most = d.Domain(d.End(ZERO), d.End(Fraction(rows.most)), Fraction(1))

        def column(taken: Condition, text: str, empty: str) -> Number:
            name, at = self.gather(frame, taken, text, empty, taken.depth, "BIGINT")
            return Number(Whole(name, 0, rows.most, 64, at, True, empty == "NULL"), 1, most)

        count = column(TRUE, "count(*)", "0")
        if holds == TRUE:
            return Term(count)
        stop = column(opposite(holds), f"min({distance})", "NULL")

        def first(broken: Condition) -> Condition:
            if broken == FALSE:
                return FALSE
            at = column(broken, f"min({distance})", "NULL").top
            return Condition(f"coalesce({at.text} = {stop.top.text}, FALSE)", max(at.depth, stop.top.depth))

        none = Condition(f"({stop.top.text} IS NULL)", stop.top.depth)
        return Term(q.choose([(none, count)], stop), lacks=first(where.lacks), fails=first(where.fails))

    def _one_more(self, now: Term, before: Term) -> Term:
        holds = every(opposite(now.broken), now.condition)
        value = q.choose([(holds, q.add(ONE, before.number))], NOTHING)
        return Term(value, FALSE, some(now.lacks, every(holds, before.lacks)), now.absent,
                    some(now.fails, every(holds, before.fails)))  # fmt: skip

    # ---- the last periods

    def _together(self, expr: n.Aggregate, where: Term, value: Term, rows: Rows) -> Term:
        """What came of earlier periods, with this one."""
        before = self.gathered(replace(expr, function="count"), rows)
        taken = every(where.condition, opposite(where.broken))
        absent = every(opposite(before.broken), some(where.absent, every(taken, value.absent)))
        broken = Term(TRUE, FALSE, some(before.lacks, where.lacks, every(taken, value.lacks)), absent,
                      some(before.fails, where.fails, every(taken, value.fails)))  # fmt: skip
        count = self.bound(q.add(before.number, _where(taken, ONE)))
        if expr.function == "count":
            return replace(broken, value=count)
        function = "sum" if expr.function == "average" else expr.function
        past, number = self.gathered(replace(expr, function=function), rows).number, self.bound(value.number)
        empty = q.compare("=", count, NOTHING)
        if function == "sum":
            found = q.add(past, _where(taken, number))
        else:
            none = q.compare("=", before.number, NOTHING)
            both = q.choose([(none, number)], q.extreme(function == "lowest", [past, number]))
            found = both if taken == TRUE else q.choose([(taken, both)], past)
        if expr.function == "average":
            held = d.either(self.inside(expr, rows)[1].number.domain, number.domain)
            found = replace(q.divide(found, count, self.bind), domain=d.Domain(held.low, held.high))
        return failing(replace(broken, value=found), FALSE if expr.function == "sum" else empty)

    # ---- the period before

    def previous(self, expr: n.Previous) -> Term:
        """What it was in the period before; the default where there is no earlier one, and never a hole between."""
        earlier = self.earlier
        assert earlier is not None
        there = self._found(earlier.all.source)
        lost, just = self._found(earlier.lost), self._found(earlier.lost, f"bool_or({quoted(DAY)} = {quoted(END)})")
        follows = self._found(earlier.last.source)
        hole = some(every(lost, some(opposite(there), just)), every(there, opposite(follows)))
        before = self._kept(expr.name, earlier.last)
        if expr.default is None:
            return replace(before, lacks=every(there, opposite(hole), before.lacks), fails=some(hole, opposite(there)))
        first = present(self.of(expr.default))
        alone = every(opposite(there), opposite(hole))
        return Term(_either(there, before.value, first.value), FALSE,
                    some(every(there, opposite(hole), before.lacks), every(alone, first.lacks)),
                    every(alone, first.absent), some(hole, every(alone, first.fails)))  # fmt: skip

    def _found(self, rows: str, text: str = "count(*) > 0") -> Condition:
        return Condition(*self.layers.gather(rows, NOWHERE, text, "FALSE", {}))

    def _kept(self, name: str, rows: Rows) -> Term:
        """A value of the only row that there is."""
        term = rows.columns[name]

        def column(text: str) -> tuple[str, int]:
            return self.layers.gather(rows.source, NOWHERE, f"any_value({text})", "NULL", {})

        match term.value:
            case Number(top=top, divisor=divisor):
                own, depth = column(top.text)
                below = column(divisor.text)[0] if divisor is not None else ""
                value: Number | Condition | Words = replace(
                    term.value, top=replace(top, text=own, depth=depth, nullable=True),
                    divisor=replace(divisor, text=below, depth=depth, nullable=True) if divisor is not None else None,
                )  # fmt: skip
            case Condition(text=text):
                own, depth = column(text)
                value = Condition(own, depth)
            case Words(text=text):
                own, depth = column(text)
                value = Words(own, depth)
        return Term(value, lacks=Condition(f"({own} IS NULL)", depth))


def _where(taken: Condition, number: Number) -> Number:
    return number if taken == TRUE else q.choose([(taken, number)], NOTHING)


def _either(first: Condition, one: Number | Condition | Words, other: Number | Condition | Words) -> \
        Number | Condition | Words:  # fmt: skip
    """One of two values, where they are of the same kind."""
    if isinstance(one, Number) and isinstance(other, Number):
        return q.choose([(first, one)], other)
    assert not isinstance(one, Number)
    assert not isinstance(other, Number)
    found = chosen([(first, Condition(one.text, one.depth))], Condition(other.text, other.depth))
    return found if isinstance(one, Condition) else Words(found.text, found.depth)
