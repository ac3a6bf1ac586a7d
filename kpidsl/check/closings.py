"""How the holes between rows can be closed without another row: the lower goes on to where the upper begins."""

from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.policy.seams import Band, Edge, meeting
from kpidsl.text.findings import Ready
from kpidsl.text.source import Span
from kpidsl.values.domains import Domain


def closings(cases: n.Cases, regions: tuple[Domain, ...]) -> tuple[Ready, ...]:
    """What closes those of `regions`, which no row of `cases` holds, that are plainly closed so."""
    bands = [band for band in (_band(row) for row in cases.rows) if band is not None]
    found = (_closing(region, bands) for region in regions)
    return tuple(ready for ready in found if ready is not None)


def _closing(region: Domain, bands: list[Band]) -> Ready | None:
    low, high = region.low.value, region.high.value
    if low is None or high is None:
        return None
    below = [band for band in bands if band.reach[1] <= low]
    above = [band for band in bands if band.reach[0] >= high]
    if not below or not above:
        return None
    return meeting(max(below, key=lambda band: band.reach[1]), min(above, key=lambda band: band.reach[0]))


def _band(row: n.Case) -> Band | None:
    """The band of a row of bands, each end where the policy writes it."""
    low = high = None
    for test in row.test.arguments if isinstance(row.test, n.Logic) else (row.test,):
        edge = _edge(test)
        if edge is not None and isinstance(test, n.Comparison):
            low = edge if test.op in (">=", ">", "=") else low
            high = edge if test.op in ("<=", "<", "=") else high
    place = row.test.place
    return Band(place, low, high, isinstance(row.outcome, n.Interpolate)) if isinstance(place, Span) else None


def _edge(test: n.Expr) -> Edge | None:
    match test:
        case n.Comparison(op=op, right=n.Literal(place=Span() as place, value=Fraction() as value)):
            return Edge(place, value, op in ("<", ">"))
    return None
