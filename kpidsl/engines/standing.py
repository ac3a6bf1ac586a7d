"""Grades of one subject, and ranks among all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.results import GradeResult, Override, RankResult, Score
from kpidsl.engines.evaluate import Environment, FailedError, Trace, evaluate, present

Key = tuple[Fraction, ...]
Table = tuple[dict[Key, int], Counter[Key]]
"""Of a group: the place of each key, and how many have it."""


def standing(result: n.Grade | n.Rank, env: Environment) -> GradeResult | RankResult:
    """The grade; or what the rank is taken by, the place itself waiting for all subjects. Raises FailedError."""
    if isinstance(result, n.Rank):
        return _waiting(result, env)
    trace = Trace()
    by_points = ""
    if env.known[""].value is not None or not _hangs_on_total(result.cases.subject):
        by_points = str(present(result.cases, env, trace))
    overrides = tuple(_override(override, env) for override in result.overrides)
    held = [override.grade for override in overrides if override.holds]
    return GradeResult(result.name, result.label, result.place, held[-1] if held else by_points, by_points,
                       tuple(trace.inputs.values()), tuple(trace.choices), overrides)  # fmt: skip


def _hangs_on_total(value: n.Expr | None) -> bool:
    return isinstance(value, n.Ref) and value.name == ""


def _override(override: n.GradeOverride, env: Environment) -> Override:
    trace = Trace()
    holds = bool(present(override.when, env, trace))
    return Override(override.grade, override.place, holds, tuple(trace.inputs.values()), tuple(trace.tests))


def _waiting(rank: n.Rank, env: Environment) -> RankResult:
    group = tuple(str(env.facts[name]) for name in rank.groups)
    key: list[Fraction] = []
    for expr in (rank.value, *rank.breakers):
        try:
            value = evaluate(expr, env, Trace())
        except FailedError as failure:
            if failure.code != "E001" or not _hangs_on_total(expr):
                raise
            value = None     # no total, no place
        if not isinstance(value, Fraction):
            return RankResult(rank.name, rank.label, rank.place, group, ())
        key.append(value)
    return RankResult(rank.name, rank.label, rank.place, group, tuple(key))


def ranked(program: n.Program, scores: Sequence[Score]) -> list[Score]:
    """`scores` with every place filled in."""
    for rank in (result for result in program.results if isinstance(result, n.Rank)):
        groups: dict[tuple[str, ...], list[tuple[Fraction, ...]]] = {}
        for score in scores:
            waiting = _of(score, rank)
            if waiting.key:
                groups.setdefault(waiting.group, []).append(waiting.key)
        tables = {group: (_places(keys, rank), Counter(keys)) for group, keys in groups.items()}
        scores = [_placed(score, _of(score, rank), tables) for score in scores]
    return list(scores)


def _of(score: Score, rank: n.Rank) -> RankResult:
    found = score.results[rank.name]
    assert isinstance(found, RankResult)
    return found


def _places(keys: list[tuple[Fraction, ...]], rank: n.Rank) -> dict[tuple[Fraction, ...], int]:
    """The place of each key. Equal keys share a place; after them one goes on counting heads, or, dense, places."""
    ordered = sorted(keys, reverse=not rank.lowest_first)
    if rank.ties == "dense":
        return {key: at for at, key in enumerate(dict.fromkeys(ordered), 1)}
    places: dict[tuple[Fraction, ...], int] = {}
    for at, key in enumerate(ordered, 1):
        places.setdefault(key, at)
    return places


def _placed(score: Score, waiting: RankResult, tables: Mapping[tuple[str, ...], Table]) -> Score:
    places, counts = tables.get(waiting.group, ({}, Counter()))
    found = waiting._replace(rank=places.get(waiting.key), size=counts.total(), ties=counts[waiting.key])
    return score._replace(results={**score.results, waiting.name: found})
