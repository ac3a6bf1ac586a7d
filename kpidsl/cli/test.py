"""`kpidsl test`: the examples of a policy, each worked out and compared."""

import sys

import click

from kpidsl.cli.terminal import Command, lang_option, load_policy
from kpidsl.core import nodes as n
from kpidsl.core.examples import Expected, Trial, reachable, reached, trials
from kpidsl.core.lower import lower
from kpidsl.core.results import GradeResult
from kpidsl.engines.exact import Worked, work
from kpidsl.policy.model import Policy
from kpidsl.reports.policy_text import place_text
from kpidsl.reports.words import phrase, value_text
from kpidsl.text.source import Span
from kpidsl.text.words import Lang
from kpidsl.values.kinds import TEXT, Value


@click.command("test", cls=Command, short_help="Work out a policy's examples. 算例")
@click.argument("policy")
@click.option("--coverage", is_flag=True, help="Name the rows and conditions that no example reaches.")
@lang_option
def command(policy: str, coverage: bool, lang: Lang) -> None:
    """Work out the examples in POLICY and compare them with what they expect.

    A file of its own that extends a policy and holds only examples is a file of cases.
    """
    found = load_policy(policy, lang)
    found_trials = trials(found)
    worked = [(trial, work(lower(found, trial.params), trial.case)) for trial in found_trials]
    failed = 0
    for trial, result in worked:
        wrong = [line for expected in trial.expected for line in _compare(expected, result, found, lang)]
        failed += bool(wrong)
        click.echo(phrase(lang, "failed" if wrong else "passed", where=_where(trial), title=trial.title))
        for line in wrong:
            click.echo(f"    {line}")
    click.echo(phrase(lang, "tested", passed=len(worked) - failed, failed=failed))
    if coverage:
        _show_coverage(lower(found, {}), [result for _, result in worked], lang)
    sys.exit(1 if failed or not worked else 0)


def _where(trial: Trial) -> str:
    return f"{trial.place.source.path}:{trial.place.line}" if isinstance(trial.place, Span) else ""


def _compare(expected: Expected, result: Worked, policy: Policy, lang: Lang) -> list[str]:
    """Nothing where it is right; otherwise what was expected, what came out, and why nothing could."""
    kind = policy.symbols[expected.name].kind if expected.name in policy.symbols else None
    missing = result.failures
    if missing and expected.name not in {**result.values, **result.results, **result.accounts}:
        names = ", ".join(dict.fromkeys(failure.name for failure in missing))
        return [phrase(lang, "not worked out", text=place_text(expected.place, lang), names=names)]
    got = _got(expected.name, result)
    if got == expected.value:
        return []
    shown = value_text(got, kind or TEXT, lang)
    return [phrase(lang, "came to", text=place_text(expected.place, lang), value=shown)]


def _got(name: str, result: Worked) -> Value:
    if name in result.results:
        found = result.results[name]
        return found.grade or None if isinstance(found, GradeResult) else None
    return result.accounts[name].balance if name in result.accounts else result.values.get(name)


def _show_coverage(program: n.Program, worked: list[Worked], lang: Lang) -> None:
    rows, guards = reachable(program)
    accounts = [account for result in worked for account in result.accounts.values()]
    grades = [g for result in worked for g in result.results.values() if isinstance(g, GradeResult)]
    seen = reached(accounts, grades)
    for name, places in (("rows reached", rows), ("guards reached", guards)):
        click.echo(phrase(lang, name, reached=sum(place in seen for place in places), all=len(places)))
        for place in sorted((p for p in places if p not in seen and isinstance(p, Span)), key=lambda span: span.start):
            click.echo(f"    {place.source.path}:{place.line}  {place_text(place, lang)}")
