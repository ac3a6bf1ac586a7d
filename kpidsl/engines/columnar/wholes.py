"""Whole numbers of SQL with their bounds: each operation is as wide as what it can come to, and never wider.

The bounds hold in every row that is not NULL, so that no operation overflows; they come from the least and the
greatest value of each column. SQL here is DuckDB's: `//` cuts toward zero, and an overflow would be an error, never a
wrong digit. The database puts the constants of a sum or a product together before it works out the rest, so what it
comes to on the way is bounded for any order: `reach`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kpidsl.core.columns import TYPES, width
from kpidsl.engines.columnar.conditions import NOWHERE, Condition


@dataclass(frozen=True)
class Whole:
    """`text` is SQL of a whole number from `low` to `high`, held in `bits`; `depth`: the layer whose columns it uses.

    An `atom` is a column or a literal, which may be written down more than once; `nullable`: it can be NULL. `way`: how
    far from 0 it can come on the way, in any order of its operands, if that is further than its bounds.
    """

    text: str
    low: int
    high: int
    bits: int
    depth: int = NOWHERE
    atom: bool = False
    nullable: bool = False
    way: int = 0

    @property
    def reach(self) -> int:
        return max(abs(self.low), abs(self.high), 0 if self.atom else self.way)

    @property
    def point(self) -> int | None:
        """The value of a literal."""
        return self.low if self.atom and self.text == str(self.low) else None


def literal(value: int) -> Whole:
    return Whole(str(value), value, value, width(value, value), NOWHERE, True)


def wide(of: Whole, bits: int) -> Whole:
    """In so many bits, or more if it has them."""
    if of.bits >= bits:
        return of
    return replace(of, text=f"CAST({of.text} AS {TYPES[bits]})", bits=bits, atom=False)


def slim(of: Whole) -> Whole:
    """In no more bits than its bounds need, once all work on it is done."""
    bits = width(of.low, of.high)
    return replace(of, text=f"CAST({of.text} AS {TYPES[bits]})", bits=bits, atom=False) if bits < of.bits else of


def _made(text: str, operands: Sequence[Whole], bounds: Iterable[int]) -> Whole:
    ends = list(bounds)
    return Whole(text, min(ends), max(ends), max(item.bits for item in operands),
                 max(item.depth for item in operands), nullable=any(item.nullable for item in operands))  # fmt: skip


def _fitting(a: Whole, b: Whole, way: int) -> tuple[Whole, Whole]:
    """The operands, one of them widened where the way to the result needs it."""
    need = width(-way, way)
    if need > max(a.bits, b.bits):
        return (a, wide(b, need)) if a.point is not None else (wide(a, need), b)
    return a, b


def add(a: Whole, b: Whole) -> Whole:
    if a.point is not None and b.point is not None:
        return literal(a.point + b.point)
    for one, other in ((a, b), (b, a)):
        if one.point == 0:
            return other
    bounds, way = [a.low + b.low, a.high + b.high], a.reach + b.reach
    a, b = _fitting(a, b, way)
    if b.point is not None and b.point < 0:
        return replace(_made(f"({a.text} - {-b.point})", (a, b), bounds), way=way)
    return replace(_made(f"({a.text} + {b.text})", (a, b), bounds), way=way)


def subtract(a: Whole, b: Whole) -> Whole:
    if b.point is not None:
        return add(a, literal(-b.point))
    bounds, way = [a.low - b.high, a.high - b.low], a.reach + b.reach
    a, b = _fitting(a, b, way)
    return replace(_made(f"({a.text} - {b.text})", (a, b), bounds), way=way)


def multiply(a: Whole, b: Whole) -> Whole:
    if a.point is not None and b.point is not None:
        return literal(a.point * b.point)
    for one, other in ((a, b), (b, a)):
        if one.point == 1:
            return other
        if one.point == -1:
            return negative(other)
        if one.point == 0 and not other.nullable:
            return literal(0)
    bounds = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    way = max(a.reach, 1) * max(b.reach, 1)
    a, b = _fitting(a, b, way)
    return replace(_made(f"({a.text} * {b.text})", (a, b), bounds), way=way)


def negative(a: Whole) -> Whole:
    if a.point is not None:
        return literal(-a.point)
    a = wide(a, width(-a.high, -a.low))
    return _made(f"(-{a.text})", (a,), [-a.high, -a.low])


def absolute(a: Whole) -> Whole:
    if a.low >= 0 or a.high <= 0:
        return a if a.low >= 0 else negative(a)
    most = max(-a.low, a.high)
    a = wide(a, width(-most, most))
    return _made(f"abs({a.text})", (a,), [0, most])


def quotient(a: Whole, b: Whole) -> Whole:
    """`a // b`, cut toward zero, of `b` above 0."""
    if a.point is not None and b.point is not None:
        return literal(_cut(a.point, b.point))
    if b.point == 1:
        return a
    ends = [_cut(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return _made(f"({a.text} // {b.text})", (a, b), ends)


def _cut(a: int, b: int) -> int:
    return abs(a) // b if a >= 0 else -(abs(a) // b)


def remainder(a: Whole, b: Whole) -> Whole:
    """What `quotient` leaves, with the sign of `a`."""
    return _made(f"({a.text} % {b.text})", (a, b), [-b.high if a.low < 0 else 0, b.high if a.high > 0 else 0])


def extreme(low: bool, of: Sequence[Whole]) -> Whole:
    """The least or the greatest; NULL where one is, which SQL's `least` would leave out."""
    best = min if low else max
    bounds = [best(item.low for item in of), best(item.high for item in of)]
    if all(item.point is not None for item in of):
        return literal(bounds[0])
    found = _made(f"{'least' if low else 'greatest'}({', '.join(item.text for item in of)})", of, bounds)
    lacking = " OR ".join(f"{item.text} IS NULL" for item in of if item.nullable)
    return replace(found, text=f"CASE WHEN {lacking} THEN NULL ELSE {found.text} END") if lacking else found


def choose(cases: Sequence[tuple[Condition, Whole]], otherwise: Whole | None) -> Whole:
    """The first whose condition holds; NULL where none does and there is nothing `otherwise`."""
    known = [item for _, item in cases] + ([otherwise] if otherwise is not None else [])
    if not cases or (otherwise is not None and all(item == otherwise for item in known)):
        assert otherwise is not None
        return otherwise
    text = " ".join(f"WHEN {when.text} THEN {item.text}" for when, item in cases)
    last = f" ELSE {otherwise.text}" if otherwise is not None else ""
    found = _made(f"CASE {text}{last} END", known, (end for item in known for end in (item.low, item.high)))
    depth = max(found.depth, *(when.depth for when, _ in cases))
    return replace(found, depth=depth, nullable=found.nullable or otherwise is None)


def compare(op: str, a: Whole, b: Whole) -> Condition:
    return Condition(f"({a.text} {'<>' if op == '!=' else op} {b.text})", max(a.depth, b.depth))
