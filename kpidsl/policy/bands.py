"""Bands with constant ends: rows that hold nothing, or overlap. Holes are told where ranges are known: in check."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from kpidsl.policy.infer import compare_kinds, infer
from kpidsl.policy.model import bounds_of, constant
from kpidsl.policy.scope import Scope
from kpidsl.policy.seams import meeting, turned, written
from kpidsl.syntax import tree as t
from kpidsl.text.source import Span
from kpidsl.values import kinds as k


class End(NamedTuple):
    """An end of an interval; a value of None is infinity. `text` is how the policy writes it."""

    value: Fraction | None
    open: bool
    text: str


class Stretch(NamedTuple):
    """The values from `low` to `high`."""

    low: End
    high: End

    @property
    def text(self) -> str:
        if self.low.value is not None and self.low.value == self.high.value:
            return self.low.text
        left = "(…" if self.low.value is None else ("(" if self.low.open else "[") + self.low.text
        right = "…)" if self.high.value is None else self.high.text + (")" if self.high.open else "]")
        return f"{left}, {right}"

    def empty(self, whole: bool) -> bool:
        low, high = self.low.value, self.high.value
        if low is None or high is None:
            return False
        if whole:
            first = floor(low) + 1 if self.low.open else ceil(low)
            last = ceil(high) - 1 if self.high.open else floor(high)
            return first > last
        return low > high or (low == high and (self.low.open or self.high.open))

    @property
    def turned(self) -> "Stretch":
        """With its ends exchanged."""
        low, high = self
        return Stretch(End(high.value, low.open, high.text), End(low.value, high.open, low.text))

    def meet(self, other: "Stretch") -> "Stretch":
        low = max(self.low, other.low, key=_low)
        return Stretch(low, min(self.high, other.high, key=_high))


NOTHING_BELOW, NOTHING_ABOVE = End(None, True, ""), End(None, True, "")


def _low(end: End) -> tuple[bool, Fraction, bool]:
    return (end.value is not None, end.value or Fraction(0), end.open)


def _high(end: End) -> tuple[bool, Fraction, bool]:
    return (end.value is None, end.value or Fraction(0), not end.open)


def check_choose(choose: t.Choose, scope: Scope) -> None:
    _check_otherwise([(row.span, isinstance(row.case, t.Otherwise)) for row in choose.rows], scope)


def _check_otherwise(rows: list[tuple[Span, bool]], scope: Scope) -> None:
    """What comes after the row for all else never counts."""
    after = False
    for span, otherwise in rows:
        if after:
            scope.report("P027", span)
            return
        after = otherwise


def check_bands(bands: t.Bands, scope: Scope) -> None:
    """Bands whose ends are all constant are held against each other; others are tried in order when they are run."""
    _check_otherwise([(row.span, isinstance(row.band, t.Otherwise)) for row in bands.rows], scope)
    rows = [(row, _stretch(row.band)) for row in bands.rows if not isinstance(row.band, t.Otherwise)]
    if any(stretch is None for _, stretch in rows):
        return
    silent = replace(scope, findings=[], worth=True)
    kind = infer(bands.subject, silent)
    for row in bands.rows:
        for bound in bounds_of(row.band):
            compare_kinds(bands.subject, bound, silent)
    if kind is None or silent.findings:     # ends of another kind are told as such
        return
    whole = kind == k.COUNT
    known: list[tuple[t.BandRow, Stretch]] = [(row, stretch) for row, stretch in rows if stretch is not None]
    for at, (row, stretch) in enumerate(known):
        if stretch.empty(whole):
            free = all(stretch.turned.meet(other).empty(whole) for _, other in known if other is not stretch)
            scope.report("P026", row.band.span, ready=(free and turned(written(row))) or "")
            continue
        for before, other in known[:at]:
            common = stretch.meet(other)
            if not common.empty(whole):
                apart = meeting(written(before), written(row))
                scope.report("P024", row.band.span, line=before.span.line, values=common.text, ready=apart or "")
                break


def _stretch(band: t.OneSided | t.Interval | t.Otherwise) -> Stretch | None:
    """The values of a band; None where an end is not a number that is written out."""
    match band:
        case t.Interval(low=low, high=high):
            start = End(constant(low), band.low_open, low.span.text)
            stop = End(constant(high), band.high_open, high.span.text)
            return None if start.value is None or stop.value is None else Stretch(start, stop)
        case t.OneSided(op=op, bound=bound):
            value = constant(bound)
            end = End(value, op in ("GT", "LT"), bound.span.text)
            if value is None:
                return None
            if op == "EQ":
                return Stretch(end, end)
            return Stretch(end, NOTHING_ABOVE) if op in ("GE", "GT") else Stretch(NOTHING_BELOW, end)
    return None
