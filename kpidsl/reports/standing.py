"""Grades and ranks in words: from which value, by which row, what overrode it, among how many."""

from collections.abc import Collection, Iterator

from kpidsl.core.results import GradeResult, RankResult, Score
from kpidsl.reports.policy_text import place_text, where
from kpidsl.reports.trace import trace_lines
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.words import Lang
from kpidsl.values.numerals import readable

STEP = "  "


def standing_lines(score: Score, lang: Lang, only: Collection[str] = ()) -> Iterator[str]:
    """All grades and ranks, or those named in `only`."""
    for result in (found for name, found in score.results.items() if not only or name in only):
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
    before = result.by_points
    for override in result.overrides:
        held = phrase(lang, "override held", before=before or said["no standing"], grade=override.grade)
        verdict = held if override.holds else said["override not held"]
        yield f"{STEP}{place_text(override.place, lang)}{said['colon']}{verdict}"
        before = override.grade if override.holds else before
        for line in trace_lines(override.inputs, (), override.tests, lang, set()):
            yield STEP * 3 + line
    for quota in result.quotas:
        yield STEP + place_text(quota.place, lang)
        yield STEP * 3 + phrase(lang, "quota met", size=quota.size, limit=quota.limit, grade=quota.grade,
                                before=quota.before, others=quota.equal - 1)  # fmt: skip
        yield STEP * 3 + phrase(lang, "quota kept" if quota.kept else "quota lost", grade=quota.grade, next=quota.next)


def _rank(result: RankResult, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    place = said["no standing"] if result.rank is None else phrase(lang, "place", place=result.rank, size=result.size)
    group = f"{said['comma']}{said['list'].join(result.group)}" if result.group else ""
    yield f"{result.label}{said['colon']}{place}{group}  [{where(result.place, lang)}]"
    yield STEP + place_text(result.place, lang)
    if result.key:
        yield STEP + phrase(lang, "ranked by", values=said["list"].join(map(readable, result.key)))
        for line in trace_lines(result.inputs, (), (), lang, set()):
            yield STEP * 3 + line
    if result.ties > 1:
        yield STEP + phrase(lang, "ties", count=result.ties)
