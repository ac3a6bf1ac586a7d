"""`kpidsl check`: what is wrong with a policy, before anything is scored by it."""

import sys
from fractions import Fraction

import click

from kpidsl.check.claims import claims
from kpidsl.check.dead import dead
from kpidsl.check.failing import failing
from kpidsl.check.holes import told
from kpidsl.check.signs import signs
from kpidsl.check.trends import trends
from kpidsl.cli.terminal import Command, lang_option, load_policy, read_source, show_findings
from kpidsl.core.lower import lower
from kpidsl.policy.files import Reader
from kpidsl.policy.model import Policy
from kpidsl.policy.resolve import resolve
from kpidsl.reports.findings import FORMATS
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.findings import Finding
from kpidsl.text.source import Span
from kpidsl.text.wording import has_errors, severity
from kpidsl.text.words import Lang


@click.command("check", cls=Command, short_help="Check a policy. 检查")
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...")
@click.option("--format", "form", type=click.Choice(["text", *FORMATS]), default="text", help="How findings are shown.")
@click.option("--deep", is_flag=True, help="Also show how far rules reach, how they move with facts, and cliffs.")
@click.option("--cliff", default="1", metavar="POINTS", help="With --deep: cliffs of at least so many points.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
@click.option("--fix", is_flag=True, help="Mend in each POLICY what has a ready mend, then check it.")
@lang_option
def command(policies: tuple[str, ...], form: str, deep: bool, cliff: str, strict: bool, fix: bool, lang: Lang) -> None:
    """Check each POLICY and the files that it extends: words and names, kinds, holes, text that changes no score."""
    if deep and form != "text":
        raise click.UsageError("--deep is text for people; --format is for findings: ask for one of them")
    if fix:
        _fix(policies, lang)
    found = {(finding.code, finding.place): finding for policy in policies for finding in _check(policy)}
    findings = list(found.values())
    if form == "text":
        show_findings(findings, lang)
        errors = sum(severity(finding) == "error" for finding in findings)
        summary = (phrase(lang, "findings", errors=errors, warnings=len(findings) - errors) if findings
                   else phrase(lang, "no findings", path=phrases(lang)["list"].join(policies)))  # fmt: skip
        click.echo(summary, err=bool(findings))
        if deep and not has_errors(findings):
            for policy in policies:
                _show_deep(policy, cliff, lang)
    else:
        click.echo(FORMATS[form](findings, lang))
    sys.exit(1 if has_errors(findings) or (strict and findings) else 0)


def _show_deep(policy: str, cliff: str, lang: Lang) -> None:
    from kpidsl.check.cliffs import cliffs
    from kpidsl.check.directions import directions
    from kpidsl.check.extremes import extremes
    from kpidsl.reports import deep as report

    try:
        least = Fraction(cliff)
    except ValueError as error:
        raise click.UsageError("--cliff takes a number of points, such as 1 or 0.5") from error
    program = lower(load_policy(policy, lang), {})
    for line in report.deep(extremes(program), directions(program), cliffs(program, least), lang):
        click.echo(line)


def _fix(policies: tuple[str, ...], lang: Lang) -> None:
    from kpidsl.cli import fix

    if "-" in policies:
        raise click.UsageError("--fix changes files; standard input is none")
    fix.fix(policies, _check, lang)


def _check(policy: str, read: Reader = read_source) -> list[Finding]:
    resolved, findings = resolve(read(policy), read)
    return [*findings, *_deeper(resolved)] if resolved is not None else findings


def _deeper(policy: Policy) -> list[Finding]:
    """What only shows over all the facts that there can be, in the order of the lines."""
    program = lower(policy, {})
    failures = [*failing(program)]
    known = {finding.place for finding in failures if finding.code == "P071"}
    holes = [finding for finding in told(program) if finding.code != "P059" or finding.place not in known]
    found = (*holes, *claims(program), *trends(program), *signs(program), *dead(policy, program), *failures)
    return sorted({(finding.code, finding.place): finding for finding in found}.values(), key=_place)


def _place(finding: Finding) -> tuple[str, int]:
    span = finding.place
    return (span.source.path, span.start) if isinstance(span, Span) else ("", 0)
