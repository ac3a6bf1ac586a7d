"""`kpidsl run`: facts in, scores out."""

import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path, PurePath

import click

from kpidsl.cli.scoring import NOBODY, Scored, score_all
from kpidsl.cli.sources import Inputs, inputs_options
from kpidsl.cli.terminal import Command, show_findings
from kpidsl.core.nodes import Rank
from kpidsl.facts.write import write_all
from kpidsl.reports import scores as report
from kpidsl.reports.rejects import reject_files, rejected_rows
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.wording import has_errors
from kpidsl.text.words import Lang

FORMATS = (".csv", ".xlsx", ".json")


@click.command("run", cls=Command, short_help="Score facts by a policy. 计分")
@inputs_options
@click.option("-o", "--output", metavar="FILE", help="Write the scores to FILE (.csv, .xlsx or .json).")
@click.option("--keep-going", is_flag=True, help="Score the good rows; the rejects go to a file of their own.")
def command(policy: str, facts: str, events: tuple[str, ...], params: tuple[str, ...], encoding: str | None,
            sheet: str | None, lang: Lang, output: str | None, keep_going: bool) -> None:
    """Score the rows of FACTS (.csv or .xlsx, - for standard input) by POLICY.

    Every row comes out as a score or as a reject; any reject stops the run before anything is written,
    unless --keep-going is given.
    """
    if output and PurePath(output).suffix.lower() not in FORMATS:
        raise click.UsageError(f"-o takes a file that ends in {', '.join(FORMATS)}")
    scored = score_all(Inputs(policy, facts, events, params, encoding, sheet), lang, NOBODY)
    show_findings(scored.findings, lang)
    rejected = has_errors(scored.findings)
    stopped = rejected and not keep_going
    _show_counts(scored, "facts seen" if stopped else "facts in", lang)
    if stopped:
        click.echo(phrase(lang, "nothing written"), err=True)
        if scored.outcome.scores:
            click.echo(phrase(lang, "or keep going"), err=True)
        sys.exit(1)
    _show_open_rules(scored, lang)
    if rejected and any(isinstance(result, Rank) for result in scored.program.results):
        click.echo(phrase(lang, "ranks without rejects"), err=True)
    contents = _rejects(scored, facts, output, lang)
    if output:
        contents |= _results(scored, Path(output), lang)
    _refuse_inputs(contents, scored.paths)
    write_all(contents)
    if contents:
        click.echo(phrase(lang, "written", paths=", ".join(map(str, contents))), err=True)
    if not output:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        click.echo(report.terminal(scored.program, scored.outcome.scores, lang, width))
    sys.exit(1 if rejected else 0)


def _refuse_inputs(targets: Iterable[Path], inputs: Iterable[str]) -> None:
    """Nothing that was read may be written over."""
    read = [Path(path) for path in inputs if path != "-"]
    for target in targets:
        if target.exists() and any(path.exists() and target.samefile(path) for path in read):
            raise RefusedError([Finding("D049", None, {"path": str(target)})])


def _show_counts(scored: Scored, of_facts: str, lang: Lang) -> None:
    """How many rows came in and what became of them."""
    for at, bad in rejected_rows(scored.joined, scored.outcome).items():
        sheet = scored.joined.tables[at].sheet
        counts = {"rows": len(sheet.rows), "good": len(sheet.rows) - len(bad), "bad": len(bad)}
        click.echo(phrase(lang, "events in" if at else of_facts, table=sheet.name, **counts), err=True)


def _show_open_rules(scored: Scored, lang: Lang) -> None:
    for ledger in scored.program.ledgers:
        if ledger.unfilled:
            click.echo(phrase(lang, "open rule", name=ledger.label, worth=ledger.worth or 0), err=True)


def _results(scored: Scored, output: Path, lang: Lang) -> dict[Path, bytes]:
    program, scores, manifest = scored.program, scored.outcome.scores, scored.manifest
    match output.suffix.lower():
        case ".json":
            return {output: report.as_json(program, scores, manifest, lang)}
        case ".xlsx":
            return {output: report.as_xlsx(program, scores, manifest, lang)}
    side = output.with_name(output.name + ".manifest.json")
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    return {output: report.as_csv(program, scores, lang), side: text.encode()}


def _rejects(scored: Scored, facts: str, output: str | None, lang: Lang) -> dict[Path, bytes]:
    stem = Path(output).with_suffix("") if output else Path("facts" if facts == "-" else Path(facts).stem)
    files = reject_files(scored.joined, scored.outcome, scored.findings, lang)
    return {stem.with_name(f"{stem.name}{name}.rejects.csv"): data for name, data in files.items()}
