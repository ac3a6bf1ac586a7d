"""`kpidsl test`: the examples of a policy, each worked out and compared."""

import sys

import click

from kpidsl.cli.terminal import Command, lang_option, load_policy
from kpidsl.cli.trials import differences, work_out
from kpidsl.core.examples import Trial, reachable, reached
from kpidsl.core.lower import lower
from kpidsl.core.program import Program
from kpidsl.core.results import GradeResult
from kpidsl.engines.exact import Worked
from kpidsl.reports.policy_text import place_text
from kpidsl.reports.words import phrase
from kpidsl.text.source import Span
from kpidsl.text.words import Lang


@click.command("test", cls=Command, short_help="Work out a policy's examples. 算例")
@click.argument("policy")
@click.option("--coverage", is_flag=True, help="Name the rows and conditions that no example reaches.")
@lang_option
def command(policy: str, coverage: bool, lang: Lang) -> None:
    """Work out the examples in POLICY and compare them with what they expect.

    A file of its own that extends a policy and holds only examples is a file of cases.
    """
    found = load_policy(policy, lang)
    worked = work_out(found)
    failed = 0
    for trial, levels in worked:
        wrong = differences(trial, levels, found, lang)
        failed += bool(wrong)
        click.echo(phrase(lang, "failed" if wrong else "passed", where=_where(trial), title=trial.title))
        for line in wrong:
            click.echo(f"    {line}")
    said = phrase(lang, "tested", passed=len(worked) - failed, failed=failed)
    click.echo(said if worked else phrase(lang, "no examples", path=policy))
    if coverage:
        _show_coverage(lower(found, {}), [result for _, levels in worked for level in levels for result in level], lang)
    sys.exit(1 if failed or not worked else 0)


def _where(trial: Trial) -> str:
    return f"{trial.place.source.path}:{trial.place.line}" if isinstance(trial.place, Span) else ""


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
