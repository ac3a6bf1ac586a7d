"""The algebra of kinds: what a sum, product or quotient of two kinds is; None where it has no meaning."""

from kpidsl.values import kinds as k
from kpidsl.values.kinds import Base, Kind

# A bare number takes the kind of these where it is added to or compared with them.
_TAKES_NUMBER = (Base.POINTS, Base.COUNT)
_PARTS = (Base.PERCENT, Base.PP)


def together(left: Kind, right: Kind) -> Kind | None:
    """The kind of a value that is now one and now the other."""
    if left.textual and right.textual:
        return k.TEXT
    if left == right:
        return left
    if left.base is Base.NUMBER and right.base in _TAKES_NUMBER:
        return right
    if right.base is Base.NUMBER and left.base in _TAKES_NUMBER:
        return left
    return None


def comparable(left: Kind, right: Kind) -> bool:
    return together(left, right) is not None


def of_sum(op: str, left: Kind, right: Kind) -> Kind | None:
    if left.base in _PARTS and right.base in _PARTS:
        if left.base is right.base is Base.PERCENT:
            return k.PP if op == "MINUS" else k.PERCENT
        return k.PP if left.base is right.base else k.PERCENT
    return together(left, right)


def of_product(left: Kind, right: Kind) -> Kind | None:
    for one, other in ((left, right), (right, left)):
        if one.base is Base.NUMBER:
            return k.NUMBER if other.base is Base.COUNT else other
    if left.base in _PARTS and right.base in _PARTS:
        return k.PERCENT if left.base is right.base is Base.PERCENT else k.PP
    for one, other in ((left, right), (right, left)):
        if one.base in _PARTS:
            return k.NUMBER if other.base is Base.COUNT else other
        if one.base is Base.COUNT:
            return k.NUMBER if other.base is Base.COUNT else other
    return None


def of_quotient(left: Kind, right: Kind) -> Kind | None:
    """A quotient of like kinds is a share of one in the other, so a percent; by a number or count it keeps its kind."""
    if right.base is Base.NUMBER:
        return k.NUMBER if left.base is Base.COUNT else left
    if left == right or (left.base in _PARTS and right.base in _PARTS):
        return k.PERCENT
    if right.base is Base.COUNT:
        return left
    if right.base in _PARTS:
        return k.NUMBER if left.base is Base.COUNT else left
    return k.NUMBER if left.base is Base.NUMBER else None
