"""`kpidsl explain`: the ledger of one subject, line by line."""

import sys

import click

from kpidsl.cli.scoring import Inputs, inputs_options, score_all
from kpidsl.cli.terminal import Command, show_findings
from kpidsl.core.nodes import Program
from kpidsl.core.results import Score
from kpidsl.reports.explain import explain
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.findings import Finding, RefusedError, nearest
from kpidsl.text.source import Cell
from kpidsl.text.words import Lang


@click.command("explain", cls=Command)
@inputs_options
@click.option("--subject", required=True, help="Whose score is explained.")
@click.option("--rule", help="Only this rule (or section, or part), by its name or label.")
def command(policy: str, facts: str, events: tuple[str, ...], params: tuple[str, ...], encoding: str | None,
            lang: Lang, subject: str, rule: str | None) -> None:
    """Explain the score of one subject of FACTS under POLICY: every entry of its ledgers."""
    scored = score_all(Inputs(policy, facts, events, params, encoding), lang)
    score = next((found for found in scored.outcome.scores if found.subject == subject), None)
    if score is None:
        known = [found.subject for found in scored.outcome.scores]
        _refuse(scored.findings, scored.joined.facts.sheet.name, subject, known, lang)
        return
    rules = [_find_rule(rule, scored.program)] if rule else []
    click.echo(explain(score, _head(scored.program, score, lang), rules, lang))


def _refuse(findings: tuple[Finding, ...], table: str, subject: str, known: list[str], lang: Lang) -> None:
    """Say why the subject has no score: what is wrong with its rows, or that there is no such subject."""
    show_findings([f for f in findings if isinstance(f.place, Cell)], lang)
    near = nearest(subject, known)
    show_findings([Finding("D044", Cell(table), {"name": subject, "near": near})], lang)
    sys.exit(1)


def _find_rule(rule: str, program: Program) -> str:
    for ledger in program.ledgers:
        if ledger.role != "total" and rule in (ledger.name, ledger.label):
            return ledger.name
    labels = [ledger.label for ledger in program.ledgers if ledger.label]
    raise RefusedError([Finding("D045", None, {"name": rule, "near": nearest(rule, labels), "known": tuple(labels)})])


def _head(program: Program, score: Score, lang: Lang) -> str:
    labels = {item.name: item.header for item in program.facts.fields}
    groups = [f"{labels[name]} {value}" for name, value in zip(program.within, score.groups, strict=True)]
    edition = [phrase(lang, "edition", edition=program.edition)] if program.edition else []
    return phrases(lang)["comma"].join([f"{labels[program.subject]} {score.subject}", *groups, program.title, *edition])
