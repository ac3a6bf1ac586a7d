"""`kpidsl show`: what holds after all files, each value with the file and line that set it."""

import click

from kpidsl.cli.terminal import Command, lang_option, load_policy
from kpidsl.reports.effective import effective
from kpidsl.text.words import Lang


@click.command("show", cls=Command, short_help="Show what holds after all files. 列出生效的内容")
@click.argument("policy")
@lang_option
def command(policy: str, lang: Lang) -> None:
    """Show what POLICY says, with everything that it takes over from the files that it extends."""
    click.echo(effective(load_policy(policy, lang), lang))
