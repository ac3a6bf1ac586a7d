"""Where two bands meet: bands that leave a seam open or overlap by one, and the text that lets them meet.

A seam is no wider than one unit of the last digit that its ends are written with, as between 109 and 110. What is wider
may as well lack a row, and is for the writer to close.
"""

import re
from fractions import Fraction
from math import inf

from kpidsl.policy.model import constant
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Ready
from kpidsl.text.source import Span
from kpidsl.values.node import Node, node
from kpidsl.values.reading import fold

_DECIMALS = re.compile(r"[0-9]+(?:\.([0-9]+))?")
_HUNDREDTHS = ("%", "pp", "百分点")
# How an upper end is written -> the same end, the other way about: held or not.
_OTHER = {"]": ")", ")": "]", "】": "）", "）": "】", "］": "）", "<": "<=", "<=": "<", "≤": "<", "≦": "<", "=<": "<",
          "＜": "<="}  # fmt: skip


@node
class Edge(Node):
    """An end of a band, with the number as it is written."""

    span: Span
    value: Fraction
    open: bool

    def meets(self, other: "Edge") -> bool:
        """Whether the two are the same, or neighbours as they are written."""
        return abs(self.value - other.value) <= min(_unit(self), _unit(other))


@node
class Band(Node):
    """A band with constant ends. Where it is `sloped`, its outcome follows from where its ends are."""

    span: Span
    low: Edge | None
    high: Edge | None
    sloped: bool = False

    @property
    def reach(self) -> tuple[Fraction | float, Fraction | float]:
        return self.low.value if self.low else -inf, self.high.value if self.high else inf


def written(row: t.BandRow) -> Band:
    """The band of a row whose ends are constant."""
    sloped = isinstance(row.outcome, t.Slope)
    match row.band:
        case t.Interval(low_open=low_open, low=low, high=high, high_open=high_open):
            return Band(row.band.span, _edge(low, low_open), _edge(high, high_open), sloped)
        case t.OneSided(op=op, bound=bound):
            edge = _edge(bound, op in ("GT", "LT"))
            return Band(row.band.span, edge if op in ("GE", "GT", "EQ") else None,
                        edge if op in ("LE", "LT", "EQ") else None)  # fmt: skip
    return Band(row.band.span, None, None)


def _edge(bound: t.Expr, is_open: bool) -> Edge | None:
    value = constant(bound)
    return None if value is None else Edge(bound.span, value, is_open)


def meeting(one: Band, other: Band) -> Ready | None:
    """The lower of two bands, ended where the upper one begins: a value on the border belongs to the upper one.

    Where both shun the border, neither row is plainly the one that should have it.
    """
    lower, upper = sorted((one, other), key=lambda band: band.reach)
    end, start = lower.high, upper.low
    if end is None or start is None or not end.meets(start):
        return None
    nested = lower.reach[0] == upper.reach[0] or lower.reach[1] > upper.reach[1]
    shunned = end.value == start.value and end.open and start.open
    return None if nested or shunned else _moved(lower, end, start)


def turned(band: Band) -> Ready | None:
    """A band whose ends were written the wrong way round, with its ends exchanged."""
    low, high = band.low, band.high
    if low is None or high is None or low.value <= high.value or band.sloped:
        return None
    text, start = band.span.text, band.span.start
    between = text[low.span.end - start : high.span.start - start]
    return Ready(text[: low.span.start - start] + high.span.text + between + low.span.text
                 + text[high.span.end - start :], band.span)  # fmt: skip


def _moved(band: Band, end: Edge, to: Edge) -> Ready | None:
    """`band` with its upper end where `to` is, and holding the value there only if `to` does not."""
    same = end.value == to.value
    if band.low is band.high or (band.sloped and not same):
        return None
    start, text = end.span.start - band.span.start, band.span.text
    before, after = text[:start], text[start + len(end.span.text) :]
    if end.open is to.open:
        before, after = (before, after[:-1] + _OTHER[after[-1]]) if after else (_other_sign(before), after)
    return Ready(before + (end.span.text if same else to.span.text) + after, band.span)


def _other_sign(before: str) -> str:
    sign = before.rstrip()
    return _OTHER[sign] + before[len(sign) :]


def _unit(edge: Edge) -> Fraction:
    """One of the last digit that is written: 1 for 109, 0.1% for 7.5%."""
    text = fold(edge.span.text)
    number = _DECIMALS.search(text)
    decimals = len(number.group(1) or "") if number else 0
    return Fraction(1, 10**decimals * (100 if text.rstrip().endswith(_HUNDREDTHS) else 1))
