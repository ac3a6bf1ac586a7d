"""The tables of a large run, read from where they are into the database and joined there, level by level."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from kpidsl.cli.sources import Inputs, dated, given_path, not_given, path_beside, refuse_unknown
from kpidsl.core.columns import Columns, table_name
from kpidsl.core.program import Program, Table
from kpidsl.facts.bulk import load
from kpidsl.facts.bulk_join import join_large
from kpidsl.facts.bulk_longer import longer_large, own_name
from kpidsl.facts.bulk_reader import Loaded, NotBulkError
from kpidsl.facts.join import Joined
from kpidsl.facts.origins import digest, origin
from kpidsl.facts.periods import has_facts
from kpidsl.text.findings import RefusedError
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
    if inputs.sheet:
        raise NotBulkError("SHEET")
    for level in program.levels:
        _refuse_numbers(level)
    refuse_unknown(program, inputs)
    tables = _Tables(inputs, connection, folder, program.used)
    facts = tables.read(inputs.facts, dated(program, inputs.period), table_name(""))
    inputs.refuse_more(facts.rows)
    levels = [_joined(program, facts, tables)]
    for level in program.levels[1:]:
        path = tables.path(level.facts) if has_facts(level.facts) else None
        own = tables.read(path, level.facts, own_name(level)) if path else None
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
        self.hashes: dict[str, str] = {}

    def path(self, table: Table) -> str | None:
        return given_path(table, self.inputs) or path_beside(table, self.inputs)

    def read(self, path: str, table: Table, target: str, prefix: str = "") -> Loaded:
        own = origin(self.connection, path, self.inputs.encoding, self.folder)
        name = own.file or own.head.name
        if name not in self.hashes:
            self.hashes[name] = digest(self.connection, own)
        return load(self.connection, own, table, target, self.used, prefix)

    def events(self, table: Table, level: Program) -> Loaded:
        path = self.path(table)
        if path is None:
            raise NotBulkError("NOT_GIVEN", table=table.header)
        return self.read(path, table, table_name(table.name, level.facts.name), table.name)


def _joined(program: Program, facts: Loaded, tables: _Tables) -> ReadLevel:
    events = tuple(tables.events(table, program) for table in program.events)
    joined, stored = join_large(tables.connection, program, facts, events)
    return ReadLevel(facts, events, joined, stored)
