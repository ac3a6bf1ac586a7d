"""Rows of a choice to which nothing comes, because rows above take everything that they ask for."""

from collections.abc import Iterator

from kpidsl.check.regions import uncovered
from kpidsl.core import nodes as n
from kpidsl.core.ranges import Ranges, stretch
from kpidsl.text.findings import Finding
from kpidsl.text.source import Span
from kpidsl.values.domains import Domain

Taken = dict[n.Expr, list[tuple[n.Case, Domain]]]
"""By what is compared, the rows above that a comparison alone chooses, and the values that they take."""


def shadowed(cases: n.Cases, known: Ranges) -> Iterator[Finding]:
    taken: Taken = {}
    whole: dict[n.Expr, n.Case] = {}
    for row in cases.rows:
        above = _above(row.test, taken, whole, known)
        if above is not None and isinstance(row.place, Span) and isinstance(above.place, Span):
            yield Finding("P075", row.place, {"line": above.place.line})
        limits = stretch(row.test)
        if isinstance(row.test, n.Comparison) and limits is not None:
            taken.setdefault(row.test.left, []).append((row, limits))
        whole.setdefault(row.test, row)


def _above(test: n.Expr, taken: Taken, whole: dict[n.Expr, n.Case], known: Ranges) -> n.Case | None:
    """The last of the rows above that leave nothing for `test`; for “otherwise”, one that alone takes everything."""
    if isinstance(test, n.Literal):
        rows = ((row, known.possible(left), [limits]) for left, found in taken.items() for row, limits in found)
        return next((row for row, possible, limits in rows if not uncovered(possible, limits)), None)
    for part in conjuncts(test):
        if part in whole:
            return whole[part]
        limits, found = stretch(part), taken.get(part.left, []) if isinstance(part, n.Comparison) else []
        if limits is not None and not limits.empty and not uncovered(limits, [held for _, held in found]):
            alone = (row for row, held in found if not uncovered(limits, [held]))
            return next(alone, found[-1][0])
    return None


def conjuncts(test: n.Expr | None) -> list[n.Expr]:
    """What must hold all together."""
    if isinstance(test, n.Logic) and test.op == "and":
        return [found for argument in test.arguments for found in conjuncts(argument)]
    return [] if test is None else [test]
