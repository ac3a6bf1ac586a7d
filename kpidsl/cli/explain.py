"""`kpidsl explain`: the ledger of one subject, line by line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from kpidsl.cli.scoring import Level, Scored, score_all
from kpidsl.cli.sources import Inputs, inputs_options
from kpidsl.cli.terminal import Command, show_findings
from kpidsl.core.nodes import Grade
from kpidsl.core.program import Program
from kpidsl.core.results import Score
from kpidsl.facts.write import write_all
from kpidsl.reports.account_json import as_json
from kpidsl.reports.brief import as_brief
from kpidsl.reports.explain import explain
from kpidsl.reports.markdown import as_markdown
from kpidsl.reports.outline import outline
from kpidsl.reports.standing import standing_lines
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.findings import Argument, Finding, RefusedError, likeliest
from kpidsl.text.source import Cell
from kpidsl.text.words import LANGS, Lang
from kpidsl.values.calendar import label, read_period
from kpidsl.values.reading import fold, tidy

FORMS = {"text": ".txt", "markdown": ".md", "json": ".json"}
ROLES = ("rule", "payout", "part", "section")


@click.command("explain", cls=Command, short_help="Explain a score, entry by entry. 逐分说明")
@inputs_options
@click.option("--subject", required=True, help="Whose score is explained.")
@click.option("--at", metavar="PERIOD", help="Of several periods the one to explain: 2014-05, 2014Q2 or 2014.")
@click.option("--rule", help="Only this rule, part or section: its name, label or clause.")
@click.option("--format", "form", type=click.Choice(tuple(FORMS)), help="How it is laid out; text, or as OUTPUT ends.")
@click.option("--brief", is_flag=True, help="A sentence for each rule, and the losses from the largest on.")
@click.option("-o", "--output", metavar="OUTPUT", help="Write it to OUTPUT (.txt, .md, .json).")
def command(policy: str, facts: str, events: tuple[str, ...], params: tuple[str, ...], encoding: str | None,
            sheet: str | None, period: str | None, lang: Lang, subject: str, rule: str | None, at: str | None,
            form: str | None, brief: bool, output: str | None) -> None:  # fmt: skip
    """Explain the score of one subject of FACTS under POLICY: every entry of its ledgers."""
    subject = fold(subject)
    scored = score_all(Inputs(policy, facts, events, params, encoding, sheet, period), lang, subject)
    level = _level(scored, at, subject, rule)
    day = _day(at, level.program) if at else None
    found = [score for score in level.outcome.scores if score.subject == subject and (not at or score.period == day)]
    if not found:
        _refuse(scored, level, subject, lang, at)
    score = max(found, key=lambda score: score.period or date.min)
    rules = [_find_rule(rule, level.program)] if rule is not None else []
    own = _name_of(score, level.program)
    others = [name for name in _periods(scored, subject) if name != own]
    if others and at is None:
        said = phrase(lang, "other periods", period=own, periods=phrases(lang)["list"].join(others))
        click.echo(said, err=True)
    form = form or next((name for name, ending in FORMS.items() if output and output.endswith(ending)), "text")
    if brief and (form == "json" or rule is not None):
        raise click.UsageError("--brief is about all rules, as text or Markdown")
    text = _laid_out(score, level.program, rules, "brief" if brief else form, lang, scored.manifest)
    if output:
        write_all({Path(output): (text.rstrip("\n") + "\n").encode()})
        click.echo(phrase(lang, "written", paths=output), err=True)
    else:
        click.echo(text.rstrip("\n"))


def _laid_out(score: Score, program: Program, rules: Sequence[str], form: str, lang: Lang,
              manifest: Mapping[str, Any]) -> str:  # fmt: skip
    if form == "text":
        return explain(score, program, rules, lang)
    if form == "json":
        return as_json([(score, program)], manifest)
    found = outline(score, program, rules, lang)
    standing = list(standing_lines(score, lang, rules)) if not rules or set(rules) & set(score.results) else []
    if form == "brief":
        return "\n".join(as_brief(found, score, program, standing, lang))
    return "\n".join(as_markdown(found if not rules else replace(found, rules=(), moves=()), standing, lang))


def _level(scored: Scored, at: str | None, subject: str, rule: str | None) -> Level:
    """The level whose periods are written as the one asked for; without one, the longest that has the rule and a score
    of the subject.
    """
    fit = [level for level in reversed(scored.levels) if at is None or _day(at, level.program)]
    having = [level for level in fit if any(score.subject == subject for score in level.outcome.scores)]
    with_rule = [level for level in having if rule is None or _named(rule, level.program) is not None]
    return next(iter((*with_rule, *having, *fit)), scored.levels[0])


def _day(at: str, program: Program) -> date | None:
    return read_period(tidy(at), program.unit) if program.unit else None


def _name_of(score: Score, program: Program) -> str:
    return label(program.unit, score.period) if program.unit and score.period else ""


def _periods(scored: Scored, subject: str) -> list[str]:
    """Every period of the subject that has a score, as --at takes it."""
    return [_name_of(score, level.program) for level in scored.levels
            for score in level.outcome.scores if score.subject == subject]  # fmt: skip


def _refuse(scored: Scored, level: Level, subject: str, lang: Lang, at: str | None) -> NoReturn:
    """Say why the subject has no score: what is wrong with its rows, or that there is no such subject or period."""
    facts = level.joined.facts
    known = [str(row.values[level.program.subject]) for row in facts.rows]
    own = {row.number for row, name in zip(facts.rows, known, strict=True) if name == subject}
    show_findings([f for f in scored.findings if not own or _concerns(f, facts.sheet.name, own)], lang)
    periods = _periods(scored, subject)
    if at and periods:
        raise RefusedError([Finding("D038", None, {"name": subject, "period": at, "known": tuple(periods)})])
    args: dict[str, Argument] = {"name": subject, "near": likeliest(subject, known)}
    raise RefusedError([Finding("D048" if own else "D044", Cell(facts.sheet.name), args)])


def _concerns(finding: Finding, table: str, rows: set[int]) -> bool:
    place = finding.place
    return not isinstance(place, Cell) or place.table != table or place.row in (0, 1) or place.row in rows


def _find_rule(rule: str, program: Program) -> str:
    """The name of what is asked for. Raises RefusedError where there is none."""
    name = _named(rule, program)
    if name is None:
        known = tuple(dict.fromkeys(item.label for item in (*program.ledgers, *program.results) if item.label))
        raise RefusedError([Finding("D045", None, {"name": rule, "near": likeliest(rule, known), "known": known})])
    return name


def _named(rule: str, program: Program) -> str | None:
    """By name, label or cited clause; a rule before a part, a part before a section."""
    if rule in ("", "total", *(phrase(lang, "total") for lang in LANGS)):
        return ""
    ledgers = sorted((led for led in program.ledgers if led.role != "total"), key=lambda led: ROLES.index(led.role))
    for ledger in ledgers:
        if rule in (ledger.name, ledger.label):
            return ledger.name
    results = program.results
    for result in results:
        if rule in (result.name, result.label):
            return result.name
    sources = [(item.name, item.source) for item in ledgers]
    sources += [(result.name, result.source) for result in results if isinstance(result, Grade)]
    for name, source in sources:
        if rule in re.split(r"[\s,;、，；]+", source):
            return name
    return None
