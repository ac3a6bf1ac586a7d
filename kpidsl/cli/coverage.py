"""`kpidsl coverage`: which clauses of the written documents policies express, and which examples prove it."""

import sys
from pathlib import Path
from typing import Any

import click
import yaml

from kpidsl.cli.terminal import Command, lang_option, load_policy
from kpidsl.cli.trials import differences, work_out
from kpidsl.facts.write import write_all
from kpidsl.policy.model import Policy
from kpidsl.reports.coverage import Document, as_markdown, clauses
from kpidsl.reports.words import phrase
from kpidsl.syntax import tree as t
from kpidsl.text.words import Lang


@click.command("coverage", cls=Command, short_help="Clauses, their rules and examples. 条款对照")
@click.argument("documents")
@click.option("-o", "--output", metavar="FILE", help="Write the table to FILE (.md).")
@lang_option
def command(documents: str, output: str | None, lang: Lang) -> None:
    """List the clauses of the documents in DOCUMENTS (.yaml), the lines that rest on them and the examples of these.

    Exit 1 where a clause that can be scored has no line or no example.
    """
    path = Path(documents)
    found = _documents(path, lang)
    text = as_markdown(found, Path.cwd(), lang)
    if output:
        write_all({Path(output): text.encode()})
        click.echo(phrase(lang, "written", paths=output), err=True)
    else:
        click.echo(text, nl=False)
    lacking = [f"{document.name} {clause.name}" for document in found for clause in clauses(document) if clause.open]
    if lacking:
        click.echo(phrase(lang, "coverage open", clauses=", ".join(lacking)), err=True)
    sys.exit(1 if lacking else 0)


def _documents(path: Path, lang: Lang) -> list[Document]:
    """What the file lists; policies stand beside it. Raises UsageError where it is not of this form."""
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [_document(name, item, path, lang) for name, item in listed.items()]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise click.UsageError(phrase(lang, "not of documents", path=path)) from error


def _document(name: str, item: dict[str, Any], path: Path, lang: Lang) -> Document:
    policies = tuple(_proved(str(path.parent / policy), lang) for policy in item["policies"])
    organises = {str(clause): str(text) for clause, text in (item.get("organises") or {}).items()}
    return Document(str(name), tuple(str(item["clauses"]).split()), organises, policies)


def _proved(path: str, lang: Lang) -> tuple[Policy, tuple[t.Example, ...]]:
    """A policy with the examples of its file that pass: what fails proves nothing."""
    policy = load_policy(path, lang)
    passing = {trial.place for trial, levels in work_out(policy) if not differences(trial, levels, policy, lang)}
    return policy, tuple(example for example in policy.examples if example.span in passing)
