"""The tables of a large run, read from where they are into the database and joined there, level by level."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from kpidsl.cli.files import Files
from kpidsl.cli.sources import (
    Inputs,
    dated,
    facts_sheet,
    given_path,
    not_given,
    path_beside,
    refuse_unknown,
    sheet_called,
)
from kpidsl.core.columns import Columns, table_name
from kpidsl.core.program import Program, Table
from kpidsl.facts.bulk import load
from kpidsl.facts.bulk_join import join_large
from kpidsl.facts.bulk_longer import longer_large, own_name
from kpidsl.facts.bulk_reader import Loaded, NotBulkError
from kpidsl.facts.bulk_source import Origin
from kpidsl.facts.join import Joined
from kpidsl.facts.origins import digest, origin, written_out
from kpidsl.facts.periods import has_facts
from kpidsl.facts.sheets import Sheet, is_workbook
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell
from kpidsl.values.node import Node, node


@node
class ReadLevel(Node):
    """A level: its facts and events, what is wrong with them, and the good rows as tables of the database."""

    facts: Loaded
    events: tuple[Loaded, ...]
    joined: Joined
    tables: Mapping[str, Columns]

    @property
    def totals(self) -> tuple[int, ...]:
        """How many rows each table had."""
        return tuple(table.rows for table in (self.facts, *self.events))

    @property
    def odd(self) -> tuple[int, ...]:
        """How many of them were read one by one."""
        return tuple(table.odd for table in (self.facts, *self.events))


def read_levels(program: Program, inputs: Inputs, connection: Any,
                folder: Path) -> tuple[list[ReadLevel], dict[str, str]]:  # fmt: skip
    """The levels from the shortest period up, each over the rows of the first; and the hashes of all that was read.

    Raises NotBulkError, RefusedError, and what the database raises.
    """
    if inputs.sheet and not is_workbook(inputs.facts):
        raise NotBulkError("SHEET")
    for level in program.levels:
        _refuse_numbers(level)
    refuse_unknown(program, inputs)
    tables = _Tables(inputs, connection, folder, program.used)
    facts = tables.facts(program)
    if not facts.rows:
        raise RefusedError([Finding("D004", Cell(facts.reader.sheet.name))])
    inputs.refuse_more(facts.rows)
    levels = [_joined(program, facts, tables)]
    for level in program.levels[1:]:
        sheet = tables.find(level.facts) if has_facts(level.facts) else None
        own = tables.read(sheet, level.facts, own_name(level)) if sheet else None
        found = longer_large(connection, level, program, levels[0].joined.facts, own)
        if has_facts(level.facts) and own is None and found.rows:
            raise RefusedError([not_given(level.facts, inputs)])
        levels.append(_joined(level, found, tables))
    return levels, tables.hashes


def _refuse_numbers(program: Program) -> None:
    """Raises NotBulkError where subjects and groups are no texts."""
    for item in program.facts.fields:
        if item.name in (program.subject, *program.within) and not item.kind.textual:
            raise NotBulkError("NAMES", name=item.header)


class _Tables:
    """Reads tables; `hashes` are those of what was read, by path."""

    def __init__(self, inputs: Inputs, connection: Any, folder: Path, used: Collection[str]) -> None:
        self.inputs, self.connection, self.folder, self.used = inputs, connection, folder, used
        self.files = Files(inputs.encoding)
        self.hashes: dict[str, str] = {}

    def facts(self, program: Program) -> Loaded:
        inputs = self.inputs
        found = facts_sheet(program, inputs, self.files) if is_workbook(inputs.facts) else inputs.facts
        return self.read(found, dated(program, inputs.period), table_name(""))

    def find(self, table: Table) -> str | Sheet | None:
        """A table that is not the facts: its path or address, or, in a workbook, its sheet."""
        path, facts = given_path(table, self.inputs), self.inputs.facts
        if path is None and is_workbook(facts) and (own := sheet_called(table, self.files.sheets(facts))):
            return own
        path = path or path_beside(table, self.inputs)
        if path is None or not is_workbook(path):
            return path
        sheets = self.files.sheets(path)
        return sheet_called(table, sheets) or sheets[0]

    def read(self, found: str | Sheet, table: Table, target: str, prefix: str = "") -> Loaded:
        own = self._origin(found)
        return load(self.connection, own, table, target, self.used, prefix)

    def _origin(self, found: str | Sheet) -> Origin:
        if isinstance(found, Sheet):
            self.hashes |= self.files.hashes
            return written_out(found, self.folder)
        own = origin(self.connection, found, self.inputs.encoding, self.folder)
        name = own.file or own.head.name
        if name not in self.hashes:
            self.hashes[name] = digest(self.connection, own)
        return own

    def events(self, table: Table, level: Program) -> Loaded:
        found = self.find(table)
        if found is None:
            raise NotBulkError("NOT_GIVEN", table=table.header)
        return self.read(found, table, table_name(table.name, level.facts.name), table.name)


def _joined(program: Program, facts: Loaded, tables: _Tables) -> ReadLevel:
    events = tuple(tables.events(table, program) for table in program.events)
    joined, stored = join_large(tables.connection, program, facts, events)
    return ReadLevel(facts, events, joined, stored)
