"""Grades and ranks in words: from which value, by which row, what overrode it, among how many."""

from collections.abc import Iterator

from kpidsl.core.results import GradeResult, RankResult, Score
from kpidsl.reports.policy_text import place_text, where
from kpidsl.reports.trace import trace_lines
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.words import Lang
from kpidsl.values.numerals import readable

STEP = "  "


def standing_lines(score: Score, lang: Lang) -> Iterator[str]:
    for result in score.results.values():
        yield from _grade(result, lang) if isinstance(result, GradeResult) else _rank(result, lang)
        yield ""


def _grade(result: GradeResult, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    head = f"{result.label}{said['colon']}{result.grade or said['no standing']}"
    if result.grade != result.by_points:
        head += said["comma"] + phrase(lang, "by points", grade=result.by_points or said["no standing"])
    notes = [phrase(lang, "clause", source=result.source)] if result.source else []
    yield f"{head}  [{said['comma'].join([*notes, where(result.place, lang)])}]"
    for line in trace_lines(result.inputs, result.choices, (), lang, set()):
        yield STEP + line
    for quota in result.quotas:
        yield STEP + place_text(quota.place, lang)
        yield STEP * 3 + phrase(lang, "quota kept" if quota.kept else "quota lost", size=quota.size, limit=quota.limit,
                                grade=quota.grade, before=quota.before, equal=quota.equal, next=quota.next)  # fmt: skip
    for override in result.overrides:
        held = said["override held" if override.holds else "override not held"]
        yield f"{STEP}{place_text(override.place, lang)}{said['colon']}{held}"
        for line in trace_lines(override.inputs, (), override.tests, lang, set()):
            yield STEP * 3 + line


def _rank(result: RankResult, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    place = said["no standing"] if result.rank is None else phrase(lang, "place", place=result.rank, size=result.size)
    group = f"{said['comma']}{said['list'].join(result.group)}" if result.group else ""
    yield f"{result.label}{said['colon']}{place}{group}  [{where(result.place, lang)}]"
    yield STEP + place_text(result.place, lang)
    if result.key:
        yield STEP + phrase(lang, "ranked by", values=said["list"].join(map(readable, result.key)))
    if result.ties > 1:
        yield STEP + phrase(lang, "ties", count=result.ties)
