"""Which engine does a run, and why."""

from typing import NamedTuple

import click

from kpidsl.cli import large
from kpidsl.cli.scoring import NOBODY, Scored, score_prepared
from kpidsl.cli.sizes import LARGE, size
from kpidsl.cli.sources import Inputs
from kpidsl.cli.workspace import Workspace
from kpidsl.core.left import LeftError
from kpidsl.core.program import Program
from kpidsl.policy.model import Policy
from kpidsl.reports.left import left_text
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang

ENGINES = ("auto", "exact", "columnar")


class Choice(NamedTuple):
    """Whether the columnar engine is to be tried, and why it is, or why not; `form`: it could not read these facts."""

    columnar: bool
    why: str
    form: str = ""


def chosen(engine: str, inputs: Inputs, lang: Lang) -> Choice:
    """The engine that is asked for, or that suits the size."""
    if engine != "auto":
        return Choice(engine == "columnar", phrase(lang, "engine asked", engine=engine))
    found = size(inputs)
    if found.form:
        return Choice(False, phrase(lang, f"left {found.form}", table=inputs.facts), found.form)
    is_large = found.bytes >= LARGE
    why = phrase(lang, "engine large" if is_large else "engine small", bytes=f"{found.bytes:,}", least=f"{LARGE:,}")
    return Choice(is_large, why)


def score_by(engine: str, ready: tuple[Policy, Program], inputs: Inputs, space: Workspace, lang: Lang) -> Scored:
    """By a policy that is `prepared`. The exact engine takes what the columnar one does not."""
    if chosen(engine, inputs, lang).columnar:
        try:
            return large.score_large(*ready, inputs, space, lang)
        except LeftError as left:
            click.echo(phrase(lang, "row by row", why=left_text(left, lang)), err=True)
    return score_prepared(*ready, inputs, None if inputs.whole else NOBODY)
