"""`kpidsl explain`: the ledgers of a subject or of a group, line by line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from kpidsl.cli.scoring import Level, Scored, score_all
from kpidsl.cli.sources import Inputs, facts_options
from kpidsl.cli.targets import refuse_inputs
from kpidsl.cli.terminal import Command, show_findings
from kpidsl.core.nodes import Grade
from kpidsl.core.program import Program
from kpidsl.core.results import Score
from kpidsl.facts.write import write_all
from kpidsl.reports.account_json import as_json
from kpidsl.reports.brief import as_brief
from kpidsl.reports.explain import explain
from kpidsl.reports.ledger_file import no_score
from kpidsl.reports.markdown import as_markdown, as_section
from kpidsl.reports.origins import origin_lines, origins
from kpidsl.reports.outline import outline
from kpidsl.reports.redaction import PAYEE, hidden, shown_manifest
from kpidsl.reports.standing import standing_lines
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.findings import Argument, Finding, RefusedError, likeliest
from kpidsl.text.source import Cell
from kpidsl.text.wording import has_errors
from kpidsl.text.words import LANGS, Lang
from kpidsl.values.calendar import label, read_period
from kpidsl.values.node import Node, changed, node
from kpidsl.values.reading import fold, tidy

FORMS = {"text": ".txt", "markdown": ".md", "json": ".json", "html": ".html"}
READERS = (PAYEE, "reviewer", "auditor")
ROLES = ("rule", "payout", "part", "section")


@node
class Asked(Node):
    """Whose scores are explained: those of one subject, or of all in a group; and of which period, if any is named."""

    subject: str | None
    group: str | None
    at: str | None

    @property
    def name(self) -> str:
        return self.subject if self.subject is not None else self.group or ""

    def has(self, score: Score) -> bool:
        return score.subject == self.subject if self.subject is not None else self.group in score.groups

    def of(self, level: Level) -> list[Score]:
        """Those of the level, of its latest period where none is named."""
        day = read_day(self.at, level.program) if self.at else None
        found = [score for score in level.outcome.scores if self.has(score) and (not self.at or score.period == day)]
        latest = max((score.period or date.min for score in found), default=None)
        return [score for score in found if (score.period or date.min) == latest]


@click.command("explain", cls=Command, short_help="Explain a score, entry by entry. 逐分说明")
@click.argument("policy")
@click.argument("facts", required=False)
@facts_options
@click.option("--subject", help="Whose score is explained; this or --group is needed.")
@click.option("--group", help="The group whose scores are explained, all of them.")
@click.option("--at", metavar="PERIOD", help="Of several periods the one to explain: 2014-05, 2014Q2 or 2014.")
@click.option("--rule", help="Only this rule, part or section: its name, label or clause.")
@click.option("--format", "form", type=click.Choice(tuple(FORMS)), help="How it is laid out; text, or as OUTPUT ends.")
@click.option("--brief", is_flag=True, help="A sentence for each rule, and the losses from the largest on.")
@click.option("--for", "reader", type=click.Choice(READERS), default="reviewer",
              help="payee: the subject's own account, nothing of others or of files; auditor: and the cells of values.")
@click.option("-o", "--output", metavar="OUTPUT", help="Write it to OUTPUT (.txt, .md, .json, .html).")
def command(policy: str, facts: str | None, events: tuple[str, ...], params: tuple[str, ...], encoding: str | None,
            sheet: str | None, period: str | None, lang: Lang, subject: str | None, group: str | None,
            rule: str | None, at: str | None, form: str | None, brief: bool, reader: str,
            output: str | None) -> None:  # fmt: skip
    """Explain the score of one subject of FACTS under POLICY, or those of a group: every entry of their ledgers.

    Instead of both, a file that `kpidsl run --ledger` has written: the subject is scored once more, by the policy that
    is kept there and the facts that it names.
    """
    form = form or next((name for name, ending in FORMS.items() if output and output.endswith(ending)), "text")
    if (subject is None) == (group is None):
        raise click.UsageError("one of --subject and --group says whose score is explained")
    if brief and (form in ("json", "html") or rule is not None):
        raise click.UsageError("--brief is about all rules, as text or Markdown")
    if output and not output.endswith(tuple(FORMS.values())):
        raise click.UsageError(f"-o takes a file that ends in {', '.join(FORMS.values())}")
    if facts is None and (events or params or encoding or sheet or period):
        raise click.UsageError("a file of ledgers says itself by what it was scored")
    if reader == "payee" and subject is None:
        raise click.UsageError("--for payee is about one --subject")
    if reader == "auditor" and form == "html":
        raise click.UsageError("--for auditor is for text, Markdown and JSON")
    asked = Asked(subject and fold(subject), group and fold(group), at)
    if facts is None:
        scored = _of_ledgers(policy, asked.subject)
    else:
        scored = score_all(Inputs(policy, facts, events, params, encoding, sheet, period), lang, asked.subject)
    if at and not any(level.program.unit for level in scored.levels):
        raise RefusedError([Finding("D054", None, {"option": "--at", "value": at, "kind": "", "near": ""})])
    level = _level(scored, asked, rule)
    found = asked.of(level)
    if not found:
        _refuse(scored, level, asked, lang)
    rules = [_find_rule(rule, level.program)] if rule is not None else []
    if form == "html":
        text = _page(scored, level, asked, rules, reader, lang)
    else:
        _tell_others(scored, found[0], level.program, asked, lang)
        text = _laid_out(found, level, rules, "brief" if brief else form, reader, scored.manifest, lang)
    if output:
        refuse_inputs([Path(output)], [policy, *scored.paths])
        write_all({Path(output): (text.rstrip("\n") + "\n").encode()})
        click.echo(phrase(lang, "written", paths=output), err=True)
    else:
        click.echo(text.rstrip("\n"))


def _of_ledgers(path: str, subject: str | None) -> Scored:
    """From a file of ledgers. Raises RefusedError."""
    from kpidsl.cli.one import score_one
    from kpidsl.cli.workspace import workspace
    from kpidsl.facts.ledger_file import read_about

    if not path.endswith(".parquet"):
        raise click.UsageError("Missing argument 'FACTS'.")
    if subject is None:
        raise click.UsageError("of a file of ledgers one --subject is explained")
    with workspace(None) as space:
        about = read_about(space.connection, path)
        scored = score_one(about, path, subject, space)
    own = [level for level in scored.levels if level.program.label == about["level"]["facts"]]
    return changed(scored, levels=tuple(own)) if about["level"]["facts"] else scored


def _page(scored: Scored, level: Level, asked: Asked, rules: Sequence[str], reader: str,
          lang: Lang) -> str:  # fmt: skip
    """Of a subject all periods, open at the one that is asked for; of a group that period alone, or all."""
    from kpidsl.reports.page.contents import Page
    from kpidsl.reports.page.document import as_file, place_of

    if asked.subject is None and asked.at:
        some = [(level.program, tuple(asked.of(level)))]
    else:
        some = [(each.program, tuple(filter(asked.has, each.outcome.scores))) for each in scored.levels]
    start = place_of(asked.of(level)[0], level.program, rules) if asked.subject is not None else ""
    levels, manifest = tuple(pair for pair in some if pair[1]), shown_manifest(scored.manifest, reader)
    page = Page(levels, scored.sources, manifest, lang, start, reader == PAYEE)
    return as_file(page).decode()


def _tell_others(scored: Scored, score: Score, program: Program, asked: Asked, lang: Lang) -> None:
    """Where no period was asked for and there are several, which ones."""
    own = _name_of(score, program)
    others = [name for name in _periods(scored, asked) if name != own]
    if others and asked.at is None:
        said = phrase(lang, "other periods", period=own, periods=phrases(lang)["list"].join(others))
        click.echo(said, err=True)


def _laid_out(scores: Sequence[Score], level: Level, rules: Sequence[str], form: str, reader: str,
              manifest: Mapping[str, Any], lang: Lang) -> str:  # fmt: skip
    program, tables = level.program, level.joined.tables
    found = [origins(score, program, tables, rules) for score in scores] if reader == "auditor" else []
    if form == "json":
        about = shown_manifest(manifest, reader)
        return as_json([(score, program) for score in scores], about, found, hidden(manifest, reader))
    texts = [_one(score, program, rules, form, lang).rstrip("\n") for score in scores]
    for at, own in enumerate(found):
        lines = list(origin_lines(own, lang))
        texts[at] += "\n\n" + "\n".join(as_section(lines) if form == "markdown" else lines)
    if reader == PAYEE:
        texts[-1] += f"\n\n{phrase(lang, 'hidden')}"
    return "\n\n".join(texts)


def _one(score: Score, program: Program, rules: Sequence[str], form: str, lang: Lang) -> str:
    if form == "text":
        return explain(score, program, rules, lang)
    found = outline(score, program, rules, lang)
    standing = list(standing_lines(score, lang, rules)) if not rules or set(rules) & set(score.results) else []
    if form == "brief":
        return "\n".join(as_brief(found, score, program, standing, lang))
    return "\n".join(as_markdown(found if not rules else replace(found, rules=(), moves=()), standing, lang))


def _level(scored: Scored, asked: Asked, rule: str | None) -> Level:
    """The level whose periods are written as the one asked for; without one, the longest that has the rule and a score
    of theirs.
    """
    fit = [level for level in reversed(scored.levels) if asked.at is None or read_day(asked.at, level.program)]
    having = [level for level in fit if any(map(asked.has, level.outcome.scores))]
    with_rule = [level for level in having if rule is None or _named(rule, level.program) is not None]
    return next(iter((*with_rule, *having, *fit)), scored.levels[0])


def read_day(at: str, program: Program) -> date | None:
    return read_period(tidy(at), program.unit) if program.unit else None


def _name_of(score: Score, program: Program) -> str:
    return label(program.unit, score.period) if program.unit and score.period else ""


def _periods(scored: Scored, asked: Asked) -> list[str]:
    """Every period of theirs that has a score, as --at takes it."""
    found = [(score, level.program) for level in scored.levels for score in level.outcome.scores if asked.has(score)]
    return list(dict.fromkeys(_name_of(score, program) for score, program in found))


def _refuse(scored: Scored, level: Level, asked: Asked, lang: Lang) -> NoReturn:
    """Say why there is no score: what is wrong with the rows, or that there is no such subject, group or period."""
    facts, program = level.joined.facts, level.program
    columns = (program.subject,) if asked.subject is not None else program.within
    known = [[str(row.values[name]) for name in columns] for row in facts.rows]
    own = {row.number for row, names in zip(facts.rows, known, strict=True) if asked.name in names}
    told = [f for f in scored.findings if not own or _concerns(f, facts.sheet.name, own)]
    show_findings(told, lang)
    periods = _periods(scored, asked)
    if asked.at and periods:
        raise RefusedError([Finding("D038", None, {"name": asked.name, "period": asked.at, "known": tuple(periods)})])
    if own and not has_errors(told):
        raise RefusedError([no_score(scored.manifest, asked.name, Cell(facts.sheet.name))])
    near = likeliest(asked.name, list(dict.fromkeys(name for names in known for name in names)))
    args: dict[str, Argument] = {"name": asked.name, "near": near}
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
