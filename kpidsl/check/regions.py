"""Regions of values: what some bands leave of a domain, and how it is written."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from kpidsl.values import domains as d
from kpidsl.values.domains import Domain, End
from kpidsl.values.kinds import Base, Kind
from kpidsl.values.numerals import exact, percent

SIGNS = {Base.PERCENT: "%", Base.PP: "pp"}


def uncovered(possible: Domain, held: Iterable[Domain]) -> list[Domain]:
    """What of `possible` no domain of `held` holds, from the lowest up."""
    regions = [d.sharpened(possible)]
    for band in held:
        regions = [part for region in regions for part in _without(region, band)]
    return [region for region in regions if not region.empty]


def _without(region: Domain, band: Domain) -> list[Domain]:
    if band.empty:
        return [region]
    parts = []
    if band.low.value is not None:
        parts.append(d.meet(region, Domain(high=End(band.low.value, not band.low.open))))
    if band.high.value is not None:
        parts.append(d.meet(region, Domain(low=End(band.high.value, not band.high.open))))
    return [part for part in parts if not part.empty]


def example(region: Domain) -> Fraction:
    """A value in `region`: the one in its middle, or near its only end, as round as the step allows."""
    low, high = region.low.value, region.high.value
    step = region.step or Fraction(1)
    if low is not None and high is not None:
        middle = (low + high) / 2
        value = low + (middle - low) // step * step if region.step else middle
        return value if region.holds(value) else high
    if low is None and high is None:
        return Fraction(0)
    near = low if low is not None else high
    assert near is not None
    open_end = region.low.open if low is not None else region.high.open
    return near + (step if low is not None else -step) * open_end


def between(region: Domain) -> bool:
    """Whether it has two ends, so that it lies between rows or a row and the edge of what is possible."""
    return region.low.value is not None and region.high.value is not None


def text(region: Domain, kind: Kind) -> str:
    """As an interval: [80%, 90%), or the one value."""
    if region.point is not None:
        return number(region.point, kind)
    low = "(…" if region.low.value is None else ("(" if region.low.open else "[") + number(region.low.value, kind)
    high = "…)" if region.high.value is None else number(region.high.value, kind) + (")" if region.high.open else "]")
    return f"{low}, {high}"


def number(value: Fraction, kind: Kind) -> str:
    return percent(value, SIGNS[kind.base]) if kind.base in SIGNS else exact(value)


def unstepped(of: Domain) -> Domain:
    return replace(of, step=None)
