"""`kpidsl sql`: a policy as a query that a database administrator may read and run."""

from collections.abc import Mapping
from pathlib import Path

import click

import kpidsl
from kpidsl.cli.files import Files
from kpidsl.cli.scoring import join_all, prepared
from kpidsl.cli.sources import Inputs, read_tables
from kpidsl.cli.terminal import Command, lang_option, show_findings
from kpidsl.core.columns import FACTS, TooWideError
from kpidsl.core.program import Program
from kpidsl.core.results import Case
from kpidsl.facts.write import write_all
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.words import Lang

DIALECTS = ("duckdb", "postgres", "spark")
REFUSED = {"PERIODS": "D080", "SUM_OF_QUOTIENTS": "D083", "NESTED": "D084"}


@click.command("sql", cls=Command, short_help="Print a policy as a query. 写成查询语句")
@click.argument("policy")
@click.option("--dialect", type=click.Choice(DIALECTS), default="duckdb", help="Whose SQL; DuckDB's without it.")
@click.option("--facts", metavar="FACTS", help="Take the ranges of columns from these facts, and not from the policy.")
@click.option("--table", "named", multiple=True, metavar="[EVENTS=]TABLE",
              help="What the table of facts is called, “facts” without it; or a table of events, by its name.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter's value.")
@click.option("--encoding", help="The facts' encoding, where it is not UTF-8 or GB18030.")
@click.option("-o", "--output", metavar="FILE", help="Write the query to FILE.")
@lang_option
def command(policy: str, dialect: str, facts: str | None, named: tuple[str, ...], params: tuple[str, ...],
            encoding: str | None, output: str | None, lang: Lang) -> None:  # fmt: skip
    """Print POLICY as a query over tables with plain columns, whose names are the headers that the policy gives them.

    It gives each subject's scores, grades and places as exact decimals, and says of each row whether it is scored.
    """
    inputs = Inputs(policy, facts or "", (), params, encoding)
    _, program = prepared(inputs, lang)
    query = _query(program, inputs, dialect, _tables(program, named), lang)
    if output:
        write_all({Path(output): query.encode()})
        click.echo(phrase(lang, "written", paths=output), err=True)
    else:
        click.echo(query, nl=False)


def _tables(program: Program, named: tuple[str, ...]) -> dict[str, str]:
    """What each table is called, by the names of events. Raises RefusedError."""
    known = {header: table.name for table in program.events for header in (table.header, table.name)}
    found = {"": FACTS, **{table.name: table.header for table in program.events}}
    for item in named:
        events, _, table = item.rpartition("=")
        if events and events not in known:
            shown = tuple(table.header for table in program.events)
            raise RefusedError([Finding("D081", None, {"name": events, "known": shown})])
        found[known[events] if events else ""] = table
    return found


def _query(program: Program, inputs: Inputs, dialect: str, tables: Mapping[str, str], lang: Lang) -> str:
    from kpidsl.engines.columnar.tables import held
    from kpidsl.engines.columnar.terms import UnsupportedError
    from kpidsl.engines.printed.bounds import seen
    from kpidsl.engines.printed.query import expected, refuse
    from kpidsl.reports.query import query

    try:
        refuse(program)
        known = seen(program, held(program, _cases(program, inputs, lang))) if inputs.facts else expected(program)
        said = {"version": kpidsl.__version__, "dialect": dialect, "policy": inputs.policy, "facts": inputs.facts}
        return query(program, known, tables, said, lang)
    except (UnsupportedError, TooWideError) as error:
        raise RefusedError([_refused(error)]) from error


def _cases(program: Program, inputs: Inputs, lang: Lang) -> tuple[Case, ...]:
    """The good rows; what is wrong with others is told."""
    (joined,) = join_all(program, read_tables(program, inputs, Files(inputs.encoding)))
    show_findings(joined.findings, lang)
    return joined.cases


def _refused(error: Exception) -> Finding:
    """Why no query can be printed."""
    return Finding(REFUSED.get(getattr(error, "reason", ""), "D082"), None)
