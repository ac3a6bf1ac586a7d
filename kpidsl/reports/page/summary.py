"""The figures of a period: how totals are spread, grades, what was won and lost rule by rule, averages of groups."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from heapq import nlargest
from typing import NamedTuple

from kpidsl.core.nodes import Grade
from kpidsl.core.results import Score
from kpidsl.ledger.reconcile import full_marks
from kpidsl.reports.page.charts import WHOLE, bins, thousandths
from kpidsl.reports.page.sheets import Losses, Sheet, grade_of, grades
from kpidsl.reports.page.words import Both, said, same
from kpidsl.values.node import Node, node
from kpidsl.values.numerals import fixed, percent, readable
from kpidsl.values.rounding import Mode, round_to

PLACES = 2
MOST_NAMED = 3


class Bar(NamedTuple):
    """`share`: of the longest bar, in thousandths."""

    name: str
    number: int
    share: int


@node
class Spread(Node):
    """Of totals: how many, where they lie, and how many in each range of them."""

    count: int
    mean: str
    median: str
    lowest: str
    highest: str
    full: str
    bars: tuple[Bar, ...]


@node
class Grades(Node):
    """How many have each grade, and which share that is."""

    head: Both
    bars: tuple[Bar, ...]
    shares: tuple[str, ...]


@node
class RuleFigures(Node):
    """What a rule gave and took; `worst`: who lost most in it, and how much."""

    label: Both
    source: str
    worth: str
    mean: str
    rate: str
    bar: int
    losing: int
    lost: str
    worst: tuple[tuple[str, str], ...]


@node
class Groups(Node):
    """Averages of groups: for each its size, the total, then the rules."""

    head: str
    heads: tuple[Both, ...]
    rows: tuple[tuple[str, ...], ...]


@node
class Summary(Node):
    """All of it for one sheet."""

    count: int
    spread: Spread | None
    grades: tuple[Grades, ...]
    rules: tuple[RuleFigures, ...]
    groups: tuple[Groups, ...]


def summary(sheet: Sheet, losses: Losses) -> Summary:
    return Summary(len(sheet.scores), _spread(sheet) if sheet.adds_up else None, tuple(_grades(sheet)),
                   tuple(_rules(sheet, losses)), tuple(_groups(sheet)))  # fmt: skip


def rounded(value: Fraction) -> str:
    """With two decimals, as averages are told."""
    return fixed(round_to(value, Fraction(1, 10**PLACES), Mode.HALF_UP), PLACES)


def _mean(values: Sequence[Fraction]) -> str:
    return rounded(sum(values, Fraction(0)) / len(values)) if values else ""


def _balances(scores: Sequence[Score], name: str) -> list[Fraction]:
    found = (score.accounts[name].balance for score in scores)
    return [balance for balance in found if balance is not None]


def _spread(sheet: Sheet) -> Spread:
    totals = sorted(_balances(sheet.scores, ""))
    middle = (totals[(len(totals) - 1) // 2] + totals[len(totals) // 2]) / 2
    full = {full_marks(score.total, score) for score in sheet.scores}
    ranges = bins(totals)
    most = max(bin.count for bin in ranges)
    bars = [Bar(readable(bin.low), bin.count, thousandths(Fraction(bin.count), Fraction(most))) for bin in ranges]
    bars.append(Bar(readable(ranges[-1].high), 0, 0))
    shown = readable(full.pop()) if len(full) == 1 else ""
    return Spread(len(totals), _mean(totals), rounded(middle), readable(totals[0]), readable(totals[-1]),
                  shown if shown != "0" else "", tuple(bars))  # fmt: skip


def _grades(sheet: Sheet) -> Iterator[Grades]:
    for item in (found for found in sheet.program.results if isinstance(found, Grade)):
        had = [grade_of(score, item) for score in sheet.scores]
        names = [*grades(item), *([""] if "" in had else [])]
        counts = [had.count(name) for name in names]
        bars = [Bar(name, count, thousandths(Fraction(count), Fraction(max(counts))))
                for name, count in zip(names, counts, strict=True)]  # fmt: skip
        shares = [_share(Fraction(count, len(had))) for count in counts]
        yield Grades(same(item.label), tuple(bars), tuple(shares))


def _share(value: Fraction) -> str:
    return percent(round_to(value, Fraction(1, 1000), Mode.HALF_UP), "%")


def _rules(sheet: Sheet, losses: Losses) -> Iterator[RuleFigures]:
    for ledger in sheet.rules:
        own = losses[ledger.name]
        balances = _balances(sheet.scores, ledger.name)
        rate = bar = None
        if ledger.worth and balances:
            rate = sum(balances, Fraction(0)) / len(balances) / ledger.worth
            bar = min(max(thousandths(rate, Fraction(1)), 0), WHOLE)
        worst = nlargest(MOST_NAMED, range(len(own)), key=own.__getitem__)
        yield RuleFigures(same(ledger.label), ledger.source, readable(ledger.worth) if ledger.worth else "",
                          _mean(balances), _share(rate) if rate is not None else "", bar or 0,
                          sum(map(bool, own)), rounded(sum(own, Fraction(0))),
                          tuple((sheet.scores[at].subject, readable(own[at])) for at in worst if own[at]))  # fmt: skip


def _groups(sheet: Sheet) -> Iterator[Groups]:
    named = [*([""] if sheet.adds_up else []), *(ledger.name for ledger in sheet.rules)]
    labels = [*([said("total")] if sheet.adds_up else []), *(same(ledger.label) for ledger in sheet.rules)]
    for at, name in enumerate(sheet.program.within):
        members: dict[str, list[Score]] = {}
        for score in sheet.scores:
            members.setdefault(score.groups[at], []).append(score)
        rows = [(group, str(len(scores)), *(_mean(_balances(scores, ledger)) for ledger in named))
                for group, scores in members.items()]  # fmt: skip
        yield Groups(sheet.program.headers[name], tuple(labels), tuple(rows))
