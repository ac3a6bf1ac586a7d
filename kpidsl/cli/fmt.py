"""`kpidsl fmt`: a policy's text in its one layout, and in the other language's keywords."""

import sys
from difflib import unified_diff
from pathlib import Path

import click

from kpidsl.cli.spoken import reader_language
from kpidsl.cli.terminal import Command, read_source
from kpidsl.facts.write import write_all
from kpidsl.reports.words import phrase
from kpidsl.syntax.format import format_text
from kpidsl.syntax.parse import parse
from kpidsl.syntax.translate import translate
from kpidsl.text.findings import RefusedError
from kpidsl.text.words import LANGS, Lang


@click.command("fmt", cls=Command, short_help="Lay a policy out, or translate it. 排版与翻译")
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...")
@click.option("--lang", type=click.Choice(LANGS), help="Translate the keywords: zh or en.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, which may be POLICY itself.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where the text would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(policies: tuple[str, ...], lang: Lang | None, output: str | None, check: bool, diff: bool) -> None:
    """Lay POLICY out: indentation, spaces and columns. Names, labels and comments stay as they are."""
    if len(policies) > 1 and not (check or diff):
        raise click.UsageError("several policies can only be looked at, with --check or --diff")
    same = [_lay_out(policy, lang, output, check, diff) for policy in policies]
    if check or diff:
        sys.exit(0 if all(same) else 1)


def _lay_out(policy: str, lang: Lang | None, output: str | None, check: bool, diff: bool) -> bool:
    """Whether the text is laid out as it is. Raises RefusedError."""
    source = read_source(policy)
    _, findings = parse(source)
    if findings:
        raise RefusedError(findings)
    text = format_text(translate(source.text, lang) if lang else source.text)
    if diff:
        lines = unified_diff(source.text.splitlines(), text.splitlines(), policy, policy, lineterm="", n=2)
        click.echo("\n".join(lines))
    elif check:
        said = "laid out" if text == source.text else "not laid out"
        click.echo(phrase(lang or reader_language(), said, path=policy), err=True)
    elif output:
        write_all({Path(output): text.encode()})
    else:
        click.echo(text, nl=False)
    return text == source.text
