"""What commands share: the reader's language, findings on the terminal, files read by name."""

import sys
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from kpidsl.cli.spoken import reader_language
from kpidsl.policy.model import Policy
from kpidsl.policy.resolve import resolve
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell, Source
from kpidsl.text.wording import has_errors, render
from kpidsl.text.words import LANGS, Lang

MOST_ALIKE = 20
INTERRUPTED = 130
"""What a run exits with that Ctrl-C has broken off, as shells have it."""
OS_ERRORS: dict[type[OSError], str] = {FileNotFoundError: "no file", PermissionError: "no permission",
                                       IsADirectoryError: "a folder", NotADirectoryError: "no file"}  # fmt: skip
F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose refusals are findings, shown in the reader's language; exit 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            break_off(ctx)
        except RefusedError as refused:
            show_findings(refused.findings, ctx.params.get("lang") or reader_language())
            return ctx.exit(1)
        except BrokenPipeError:
            raise
        except OSError as error:
            reason = OS_ERRORS.get(type(error), "cannot open")
            lang = ctx.params.get("lang") or reader_language()
            what = phrase(lang, reason, path=error.filename or "", reason=error.strerror or error)
            click.echo(f"kpidsl: {what}", err=True)
            return ctx.exit(2)


def break_off(ctx: click.Context) -> NoReturn:
    """What Ctrl-C comes to: a line in the reader's language, and its exit code."""
    click.echo(f"kpidsl: {phrase(ctx.params.get('lang') or reader_language(), 'interrupted')}", err=True)
    ctx.exit(INTERRUPTED)


def lang_option(function: F) -> F:
    return click.option("--lang", type=click.Choice(LANGS), callback=lambda _c, _p, value: value or reader_language(),
                        help="The language of what is shown; without it KPIDSL_LANG says, then the locale."
                        )(function)  # fmt: skip


def show_findings(findings: Iterable[Finding], lang: Lang) -> None:
    """Findings on cells are told up to MOST_ALIKE times for a code and column; then how many more there are."""
    alike: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        place = finding.place
        key = (finding.code, place.table, place.column) if isinstance(place, Cell) else None
        if key is not None:
            alike[key] += 1
        if key is None or alike[key] <= MOST_ALIKE:
            click.echo(render(finding, lang), err=True)
    for (code, table, column), count in alike.items():
        if count > MOST_ALIKE:
            where = f"{table}{phrase(lang, 'list')}{column}" if column else table
            click.echo(phrase(lang, "more alike", where=where, code=code, count=count - MOST_ALIKE), err=True)


def read_source(path: str) -> Source:
    """A policy's text; `-` is standard input. Raises OSError, or RefusedError where it is not UTF-8 or GB18030."""
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    text, _ = decoded(path, data)
    return Source(path, unified(text))


def unified(text: str) -> str:
    """With line ends of one character, whatever they are in the file."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(path: str, data: bytes) -> tuple[str, str]:
    """A text without its byte order mark, and the encoding that makes the same bytes of it. Raises RefusedError."""
    for encoding in ("utf-8-sig" if data.startswith(BOM_UTF8) else "utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise RefusedError([Finding("L007", None, {"path": path})])


def load_policy(path: str, lang: Lang) -> Policy:
    """The policy at `path`; warnings are shown, errors raise RefusedError."""
    policy, findings = resolve(read_source(path), read_source)
    show_findings(findings, lang)
    if policy is None or has_errors(findings):
        sys.exit(1)
    return policy
