"""`kpidsl report`: scores and their accounts as a page to look at."""

import sys

import click

from kpidsl.cli.pages import written
from kpidsl.cli.scoring import score_all
from kpidsl.cli.sources import Inputs, inputs_options
from kpidsl.cli.telling import tell
from kpidsl.cli.terminal import Command
from kpidsl.reports.words import phrase
from kpidsl.text.wording import has_errors
from kpidsl.text.words import Lang


@click.command("report", cls=Command, short_help="Scores and accounts as a page. 报告")
@inputs_options
@click.option("-o", "--output", metavar="OUTPUT", required=True,
              help="A file that ends in .html, or a folder that ends in /; many subjects make it a folder.")
@click.option("--keep-going", is_flag=True, help="Report on the good rows, whatever is wrong with the others.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong.")
def command(policy: str, facts: str, events: tuple[str, ...], params: tuple[str, ...], encoding: str | None,
            sheet: str | None, period: str | None, lang: Lang, output: str, keep_going: bool,
            quiet: bool) -> None:  # fmt: skip
    """Score the rows of FACTS by POLICY, and write a page of them: a summary, a table to search, sort and filter, the
    account of every score, entry by entry, and the policy. It is one file that needs no network.
    """
    if not output.endswith(("/", ".html", ".htm")):
        raise click.UsageError("-o takes a file that ends in .html, or a folder that ends in /")
    scored = score_all(Inputs(policy, facts, events, params, encoding, sheet, period), lang)
    tell(scored, keep_going, quiet, lang, "or report the good")
    found = written(scored, output, lang)
    if not quiet:
        click.echo(phrase(lang, "written", paths=found), err=True)
    sys.exit(1 if has_errors(scored.findings) else 0)
