"""`kpidsl fmt`: a policy's text in the other language's keywords."""

import sys
from pathlib import Path

import click

from kpidsl.cli.terminal import Command, read_source
from kpidsl.facts.write import write_all
from kpidsl.syntax.translate import translate
from kpidsl.text.words import LANGS, Lang


@click.command("fmt", cls=Command)
@click.argument("policy")
@click.option("--lang", type=click.Choice(LANGS), required=True, help="The language of the keywords: zh or en.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE; otherwise to standard output.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where FILE (or POLICY) would change.")
def command(policy: str, lang: Lang, output: str | None, check: bool) -> None:
    """Translate the keywords of POLICY. Names, labels, comments and layout stay as they are."""
    text = translate(read_source(policy).text, lang)
    if check:
        sys.exit(0 if text == read_source(output or policy).text else 1)
    if output:
        write_all({Path(output): text.encode()})
    else:
        click.echo(text, nl=False)
