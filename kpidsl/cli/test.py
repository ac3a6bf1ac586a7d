"""`kpidsl test`: the examples of a policy, each worked out and compared."""

import sys
from collections.abc import Sequence

import click

from kpidsl.cli.terminal import Command, lang_option, load_policy
from kpidsl.core.examples import Expected, Trial, reachable, reached, trials
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.results import GradeResult
from kpidsl.engines.exact import Worked, work
from kpidsl.policy.model import Policy
from kpidsl.reports.policy_text import place_text
from kpidsl.reports.words import phrase, value_text
from kpidsl.text.source import Span
from kpidsl.text.words import Lang
from kpidsl.values.calendar import label
from kpidsl.values.kinds import TEXT, Base, Value


@click.command("test", cls=Command, short_help="Work out a policy's examples. 算例")
@click.argument("policy")
@click.option("--coverage", is_flag=True, help="Name the rows and conditions that no example reaches.")
@lang_option
def command(policy: str, coverage: bool, lang: Lang) -> None:
    """Work out the examples in POLICY and compare them with what they expect.

    A file of its own that extends a policy and holds only examples is a file of cases.
    """
    found = load_policy(policy, lang)
    worked = [(trial, work(lower(found, trial.params), trial.levels)) for trial in trials(found)]
    failed = 0
    for trial, levels in worked:
        wrong = [line for expected in trial.expected for line in _compare(expected, levels, found, lang)]
        failed += bool(wrong)
        click.echo(phrase(lang, "failed" if wrong else "passed", where=_where(trial), title=trial.title))
        for line in wrong:
            click.echo(f"    {line}")
    click.echo(phrase(lang, "tested", passed=len(worked) - failed, failed=failed))
    if coverage:
        _show_coverage(lower(found, {}), [result for _, levels in worked for level in levels for result in level], lang)
    sys.exit(1 if failed or not worked else 0)


def _where(trial: Trial) -> str:
    return f"{trial.place.source.path}:{trial.place.line}" if isinstance(trial.place, Span) else ""


def _compare(expected: Expected, levels: Sequence[Sequence[Worked]], policy: Policy, lang: Lang) -> list[str]:
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
    if got is None and result and _unknown(expected.name, result):
        names = ", ".join(dict.fromkeys(failure.name for failure in result.failures.values()))
        return [phrase(lang, "not worked out", text=head, names=names)]
    if got == expected.value:
        return []
    return [phrase(lang, "came to", text=head, value=value_text(got, kind, lang))]


def _unknown(name: str, result: Worked) -> bool:
    """Whether the value could not be worked out, which is not the same as to have none."""
    return bool(result.failures) and name not in result.accounts and name not in result.results


def _got(name: str, result: Worked) -> Value:
    if name in result.accounts:
        return result.accounts[name].balance
    known = result.env.known.get(name)
    return known.value if known else None


def _show_coverage(program: Program, worked: list[Worked], lang: Lang) -> None:
    found = [reachable(level) for level in program.levels]
    rows, guards = (list(dict.fromkeys(place for of in found for place in of[at])) for at in (0, 1))
    accounts = [account for result in worked for account in result.accounts.values()]
    grades = [g for result in worked for g in result.results.values() if isinstance(g, GradeResult)]
    seen = reached(accounts, grades)
    for name, places in (("rows reached", rows), ("guards reached", guards)):
        click.echo(phrase(lang, name, reached=sum(place in seen for place in places), all=len(places)))
        for place in sorted((p for p in places if p not in seen and isinstance(p, Span)), key=lambda span: span.start):
            click.echo(f"    {place.source.path}:{place.line}  {place_text(place, lang)}")
