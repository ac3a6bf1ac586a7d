"""Places and quotas in SQL: equal keys are counted first, so that places are taken by few rows and joined back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.columns import quoted
from kpidsl.engines.columnar import numbers as q
from kpidsl.engines.columnar.conditions import FALSE, TRUE, Condition, every, opposite, some
from kpidsl.engines.columnar.expressions import Expressions
from kpidsl.engines.columnar.layers import Layers, text_literal
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.terms import Term, UnsupportedError, Words, present
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values.domains import Domain, End


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
        join = Standing([quoted(group) for group in groups], [key.text for key in keys], admitted.text, texts)
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
    for expr in (item.value, *item.breakers):
        key = present(x.of(expr))
        keys.append(x.layers.bind(_whole(key.number)))
        broken = some(broken, every(there, some(key.fails, every(key.lacks, opposite(key.absent)))))
        there = every(there, opposite(key.broken))
    return Waiting(keys, there, broken)


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


def _whole(key: Number) -> Whole:
    if key.divisor is not None:
        raise UnsupportedError("RANK_OF_QUOTIENT")
    return key.top


def _over(groups: Sequence[str], x: Expressions) -> list[str]:
    """The columns of groups, which must be there."""
    for group in groups:
        if x.facts[group].lacks != FALSE:
            raise UnsupportedError("GROUP_MISSING")
    return list(groups)


def quota(item: n.Quota, grade: Term, value: Number, x: Expressions, placed: Placed) -> Term:
    """The grade after a quota: those beyond the limit have the next one."""
    words = grade.words
    has = Condition(f"({words.text} = {text_literal(item.grade)})", words.depth)
    key = x.layers.bind(_whole(value))
    graded = every(placed.admitted, opposite(grade.none))
    groups = _over(item.groups, x)
    by = f"PARTITION BY {', '.join(f'g{at}' for at in range(len(groups)))} " if groups else ""
    order = "k0" if item.lowest_first else "k0 DESC"
    having = x.layers.bind_condition(every(graded, has, Condition(f"({key.text} IS NOT NULL)", key.depth)))
    before = f"CAST(sum(c) OVER ({by}ORDER BY {order} ROWS UNBOUNDED PRECEDING) - c AS BIGINT)"
    free, depth = placed.join(groups, [key], having, {f"{item.grade} before": before, f"{item.grade} equal": "c"})
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
