"""Grades of one subject; places and quotas among all."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.results import GradeResult, Override, QuotaResult, RankResult
from kpidsl.engines.environment import Environment, FailedError, Known, Trace
from kpidsl.engines.evaluate import present

Key = tuple[Fraction, ...]


def grade(definition: n.Grade, env: Environment) -> GradeResult:
    """The grade by points and overrides, where there are points; quotas come when everybody has one.

    Raises FailedError.
    """
    trace = Trace()
    by_points, value = "", None
    try:
        by_points = str(present(definition.cases, env, trace))
        value = trace.choices[-1].value
    except FailedError as failure:
        if not failure.absent:
            raise
    overrides = tuple(_override(override, env) for override in definition.overrides)
    held = [override for override in overrides if override.holds]
    found = held[-1].grade if held else by_points
    why = Trace({item.name: item for item in held[-1].inputs}) if held else trace
    env.known[definition.name] = Known(found or None, why)
    return GradeResult(definition.name, definition.label, definition.source, definition.place, found, by_points,
                       tuple(trace.inputs.values()), tuple(trace.choices), overrides,
                       value if isinstance(value, Fraction) else None)  # fmt: skip


def _override(override: n.GradeOverride, env: Environment) -> Override:
    trace = Trace()
    holds = bool(present(override.when, env, trace))
    return Override(override.grade, override.place, holds, tuple(trace.inputs.values()), tuple(trace.tests))


def waiting(rank: n.Rank, env: Environment) -> RankResult:
    """What a place is taken by, where there is such a value; the place waits for all subjects. Raises FailedError."""
    group = _group(rank.groups, env)
    key: list[Fraction] = []
    trace = Trace()
    for expr in (rank.value, *rank.breakers):
        try:
            value = present(expr, env, trace)
        except FailedError as failure:
            if not failure.absent:
                raise
            return RankResult(rank.name, rank.label, rank.place, group, ())
        assert isinstance(value, Fraction)
        key.append(value)
    return RankResult(rank.name, rank.label, rank.place, group, tuple(key), inputs=tuple(trace.inputs.values()))


def _group(names: Sequence[str], env: Environment) -> tuple[str, ...]:
    return tuple(str(env.facts[name]) for name in names)


def settle(definition: n.Rank | n.Grade, found: Sequence[tuple[Any, Environment]]) -> list[Any]:
    """The results of one definition for everybody, with places, or with quotas met; each environment knows its own."""
    if isinstance(definition, n.Rank):
        return _ranked(definition, found)
    results = [result for result, _ in found]
    envs = [env for _, env in found]
    for quota in definition.quotas:
        results = _within(quota, results, [_group(quota.groups, env) for env in envs])
    for result, env in zip(results, envs, strict=True):
        env.known[definition.name] = Known(result.grade or None, Trace())
    return results


def _ranked(rank: n.Rank, found: Sequence[tuple[RankResult, Environment]]) -> list[RankResult]:
    groups: dict[tuple[str, ...], list[Key]] = {}
    for result, _ in found:
        if result.key:
            groups.setdefault(result.group, []).append(result.key)
    tables = {group: (_places(keys, rank), Counter(keys)) for group, keys in groups.items()}
    placed: list[RankResult] = []
    for result, env in found:
        places, counts = tables.get(result.group, ({}, Counter()))
        place = places.get(result.key)
        placed.append(result._replace(rank=place, size=counts.total(), ties=counts[result.key]))
        value = Fraction(place) if place is not None else None
        env.known[rank.name] = Known(value, Trace(), None if place else FailedError("E001", rank.label, absent=True))
        env.sizes[rank.name] = counts.total()
    return placed


def _places(keys: list[Key], rank: n.Rank) -> dict[Key, int]:
    """The place of each key. Equal keys share a place; after them one goes on counting heads, or, dense, places."""
    ordered = sorted(keys, reverse=not rank.lowest_first)
    if rank.ties == "dense":
        return {key: at for at, key in enumerate(dict.fromkeys(ordered), 1)}
    places: dict[Key, int] = {}
    for at, key in enumerate(ordered, 1):
        places.setdefault(key, at)
    return places


def _within(quota: n.Quota, results: Sequence[GradeResult], groups: Sequence[tuple[str, ...]]) -> list[GradeResult]:
    """Those who have the grade, held against how many of their group may; the others have the next grade."""
    sizes = Counter(group for result, group in zip(results, groups, strict=True) if result.grade)
    having: dict[tuple[str, ...], list[Fraction]] = {}
    for result, group in zip(results, groups, strict=True):
        if result.grade == quota.grade and result.value is not None:
            having.setdefault(group, []).append(result.value)
    return [_met(quota, result, having.get(group, []), sizes[group])
            for result, group in zip(results, groups, strict=True)]  # fmt: skip


def _met(quota: n.Quota, result: GradeResult, having: Sequence[Fraction], size: int) -> GradeResult:
    value = result.value
    if result.grade != quota.grade or value is None:
        return result
    limit = floor(quota.limit * size) if quota.share else int(quota.limit)
    before = sum(other < value if quota.lowest_first else other > value for other in having)
    equal = having.count(value)
    kept = before < limit if quota.stay else before + equal <= limit
    told = QuotaResult(quota.grade, quota.next, quota.place, limit, size, before, equal, kept)
    return result._replace(grade=quota.grade if kept else quota.next, quotas=(*result.quotas, told))
