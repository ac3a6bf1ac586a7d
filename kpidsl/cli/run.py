"""`kpidsl run`: facts in, scores out."""

import json
import shutil
import sys
from functools import partial
from pathlib import Path, PurePath

import click

from kpidsl.cli import large
from kpidsl.cli.engines import ENGINES, score_by
from kpidsl.cli.ledgers import ledger_files
from kpidsl.cli.progress import wanted
from kpidsl.cli.rejects import outdated, rejects
from kpidsl.cli.scoring import Level, Scored, prepared
from kpidsl.cli.sources import Inputs, inputs_options
from kpidsl.cli.targets import beside, level_file, refuse_early, refuse_inputs
from kpidsl.cli.telling import due, tell
from kpidsl.cli.terminal import Command
from kpidsl.cli.workspace import Workspace, memory_option, workspace
from kpidsl.facts.places import place
from kpidsl.facts.write import Content, staged, write_all, write_first
from kpidsl.reports import scores as report
from kpidsl.reports.words import phrase
from kpidsl.reports.workbook import as_xlsx
from kpidsl.text.wording import has_errors
from kpidsl.text.words import Lang, word_table

FORMATS = (".csv", ".xlsx", ".json", ".parquet")
MOST_ROWS = 1_048_575
"""Rows of a sheet of Excel below its header."""


@click.command("run", cls=Command, short_help="Score facts by a policy. 计分")
@inputs_options
@click.option("-o", "--output", metavar="FILE",
              help="Write the scores to FILE (.csv, .xlsx, .json, .parquet), or to a table: duckdb://PATH#TABLE, "
                   "sqlite://PATH#TABLE, postgresql://USER@HOST/DATABASE#TABLE.")
@click.option("--ledger", metavar="FILE",
              help="Write every entry of every subject to FILE (.parquet), which kpidsl ledger reads.")
@click.option("--replace", is_flag=True, help="Let -o replace a table that is no result of an earlier run.")
@click.option("--engine", type=click.Choice(ENGINES), default="auto",
              help="What works the scores out; the results are the same. Large files go to the columnar engine.")
@memory_option
@click.option("--plan", "planned", is_flag=True,
              help="Say what the run would do, and write nothing: which engine works and why, and in how many bits.")
@click.option("--keep-going", is_flag=True, help="Score the good rows; the rejects go to a file of their own.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what is wrong: no counts, no progress.")
def command(policy: str, facts: str, events: tuple[str, ...], params: tuple[str, ...], encoding: str | None,
            sheet: str | None, period: str | None, lang: Lang, output: str | None, ledger: str | None,
            replace: bool, engine: str, memory: str | None, planned: bool, keep_going: bool,
            quiet: bool) -> None:  # fmt: skip
    """Score the rows of FACTS by POLICY: a file (.csv, .xlsx, .parquet, - for standard input) or a table of a database,
    such as duckdb://PATH#TABLE.

    Every row comes out as a score or as a reject; any reject stops the run before anything is written,
    unless --keep-going is given.
    """
    target = place(output) if output else None
    ending = PurePath(output).suffix.lower() if output else ""
    if output and target is None and ending not in FORMATS:
        raise click.UsageError(f"-o takes a file that ends in {', '.join(FORMATS)}, or an address of a table")
    if ledger and PurePath(ledger).suffix.lower() != ".parquet":
        raise click.UsageError("--ledger takes a file that ends in .parquet")
    if ledger and output and target is None and Path(ledger).resolve() == Path(output).resolve():
        raise click.UsageError("--ledger and -o are one and the same file")
    most = MOST_ROWS if ending == ".xlsx" and target is None else None
    inputs = Inputs(policy, facts, events, params, encoding, sheet, period, most, ledger,
                    bool(ledger) or ending == ".xlsx")
    with workspace(memory, wanted(quiet)) as space:
        ready = prepared(inputs, lang)
        if planned:
            from kpidsl.cli.plan import show_plan

            sys.exit(show_plan(engine, ready, inputs, output, space, lang))
        refuse_early(*ready, inputs, output, replace)
        scored = score_by(engine, ready, inputs, space, lang)
        tell(scored, keep_going, quiet, lang)
        space.at(phrase(lang, "writing"))
        written = _write(scored, inputs, output, space, replace, lang)
        space.at("")
        gone = outdated(scored, Path(output), written) if output and target is None else []
        for path in gone:
            path.unlink()
        if written and not quiet:
            click.echo(phrase(lang, "written", paths=", ".join(written)), err=True)
        if gone and not quiet:
            click.echo(phrase(lang, "taken away", paths=", ".join(map(str, gone))), err=True)
        if not output:
            _show(scored, lang)
    sys.exit(1 if has_errors(scored.findings) else 0)


def _write(scored: Scored, inputs: Inputs, output: str | None, space: Workspace, replace: bool,
           lang: Lang) -> list[str]:  # fmt: skip
    """The scores and rejects; returns where they went."""
    target = place(output) if output else None
    if target is not None:
        from kpidsl.cli.outputs import to_database

        ledgers = ledger_files(scored, inputs, lang)
        refuse_inputs(ledgers, scored.paths)
        with staged(ledgers) as put:
            made = to_database(scored, target, space.connection, replace, lang)
            put()
        return [*made, *map(str, ledgers)]
    contents = rejects(scored, inputs.facts, output, lang) | ledger_files(scored, inputs, lang)
    if output:
        contents |= _results(scored, Path(output), lang)
    refuse_inputs(contents, scored.paths)
    write = write_all if output else write_first     # the scores are still to be shown
    write(contents)
    return [*map(str, contents)]


def _show(scored: Scored, lang: Lang) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    levels = [large.in_memory(level) for level in due(scored)]
    click.echo("\n\n".join(_table(level, len(scored.levels) > 1, lang, width) for level in levels))


def _table(level: Level, headed: bool, lang: Lang, width: int | None) -> str:
    """The scores of a level; among several, under what its period is called."""
    program, unit = level.program, level.program.unit
    head = f"{word_table().say(unit, lang)}\n" if headed and unit else ""
    return head + report.terminal((program, level.outcome.scores), lang, width)


def _results(scored: Scored, output: Path, lang: Lang) -> dict[Path, Content]:
    """Everything in one file; of what has one table, a file a level and the manifest beside."""
    ending = output.suffix.lower()
    if ending in (".json", ".xlsx"):
        levels = [(level.program, large.in_memory(level).outcome.scores) for level in scored.levels]
        write = report.as_json if ending == ".json" else as_xlsx
        return {output: write(levels, scored.manifest, lang)}
    text = json.dumps(scored.manifest, ensure_ascii=False, indent=1) + "\n"
    tables = {level_file(output, level.program): _file(level, ending, lang) for level in scored.levels}
    return {**tables, beside(output): text.encode()}


def _file(level: Level, ending: str, lang: Lang) -> Content:
    if ending == ".parquet":
        return partial(large.write_parquet, level, lang)
    if level.stored is not None:
        return partial(large.write_csv, level, lang)
    return report.as_csv((level.program, level.outcome.scores), lang)
