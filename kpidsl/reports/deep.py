"""What a deep check found: how low and high each rule can come, how it moves with each fact, and where it jumps."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby

from kpidsl.check.cliffs import Cliff
from kpidsl.check.directions import Directions
from kpidsl.check.extremes import Extremes, Reached
from kpidsl.check.regions import number
from kpidsl.reports.directions import heading, moves
from kpidsl.reports.policy_text import place_text
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.source import Span
from kpidsl.text.wording import said as told
from kpidsl.text.words import Lang
from kpidsl.values.kinds import NUMBER
from kpidsl.values.numerals import readable


def deep(extremes: Iterable[Extremes], directions: Iterable[Directions], cliffs: Iterable[Cliff],
         lang: Lang) -> Iterator[str]:  # fmt: skip
    for level, found in groupby(extremes, key=lambda item: item.level):
        yield from heading(level, lang)
        yield from _ends(list(found), lang)
        yield ""
    yield from moves(directions, lang)
    yield ""
    yield phrases(lang)["cliffs"]
    yield from ["  " + _cliff(cliff, lang) for cliff in cliffs] or ["  " + phrases(lang)["no standing"]]


def _ends(found: list[Extremes], lang: Lang) -> Iterator[str]:
    from tabulate import tabulate

    said = phrases(lang)
    rows = [(item.ledger.label or said["total"], "" if item.ledger.worth is None else readable(item.ledger.worth),
             _end(item.proved.low.value, item.low, lang), _end(item.proved.high.value, item.high, lang))
            for item in found]  # fmt: skip
    headers = (said["rule"], said["worth"], said["lowest"], said["highest"])
    yield tabulate(rows, headers, tablefmt="simple", disable_numparse=True, colalign=("left", "right", "left", "left"))
    for item in found:
        for name, reached in (("lowest", item.low), ("highest", item.high)):
            if reached is not None and reached.facts.parts:
                yield phrase(lang, "reached by", name=item.ledger.label or said["total"], end=said[name],
                             value=readable(reached.value), facts=told(reached.facts, lang))  # fmt: skip


def _end(proved: Fraction | None, reached: Reached | None, lang: Lang) -> str:
    """An end that is proved and reached; or what was reached, and how much further it may go."""
    if reached is None:
        return phrases(lang)["no standing"]
    if reached.value == proved:
        return phrase(lang, "end proved", value=readable(reached.value))
    if proved is None:
        return phrase(lang, "end open", value=readable(reached.value))
    return phrase(lang, "end between", value=readable(reached.value), proved=readable(proved))


def _cliff(cliff: Cliff, lang: Lang) -> str:
    place = cliff.cases.place
    where = f"{place.source.path}:{place.line}" if isinstance(place, Span) else ""
    subject = place_text(cliff.cases.subject.place, lang) if cliff.cases.subject is not None else ""
    return phrase(lang, "cliff", where=where, subject=subject, at=number(cliff.at, cliff.cases.kind or NUMBER),
                  below=readable(cliff.below), above=readable(cliff.above), height=readable(cliff.height))  # fmt: skip
