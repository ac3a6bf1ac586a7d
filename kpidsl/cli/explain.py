"""`kpidsl explain`: the ledger of one subject, line by line."""

import re
from typing import NoReturn

import click

from kpidsl.cli.scoring import Scored, score_all
from kpidsl.cli.sources import Inputs, inputs_options
from kpidsl.cli.terminal import Command, show_findings
from kpidsl.core.nodes import Program
from kpidsl.reports.explain import explain
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Argument, Finding, RefusedError, nearest
from kpidsl.text.source import Cell
from kpidsl.text.words import LANGS, Lang
from kpidsl.values.reading import fold

ROLES = ("rule", "part", "section")


@click.command("explain", cls=Command, short_help="Explain a score, entry by entry. 逐分说明")
@inputs_options
@click.option("--subject", required=True, help="Whose score is explained.")
@click.option("--rule", help="Only this rule, part or section: its name, label or clause.")
def command(policy: str, facts: str, events: tuple[str, ...], params: tuple[str, ...], encoding: str | None,
            sheet: str | None, lang: Lang, subject: str, rule: str | None) -> None:
    """Explain the score of one subject of FACTS under POLICY: every entry of its ledgers."""
    subject = fold(subject)
    inputs = Inputs(policy, facts, events, params, encoding, sheet)
    scored = score_all(inputs, lang, subject)
    score = next((found for found in scored.outcome.scores if found.subject == subject), None)
    if score is None:
        _refuse(scored, subject, lang)
    rules = [_find_rule(rule, scored.program)] if rule else []
    click.echo(explain(score, scored.program, rules, lang))


def _refuse(scored: Scored, subject: str, lang: Lang) -> NoReturn:
    """Say why the subject has no score: what is wrong with its rows, or that there is no such subject."""
    facts = scored.joined.facts
    known = [str(row.values[scored.program.subject]) for row in facts.rows]
    own = {row.number for row, name in zip(facts.rows, known, strict=True) if name == subject}
    show_findings([f for f in scored.findings if not own or _concerns(f, facts.sheet.name, own)], lang)
    args: dict[str, Argument] = {"name": subject, "near": nearest(subject, known)}
    raise RefusedError([Finding("D048" if own else "D044", Cell(facts.sheet.name), args)])


def _concerns(finding: Finding, table: str, rows: set[int]) -> bool:
    place = finding.place
    return not isinstance(place, Cell) or place.table != table or place.row in (0, 1) or place.row in rows


def _find_rule(rule: str, program: Program) -> str:
    """By name, label or cited clause; a rule before a part, a part before a section."""
    if rule in ("", "total", *(phrase(lang, "total") for lang in LANGS)):
        return ""
    ledgers = sorted((led for led in program.ledgers if led.role != "total"), key=lambda led: ROLES.index(led.role))
    for ledger in ledgers:
        if rule in (ledger.name, ledger.label):
            return ledger.name
    for ledger in ledgers:
        if rule in re.split(r"[\s,;、，；]+", ledger.source):
            return ledger.name
    known = tuple(dict.fromkeys(ledger.label for ledger in ledgers))
    raise RefusedError([Finding("D045", None, {"name": rule, "near": nearest(rule, known), "known": known})])
