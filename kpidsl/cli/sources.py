"""Where a run takes its parameters, facts and events from: the command line, files beside each other, sheets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kpidsl.cli.files import Files
from kpidsl.cli.terminal import lang_option
from kpidsl.core.program import Field, Program, Table
from kpidsl.facts.headers import MOST_TITLES, normal
from kpidsl.facts.periods import has_facts
from kpidsl.facts.places import is_address, place
from kpidsl.facts.read import Facts, cell_finding, read_cell, read_table
from kpidsl.facts.sheets import TABLES, WORKBOOKS, Sheet, is_workbook
from kpidsl.policy.model import Policy, kind_of, range_of
from kpidsl.text.findings import Finding, RefusedError, Word
from kpidsl.text.source import Cell
from kpidsl.values.calendar import read_period
from kpidsl.values.kinds import Value
from kpidsl.values.node import Node, changed, node
from kpidsl.values.reading import is_bare_share, tidy


@node
class Inputs(Node):
    """Where facts come from: paths, and what the operator gave on the command line.

    `most`: how many rows of scores the output can hold. `ledger`: the file that every entry is to be kept in.
    `whole`: every entry is wanted.
    """

    policy: str
    facts: str
    events: tuple[str, ...]
    params: tuple[str, ...]
    encoding: str | None
    sheet: str | None = None
    period: str | None = None
    most: int | None = None
    ledger: str | None = None
    whole: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """What it takes to run it once more, without passwords."""
        events = [f"{name}={_shown(path)}" for name, _, path in (item.partition("=") for item in self.events)]
        return {"policy": self.policy, "facts": _shown(self.facts), "events": events, "params": list(self.params),
                "encoding": self.encoding, "sheet": self.sheet, "period": self.period}  # fmt: skip

    def refuse_more(self, rows: int) -> None:
        """Raises RefusedError where so many rows of facts have no room in the output."""
        if self.most is not None and rows > self.most:
            raise RefusedError([Finding("D066", None, {"rows": rows, "most": self.most})])


def _shown(path: str) -> str:
    address = place(path)
    return path if address is None else address.shown


def asked_again(run: Mapping[str, Any]) -> Inputs:
    """The inputs of a run that is over, from what it left of them."""
    events, params = tuple(run["events"]), tuple(run["params"])
    return Inputs(run["policy"], run["facts"], events, params, run["encoding"], run["sheet"], run["period"])


def inputs_options(function: Any) -> Any:
    """The arguments by which a command is told its policy and facts."""
    return click.argument("policy")(click.argument("facts")(facts_options(function)))


def facts_options(function: Any) -> Any:
    """What there is to say of the facts."""
    for option in (
        lang_option,
        click.option("--encoding", help="The facts' encoding, where it is not UTF-8 or GB18030."),
        click.option("--sheet", help="The sheet of a workbook that holds the facts."),
        click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter's value."),
        click.option("--events", "--table", multiple=True, metavar="NAME=FILE",
                     help="A file of events, or of the facts of a longer period; - is standard input."),
        click.option("--period", metavar="PERIOD", help="The period of rows that do not say theirs: 2014-05."),
    ):
        function = option(function)
    return function


def read_params(policy: Policy, given: tuple[str, ...]) -> dict[str, Value]:
    """A value for every parameter. Raises RefusedError with all that is wrong."""
    texts = {name: text for name, _, text in (item.partition("=") for item in given)}
    known = {param.name.text: param for param in policy.params}
    findings = [Finding("D040", None, {"name": name, "known": tuple(known)}) for name in texts if name not in known]
    values: dict[str, Value] = {}
    for name, param in known.items():
        kind = kind_of(param.kind)
        if name not in texts and param.value is None and not param.rows:
            findings.append(Finding("D041", param.span, {"name": name, "kind": Word(kind.base)}))
        elif name in texts:
            item = Field(name, name, kind, range_of(kind, param.bounds))
            text, cell = tidy(texts[name]), Cell(f"--param {name}")
            bare = is_bare_share(text, kind)
            value = cell_finding("D017", cell, text, item) if bare else read_cell(text, item, cell)
            if isinstance(value, Finding):
                findings.append(value)
            else:
                values[name] = value
    if findings:
        raise RefusedError(findings)
    return values


@node
class Tables(Node):
    """What a level reads: its facts, which a longer period need not have, and its events; `lost`: what is not given."""

    facts: Facts | None
    events: tuple[Facts, ...]
    lost: tuple[Finding, ...] = ()


def read_tables(program: Program, inputs: Inputs, files: Files) -> list[Tables]:
    """The tables of every level; `files` takes in what was read, by path. Raises RefusedError.

    What a longer period lacks is no fault before such a period is over.
    """
    refuse_unknown(program, inputs)
    if inputs.facts == "-" and any(item.endswith("=-") for item in inputs.events):
        raise click.UsageError("only one table can come from standard input")
    facts = _facts(program, inputs, files)
    found: list[Tables] = []
    for at, level in enumerate(program.levels):
        own = _events(level.facts, inputs, files) if at and has_facts(level.facts) else None
        events = [_events(table, inputs, files) for table in level.events]
        lost = tuple(table for table in (own, *events) if isinstance(table, Finding))
        if lost and not at:
            raise RefusedError(lost)
        read = tuple(table for table in events if isinstance(table, Facts))
        found.append(Tables(facts if not at else own if isinstance(own, Facts) else None, read, lost))
    return found


def dated(program: Program, period: str | None) -> Table:
    """The table of facts, whose rows are all of the period that is given. Raises RefusedError."""
    if period is None:
        return program.facts
    day = read_period(tidy(period), program.unit) if program.unit else None
    if day is None:
        kind = Word(program.unit) if program.unit else ""
        raise RefusedError([Finding("D054", None, {"option": "--period", "value": period, "kind": kind, "near": kind})])
    return changed(program.facts, period=day)


def refuse_unknown(program: Program, inputs: Inputs) -> None:
    """Raises RefusedError where files are given for tables that the policy does not have."""
    tables = _beside(program)
    known = {name for table in tables for name in (table.name, table.header)}
    unknown = [item for item in inputs.events if item.partition("=")[0] not in known or "=" not in item]
    if unknown:
        shown = tuple(table.header for table in tables)
        raise RefusedError([Finding("D046", None, {"name": item, "known": shown}) for item in unknown])


def _beside(program: Program) -> list[Table]:
    """Every table but the facts themselves."""
    own = [level.facts for level in program.levels[1:] if has_facts(level.facts)]
    return [*own, *(table for level in program.levels for table in level.events)]


def facts_sheet(program: Program, inputs: Inputs, files: Files) -> Sheet:
    """The sheet that is asked for, or the only one that is not one of events. Raises RefusedError."""
    names = {table.header for table in _beside(program)}
    sheets = files.sheets(inputs.facts)
    if inputs.sheet:
        own = [sheet for sheet in sheets if sheet.tab.strip() == inputs.sheet]
    else:
        own = [sheet for sheet in sheets if sheet.tab.strip() not in names] or sheets
        own = [sheet for sheet in own if _fits(sheet, program)] or own[:1]
    if len(own) != 1:
        tabs = tuple(sheet.tab for sheet in sheets)
        raise RefusedError([Finding("D047", Cell(inputs.facts), {"sheets": tabs})])
    if not own[0].rows:
        raise RefusedError([Finding("D004", Cell(own[0].name))])
    return own[0]


def _facts(program: Program, inputs: Inputs, files: Files) -> Facts:
    return read_table(facts_sheet(program, inputs, files), dated(program, inputs.period))


def _fits(sheet: Sheet, program: Program) -> bool:
    """Whether the sheet has columns for at least half of the facts."""
    lines = [{normal(cell)[0] for cell in line} for line in (sheet.header, *sheet.rows[:MOST_TITLES])]
    wanted = [{normal(item.header)[0], item.name} for item in program.facts.fields if item.scored]
    return any(sum(bool(names & line) for names in wanted) * 2 >= len(wanted) for line in lines)


def _events(table: Table, inputs: Inputs, files: Files) -> Facts | Finding:
    """From --events, a sheet or table beside the facts, or a file beside them that has the events' name."""
    path = given_path(table, inputs) or table_beside(table, inputs)
    sheet = sheet_called(table, files.sheets(path or inputs.facts))
    path = path or path_beside(table, inputs)
    if sheet is None and path:
        sheet = files.sheets(path)[0]
    return read_table(sheet, table) if sheet else not_given(table, inputs)


def sheet_called(table: Table, sheets: Sequence[Sheet]) -> Sheet | None:
    """The one that has the table's name."""
    return next((sheet for sheet in sheets if sheet.tab.strip() == table.header), None)


def not_given(table: Table, inputs: Inputs) -> Finding:
    """A table that is nowhere."""
    name = Path("facts.csv" if inputs.facts == "-" else inputs.facts).stem
    return Finding("D043", None, {"name": table.header, "file": f"{name}.{table.header}.csv"})


def asked_paths(program: Program, inputs: Inputs) -> list[str]:
    """The files and tables that a run reads, as far as they are known before it does; of a table beside the facts in a
    database, all that it may be called.
    """
    found, address = [inputs.facts], place(inputs.facts)
    for table in _beside(program):
        if given := given_path(table, inputs):
            found.append(given)
        elif address is not None:
            found += [address.beside(name).address for name in (table.header, table.name)]
        elif not is_workbook(inputs.facts) and (path := path_beside(table, inputs)):
            found.append(path)
    return found


def given_path(table: Table, inputs: Inputs) -> str | None:
    """The file of a table that is named on the command line."""
    given = {name: path for name, _, path in (item.partition("=") for item in inputs.events)}
    return given.get(table.header) or given.get(table.name)


def table_beside(table: Table, inputs: Inputs) -> str | None:
    """The table of the same name in the database of the facts."""
    address = place(inputs.facts)
    if address is None:
        return None
    from kpidsl.facts.databases import tables

    known = tables(address)
    return next((address.beside(name).address for name in (table.header, table.name) if name in known), None)


def path_beside(table: Table, inputs: Inputs) -> str | None:
    """The file beside the facts that has the table's name."""
    if inputs.facts == "-" or is_address(inputs.facts):
        return table_beside(table, inputs)
    facts = Path(inputs.facts)
    for ending in (facts.suffix, *(ending for ending in (*TABLES, *WORKBOOKS) if ending)):
        beside = facts.with_name(f"{facts.stem}.{table.header}{ending}")
        if beside.exists():
            return str(beside)
    return None
