"""`kpidsl template`: the workbook of facts that a policy wants, to be filled in."""

from pathlib import Path

import click

from kpidsl.cli.terminal import Command, lang_option, load_policy
from kpidsl.core.lower import lower
from kpidsl.facts.write import write_all
from kpidsl.reports.template import template
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang


@click.command("template", cls=Command, short_help="Write the workbook to fill in. 生成填报表")
@click.argument("policy")
@click.option("-o", "--output", required=True, metavar="FILE", help="The workbook to write (.xlsx).")
@lang_option
def command(policy: str, output: str, lang: Lang) -> None:
    """Write the workbook that POLICY wants: headers, kinds, ranges and drop-downs. Filled in, it runs as it is."""
    path = Path(output)
    if path.suffix.lower() != ".xlsx":
        raise click.UsageError("-o takes a file that ends in .xlsx")
    if path.exists():
        raise click.UsageError(phrase(lang, "template is there", output=output))
    write_all({path: template(lower(load_policy(policy, lang), {}), lang)})
    click.echo(phrase(lang, "written", paths=output), err=True)
