"""What `kpidsl run --plan` says: the engine, how facts are stored, and in what results are worked out."""

from collections.abc import Sequence

import click

from kpidsl.cli import large
from kpidsl.cli.engines import chosen
from kpidsl.cli.files import Files
from kpidsl.cli.scoring import Level, join_all
from kpidsl.cli.sources import Inputs, read_tables
from kpidsl.cli.telling import due
from kpidsl.cli.terminal import show_findings
from kpidsl.cli.workspace import Workspace
from kpidsl.core.left import LeftError
from kpidsl.core.program import Program
from kpidsl.core.results import Outcome
from kpidsl.policy.model import Policy
from kpidsl.reports.left import left_text
from kpidsl.reports.plan import LevelPlan, TablePlan, plan_text
from kpidsl.reports.rejects import rejected_rows
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding
from kpidsl.text.wording import has_errors
from kpidsl.text.words import Lang


def show_plan(engine: str, ready: tuple[Policy, Program], inputs: Inputs, output: str | None, space: Workspace,
              lang: Lang) -> int:  # fmt: skip
    """Of a policy that is `prepared`. Returns what the run is to exit with."""
    unwritten = [path for path in (output, inputs.ledger) if path]
    text, findings = _plan(engine, ready, inputs, unwritten, space, lang)
    space.at("")
    show_findings(findings, lang)
    click.echo(text)
    return 1 if has_errors(findings) else 0


def _plan(engine: str, ready: tuple[Policy, Program], inputs: Inputs, unwritten: Sequence[str], space: Workspace,
          lang: Lang) -> tuple[str, Sequence[Finding]]:  # fmt: skip
    """The plan in words, and what is wrong with the facts. Where the columnar engine works, it has done the run:
    it tells what it did, and nothing is written. Raises RefusedError.
    """
    choice = chosen(engine, inputs, lang)
    why = choice.why
    if choice.columnar:
        try:
            scored = large.score_large(*ready, inputs, space, lang)
            return plan_text([_of_columnar(level) for level in due(scored)], why, unwritten, lang), scored.findings
        except LeftError as left:
            why = left_text(left, lang)
    _, program = ready
    joined = join_all(program, read_tables(program, inputs, Files(inputs.encoding)))
    levels = [Level(own, found, Outcome((), ())) for own, found in zip(program.levels, joined, strict=True)]
    levels = [level for at, level in enumerate(levels) if not at or level.totals[0]]
    findings = [finding for level in levels for finding in level.joined.findings]
    text = plan_text([LevelPlan(level.program, _tables(level)) for level in levels], why, unwritten, lang)
    hint = "" if choice.columnar or choice.form else "\n\n" + phrase(lang, "plan hint")
    return text + hint, findings


def _of_columnar(level: Level) -> LevelPlan:
    from kpidsl.engines.columnar.plan import plan

    assert level.stored is not None
    scored = level.stored.scored
    names = ("", *(table.name for table in level.program.events))
    columns = [tuple(scored.tables[name].columns.values()) for name in names]
    tables = [own._replace(odd=odd, columns=found)
              for own, odd, found in zip(_tables(level), level.odd, columns, strict=True)]  # fmt: skip
    return LevelPlan(level.program, tables, plan(scored))


def _tables(level: Level) -> list[TablePlan]:
    bad = rejected_rows(level.joined, level.outcome)
    return [TablePlan(table.sheet.name, level.totals[at], len(bad[at]))
            for at, table in enumerate(level.joined.tables)]  # fmt: skip
