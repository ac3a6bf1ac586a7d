"""Places and quotas in SQL: equal keys are counted first, so that places are taken by few rows and joined back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from math import lcm
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.columns import quoted
from kpidsl.engines.columnar import numbers as q
from kpidsl.engines.columnar import wholes as w
from kpidsl.engines.columnar.conditions import FALSE, TRUE, Condition, every, opposite, some
from kpidsl.engines.columnar.expressions import Expressions
from kpidsl.engines.columnar.layers import Layers, text_literal
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, Words, present
from kpidsl.engines.columnar.wholes import Whole, literal
from kpidsl.values.domains import Domain, End

DIGITS = 2


@dataclass
class Standing:
    """Of those `admitted`, counted by `groups` and `keys` (columns of the layer below): columns as SQL over g0…, k0…
    and the count c.
    """

    groups: Sequence[str]
    keys: Sequence[str]
    admitted: str
    columns: dict[str, tuple[str, str]]
    reads_below: bool = True

    def query(self, below: str) -> str:
        picked = [f"{column} AS {name}" for name, column in self._named()]
        by = f" GROUP BY {', '.join(column for _, column in self._named())}" if picked else ""
        counted = f"SELECT {', '.join([*picked, 'count(*) AS c'])} FROM {below} WHERE {self.admitted}{by}"
        names = [name for name, _ in self._named()]
        columns = [f"{text} AS {quoted(name)}" for name, (text, _) in self.columns.items()]
        return f"SELECT {', '.join([*names, *columns])} FROM ({counted})"

    def on(self, alias: str, below: str) -> str:
        del below
        same = [f"{alias}.{name} = {column}" for name, column in self._named()]
        return " AND ".join([*same, f"{self.admitted}" if self.keys else "TRUE"])

    def texts(self, text: str) -> Sequence[str]:
        del text
        return (*self.groups, *self.keys, self.admitted)

    def _named(self) -> list[tuple[str, str]]:
        named = [(f"g{at}", column) for at, column in enumerate(self.groups)]
        return named + [(f"k{at}", column) for at, column in enumerate(self.keys)]


@dataclass
class Placed:
    """How places are taken: by whom, and in which layer."""

    layers: Layers
    rows: int
    admitted: Condition
    groups: dict[tuple[str, ...], list[tuple[str, int]]] = field(default_factory=dict)

    def join(self, groups: Sequence[str], keys: Sequence[Whole], admitted: Condition,
             columns: dict[str, str]) -> tuple[dict[str, str], int]:  # fmt: skip
        """Columns by their wanted names: as they are called, and their depth."""
        depth = max([0, admitted.depth, *(key.depth for key in keys)])
        free = {name: self.layers.free(name) for name in columns}
        texts = {free[name]: (text, "NULL" if keys else "0") for name, text in columns.items()}
        join = Standing(groups, [key.text for key in keys], admitted.text, texts)
        self.layers.at(depth).joins.append(join)
        return free, depth + 1

    def whole(self, column: str, depth: int, nullable: bool) -> Number:
        top = Whole(quoted(column), 0, self.rows, 64, depth, True, nullable)
        return Number(top, 1, Domain(End(Fraction(0)), End(Fraction(self.rows)), Fraction(1)))


class Waiting(NamedTuple):
    """What a place is taken by: keys, whether there are any, and whether they cannot be worked out."""

    keys: list[Whole]
    there: Condition
    broken: Condition


def waiting(item: n.Rank, x: Expressions) -> Waiting:
    keys, there, broken = [], TRUE, FALSE
    for at, expr in enumerate((item.value, *item.breakers)):
        key = present(x.of(expr))
        keys += ordered(key.number, x, x.apart.key(item.name, at))
        broken = some(broken, every(there, some(key.fails, every(key.lacks, opposite(key.absent)))))
        there = every(there, opposite(key.broken))
    return Waiting(keys, x.apart.either(_known(keys[0]), there), broken)


def rank(item: n.Rank, found: Waiting, x: Expressions, placed: Placed) -> tuple[Term, Callable[[], Term]]:
    """The place, and what makes a column of how many are placed in the group, for those who ask."""
    keys = found.keys
    admitted = x.layers.bind_condition(every(placed.admitted, found.there))
    groups = _over(item.groups, x)
    order = ", ".join(f"k{at}{'' if item.lowest_first else ' DESC'}" for at in range(len(keys)))
    by = f"PARTITION BY {', '.join(f'g{at}' for at in range(len(groups)))} " if groups else ""
    taken = f"sum(c) OVER ({by}ORDER BY {order} ROWS UNBOUNDED PRECEDING) - c + 1"
    if item.ties == "dense":
        taken = f"row_number() OVER ({by}ORDER BY {order})"
    free, depth = placed.join(groups, keys, admitted, {item.name: f"CAST({taken} AS BIGINT)"})
    none = Condition(f"({quoted(free[item.name])} IS NULL)", depth)

    @cache
    def size() -> Term:
        free, depth = placed.join(groups, (), admitted, {f"{item.name} of": "c"})
        return Term(placed.whole(free[f"{item.name} of"], depth, False))

    return Term(placed.whole(free[item.name], depth, True), lacks=none, absent=none), size


def ordered(value: Number, x: Expressions, apart: Mapping[int, Fraction | None]) -> list[Whole]:
    """Columns in the order of the values, and equal where these are; `apart` are those of rows that are.

    Quotients by up to `most` are one `most`th of a `most`th apart or more: as many digits tell any two of them apart. A
    cut toward zero keeps the order of each digit, and only 0 has none but zeros.
    """
    own = {row: None if one is None else one * value.scale for row, one in apart.items()}
    below = [one.denominator for one in own.values() if one is not None]
    if value.divisor is None:
        times = lcm(*below)
        return [_column(_given({row: one and one * times for row, one in own.items()},
                               w.multiply(value.top, literal(times)), x), x)]  # fmt: skip
    most, rest, keys = literal(max([value.divisor.high, *below])), x.layers.bind(value.top), []
    for _ in range(DIGITS):
        keys.append(_column(_given(own, w.quotient(rest, value.divisor), x), x))
        rest = x.layers.bind(w.multiply(x.layers.bind(w.remainder(rest, value.divisor)), most))
        own = {row: one and (one - int(one)) * most.high for row, one in own.items()}
    return [*keys, _column(_given(own, w.quotient(rest, value.divisor), x), x)]


def _given(own: Mapping[int, Fraction | None], otherwise: Whole, x: Expressions) -> Whole:
    """A digit, with those of rows that are apart, cut as well."""
    cut = {row: None if one is None else int(one) for row, one in own.items()}
    return x.apart.whole(cut, otherwise, x.layers)


def _known(key: Whole) -> Condition:
    return Condition(f"({key.text} IS NOT NULL)", key.depth)


def _column(key: Whole, x: Expressions) -> Whole:
    """A number that is written down would name a column, where rows are put together."""
    return x.layers.bind(replace(key, atom=key.atom and key.point is None))


def _over(groups: Sequence[str], x: Expressions) -> list[str]:
    """Who competes: SQL of the groups, and of the period where there is one. Who has none is in the group of those."""
    columns = [(quoted(group), x.facts[group].lacks == FALSE) for group in (*groups, *x.within)]
    return [column if there else f"coalesce(CAST({column} AS VARCHAR), '{None}')" for column, there in columns]


def unsettled(name: str, grade: Term, x: Expressions) -> Term:
    """A grade before its quotas, with those of rows that are apart."""
    words = x.apart.words(x.apart.grades(name), grade.words, x.layers)
    none = x.apart.either(Condition(f"({words.text} IS NULL)", words.depth), grade.none)
    return replace(grade, value=words, none=x.layers.bind_condition(none))


def quota(item: n.Quota, name: str, grade: Term, value: Term, x: Expressions, placed: Placed) -> Term:
    """The grade of a name after a quota: those beyond the limit have the next one; who has no value keeps it."""
    words = grade.words
    has = Condition(f"({words.text} = {text_literal(item.grade)})", words.depth)
    keys = ordered(value.number, x, x.apart.values(name))
    graded = every(placed.admitted, opposite(grade.none))
    groups = _over(item.groups, x)
    by = f"PARTITION BY {', '.join(f'g{at}' for at in range(len(groups)))} " if groups else ""
    order = ", ".join(f"k{at}{'' if item.lowest_first else ' DESC'}" for at in range(len(keys)))
    valued = every(x.apart.either(TRUE, opposite(present(value).broken)), _known(keys[0]))
    having = x.layers.bind_condition(every(graded, has, valued))
    before = f"CAST(sum(c) OVER ({by}ORDER BY {order} ROWS UNBOUNDED PRECEDING) - c AS BIGINT)"
    free, depth = placed.join(groups, keys, having, {f"{item.grade} before": before, f"{item.grade} equal": "c"})
    size, at = placed.join(groups, (), graded, {f"{item.grade} of": "c"})
    limit = q.constant(Fraction(int(item.limit)))
    if item.share:
        limit = q.multiply(placed.whole(size[f"{item.grade} of"], at, False), q.constant(item.limit))
    stood = placed.whole(free[f"{item.grade} before"], depth, True)
    equal = placed.whole(free[f"{item.grade} equal"], depth, True)
    over = q.compare(">", q.add(stood, equal), limit) if not item.stay else _reached(stood, limit)
    moved = every(having, over)
    text = f"CASE WHEN {moved.text} THEN {text_literal(item.next)} ELSE {words.text} END"
    column, own = x.layers.put(f"{item.grade} kept", text, max(moved.depth, words.depth))
    return Term(Words(column, own), grade.none, grade.lacks, grade.absent, grade.fails)


def _reached(stood: Number, limit: Number) -> Condition:
    """Whether as many stood before as whole ones fit the limit."""
    return q.compare(">", q.add(stood, q.constant(Fraction(1))), limit)
