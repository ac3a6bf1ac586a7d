"""What a run tells on the terminal: what was found, and how much of the facts there was."""

import sys

import click

from kpidsl.cli.scoring import Level, Scored
from kpidsl.cli.terminal import show_findings
from kpidsl.core.nodes import Rank
from kpidsl.reports.rejects import rejected_rows
from kpidsl.reports.words import phrase
from kpidsl.text.wording import has_errors
from kpidsl.text.words import Lang


def tell(scored: Scored, keep_going: bool, quiet: bool, lang: Lang, otherwise: str = "or keep going") -> None:
    """What was found and how much of it there is; where it is not to go on, the run ends here.

    `otherwise`: the phrase that says what comes of --keep-going.
    """
    show_findings(scored.findings, lang)
    stopped = has_errors(scored.findings) and not keep_going
    if not quiet:
        _show_counts(scored, "facts seen" if stopped else "facts in", lang)
    if stopped:
        click.echo(phrase(lang, "nothing written"), err=True)
        if any(level.totals[0] > len(rejected_rows(level.joined, level.outcome)[0]) for level in scored.levels):
            click.echo(phrase(lang, otherwise), err=True)
        sys.exit(1)
    if not quiet:
        _show_open_rules(scored, lang)
    if any(_ranks_without(level) for level in scored.levels):
        click.echo(phrase(lang, "ranks without rejects"), err=True)


def _show_counts(scored: Scored, of_facts: str, lang: Lang) -> None:
    """How many rows came in and what became of them."""
    for level in due(scored):
        for at, bad in rejected_rows(level.joined, level.outcome).items():
            sheet = level.joined.tables[at].sheet
            rows = level.totals[at]
            counts = {"rows": rows, "good": rows - len(bad), "bad": len(bad)}
            said = "events in" if at else f"{of_facts} derived" if sheet.derived else of_facts
            owed = len(level.joined.tables[at].owed)
            more = phrase(lang, "rows owed", count=owed) if owed else ""
            click.echo(phrase(lang, said, table=sheet.name, **counts) + more, err=True)


def _show_open_rules(scored: Scored, lang: Lang) -> None:
    for ledger in scored.program.ledgers:
        if ledger.unfilled:
            click.echo(phrase(lang, "open rule", name=ledger.label, worth=ledger.worth or 0), err=True)


def _ranks_without(level: Level) -> bool:
    """Whether places were taken without some that could not be scored."""
    bad = rejected_rows(level.joined, level.outcome)[0]
    return bool(bad) and any(isinstance(result, Rank) for result in level.program.results)


def due(scored: Scored) -> list[Level]:
    """The first level, and the longer periods of which some are over, or have rows of their own."""
    first, *longer = scored.levels
    return [first, *(level for level in longer if level.totals[0])]
