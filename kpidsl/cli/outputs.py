"""What a run gives to a database: a table for each level, one of rejects for each table that has any, the manifest."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from kpidsl.cli import large
from kpidsl.cli.scoring import Scored
from kpidsl.core.program import Program
from kpidsl.facts.places import Place
from kpidsl.facts.results import put
from kpidsl.facts.tables_out import MANIFEST, REJECTS, Made, write_tables
from kpidsl.reports.rejects import reject_files, reject_name
from kpidsl.reports.scores import told_apart
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.words import Lang


def to_database(scored: Scored, place: Place, connection: Any, replace: bool, lang: Lang) -> list[str]:
    """The addresses of what was written. Raises RefusedError."""
    refuse_read(place, scored.program, scored.paths)
    made = []
    for level in scored.levels:
        name = _level_name(place, level.program)
        columns, stand = large.columns_in(level, connection, lang)
        headers = told_apart([column.header for column in columns])
        columns = [column._replace(header=header) for column, header in zip(columns, headers, strict=True)]
        made.append(Made(name, columns, stand))
        rejects = reject_files(level.joined, level.outcome, scored.findings, lang)
        made += [_rejects(connection, _rejects_name(place, of), data) for of, data in rejects.items()]
    made.append(_manifest(connection, f"{place.name}{MANIFEST}", scored.manifest))
    write_tables(connection, place, made, replace)
    return [place.beside(table.name).shown for table in made]


def refuse_read(place: Place, program: Program, read: Iterable[str]) -> None:
    """Raises RefusedError where a table that is `read` might be written over."""
    names = [f"{place.name}{MANIFEST}", *(_level_name(place, level) for level in program.levels)]
    names += [_rejects_name(place, reject_name(table))
              for level in program.levels for table in (level.facts, *level.events)]  # fmt: skip
    tables = [place.beside(name) for name in names]
    if found := [table.shown for path in read for table in tables if table.is_same(path)]:
        raise RefusedError([Finding("D049", None, {"path": found[0]})])


def _level_name(place: Place, program: Program) -> str:
    return f"{place.name}_{program.label}" if program.label else place.name


def _rejects_name(place: Place, of: str) -> str:
    return f"{place.name}{of.replace('.', '_')}{REJECTS}"


def _rejects(connection: Any, name: str, data: bytes) -> Made:
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    padded = [(*row, *[""] * (len(header) - len(row)))[: len(header)] for row in rows]
    return Made(name, *put(connection, told_apart(header), padded, name))


def _manifest(connection: Any, name: str, manifest: Mapping[str, Any]) -> Made:
    lines = [(key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
             for key, value in manifest.items()]  # fmt: skip
    return Made(name, *put(connection, ("name", "value"), lines, name))
