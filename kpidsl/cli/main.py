"""The command line: `kpidsl COMMAND`."""

import gc
import importlib
import sys
from typing import Any

import click

import kpidsl
from kpidsl.cli.spoken import LANG, asked_language, helped, reader_language, said, speak

COMMANDS = ("run", "explain", "report", "ledger", "verify", "sql", "check", "test", "show", "template", "fmt",
            "coverage")  # fmt: skip
FINDINGS, INTERNAL = 1, 2

# Little of what a run makes is cyclic: looking for cycles less often saves some 7% of a small one (median of 61 pairs).
gc.set_threshold(100_000, 20, 20)


class Lazy(click.Group):
    """Imports a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"kpidsl.cli.{cmd_name}").command
        return helped(command, ctx.meta.get(LANG) or reader_language())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[LANG] = asked_language(args)
        speak(ctx.meta[LANG])
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Group.format_help(helped(self, ctx.meta[LANG]), ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if type(error) is not click.UsageError:     # those have words of click's own
                raise
            raise click.UsageError(said(error.message, ctx.meta[LANG]), error.ctx) from error
        except KeyboardInterrupt:
            from kpidsl.cli.terminal import break_off

            return break_off(ctx)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(kpidsl.__version__, prog_name="kpidsl")
def group() -> None:
    """Assessment files as programs: check them, run them over facts, explain every point.

    考核办法的语言：检查、计分、逐分说明。
    """


def main() -> None:
    """The entry point: exit 0 clean, 1 findings or rejects, 2 usage or internal error; never a stack trace."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        group(standalone_mode=True)
    except BrokenPipeError:
        sys.exit(FINDINGS)
    except Exception as error:
        from kpidsl.reports.words import phrase

        what = phrase(asked_language(sys.argv), "internal error", what=f"{type(error).__name__}: {error}")
        click.echo(f"kpidsl: {what}", err=True)
        sys.exit(INTERNAL)
