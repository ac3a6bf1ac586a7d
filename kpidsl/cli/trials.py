"""The examples of a policy worked out, and what differs from what they expect."""

from collections.abc import Iterator, Sequence

from kpidsl.core.examples import Expected, Trial, trials
from kpidsl.core.lower import lower
from kpidsl.core.results import GradeResult, RankResult
from kpidsl.engines.exact import Worked, work
from kpidsl.policy.model import Policy
from kpidsl.reports.policy_text import place_text
from kpidsl.reports.words import phrase, phrases, value_text
from kpidsl.text.words import Lang
from kpidsl.values.calendar import label
from kpidsl.values.kinds import TEXT, Base, Value

Levels = Sequence[Sequence[Worked]]


def work_out(policy: Policy) -> list[tuple[Trial, Levels]]:
    """Each example of the policy's own file, with what came of every level."""
    return [(trial, work(lower(policy, trial.params), trial.levels)) for trial in trials(policy)]


def differences(trial: Trial, levels: Levels, policy: Policy, lang: Lang) -> list[str]:
    """Nothing where everything comes to what is expected."""
    return [line for expected in trial.expected for line in _compare(expected, levels, policy, lang)]


def _compare(expected: Expected, levels: Levels, policy: Policy, lang: Lang) -> list[str]:
    """Nothing where it is right; otherwise what was expected, what came out, and why nothing could."""
    level = policy.levels[expected.level]
    kind = level.symbols[expected.name].kind or TEXT
    text = place_text(expected.place, lang)
    of = [expected.subject] if len({worked.subject for worked in levels[0]}) > 1 else []
    when = [label(Base(level.unit), expected.period)] if level.unit and expected.period else []
    head = " ".join([*of, *when, text])
    result = next((worked for worked in levels[expected.level] if worked.subject == expected.subject
                   and worked.env.period == expected.period), None)  # fmt: skip
    got = _got(expected.name, result) if result else None
    known = result.env.known.get(expected.name) if result else None
    if known and known.failure and not known.failure.absent:
        return [phrase(lang, "not worked out", text=head, names=known.failure.name or phrase(lang, "total"))]
    if got == expected.value:
        return []
    told = [phrase(lang, "came to", text=head, value=value_text(got, kind, lang))]
    return [*told, *(_why(result.results.get(expected.name), lang) if result else ())]


def _why(result: GradeResult | RankResult | None, lang: Lang) -> Iterator[str]:
    """Of a grade that is not the one by points: what made it another."""
    if isinstance(result, GradeResult) and result.grade != result.by_points:
        yield "    " + phrase(lang, "by points", grade=result.by_points or phrases(lang)["no standing"])
        for quota in result.quotas:
            yield "    " + phrase(lang, "quota met", size=quota.size, limit=quota.limit, grade=quota.grade,
                                  before=quota.before, others=quota.equal - 1)  # fmt: skip


def _got(name: str, result: Worked) -> Value:
    if name in result.accounts:
        return result.accounts[name].balance
    known = result.env.known.get(name)
    return known.value if known else None
