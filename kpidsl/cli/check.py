"""`kpidsl check`: what is wrong with a policy, before anything is scored by it."""

import json
import sys

import click

from kpidsl.cli.terminal import Command, lang_option, read_source, show_findings
from kpidsl.policy.resolve import resolve
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding
from kpidsl.text.source import Span
from kpidsl.text.wording import has_errors, severity, texts
from kpidsl.text.words import Lang


@click.command("check", cls=Command, short_help="Check a policy. 检查")
@click.argument("policy")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How findings are shown.")
@lang_option
def command(policy: str, form: str, lang: Lang) -> None:
    """Check POLICY: its syntax, names and kinds, and the files that it extends."""
    _, findings = resolve(read_source(policy), read_source)
    if form == "json":
        click.echo(json.dumps([_as_json(finding, lang) for finding in findings], ensure_ascii=False, indent=1))
    else:
        show_findings(findings, lang)
        errors = sum(severity(finding) == "error" for finding in findings)
        summary = (phrase(lang, "findings", errors=errors, warnings=len(findings) - errors) if findings
                   else phrase(lang, "no findings", path=policy))  # fmt: skip
        click.echo(summary, err=bool(findings))
    sys.exit(1 if has_errors(findings) else 0)


def _as_json(finding: Finding, lang: Lang) -> dict[str, object]:
    place = finding.place
    where = {"path": place.source.path, "line": place.line, "column": place.column} if isinstance(place, Span) else {}
    return {"code": finding.code, "severity": severity(finding), **where, **texts(finding, lang)}
