"""A difference made small, and written down as a case that people can read and the tests can run."""

import csv
import io
from collections.abc import Iterator, Sequence

from generated.compare import Different, compare, program_of
from generated.rows import Line, Made

from kpidsl.core.program import Program, Table
from kpidsl.facts.periods import has_facts
from kpidsl.values.kinds import Base
from kpidsl.values.numerals import written

Found = tuple[str, Made]
WORDS = ("yes", "no", "")


def smaller(text: str, made: Made) -> Found:
    """Lines and rows are taken out for as long as the engines still differ."""

    def differs(found: Found) -> bool:
        program = program_of(found[0])
        return isinstance(program, Program) and isinstance(compare(program, found[1]), Different)

    best: Found = text, made
    while (less := next(filter(differs, _less(best)), None)) is not None:
        best = less
    return best


def _less(found: Found) -> Iterator[Found]:
    """With one row of facts or events less, or one line and what stands below it less."""
    text, made = found
    for key, rows in made.items():
        for at in range(len(rows)):
            yield text, {**made, key: [*rows[:at], *rows[at + 1 :]]}
    lines = text.splitlines()
    for at, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        end = next((to for to in range(at + 1, len(lines)) if len(lines[to]) - len(lines[to].lstrip()) <= depth),
                   len(lines))  # fmt: skip
        yield "\n".join([*lines[:at], *lines[end:]]) + "\n", made


def as_case(title: str, text: str, made: Made) -> str:
    """A literate case; what it prints is filled in by `make cases`."""
    program = program_of(text)
    assert isinstance(program, Program)
    files = {}
    for level in program.levels:
        if level is program or has_facts(level.facts):
            name = "facts.csv" if level is program else f"facts.{level.facts.header}.csv"
            files[name] = _file(name, level.facts, made[level.unit or "", ""])
        for table in level.events:
            name = f"facts.{table.header}.csv"
            files[name] = _file(name, table, made[level.unit or "", table.name])
    going = " --keep-going" if any(not line.good for lines in made.values() for line in lines) else ""
    runs = "".join(f"$ kpidsl run policy.kpi facts.csv --engine {engine}{going} --lang en\n"
                   for engine in ("exact", "columnar"))  # fmt: skip
    return f"# {title}\n\n```kpi policy.kpi\n{text}```\n\n{''.join(files.values())}```console\n{runs}```\n"


def _file(name: str, table: Table, lines: Sequence[Line]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([item.header for item in table.fields])
    for line in lines:
        for row in _rows(table, line):
            writer.writerow(row)
    return f"```csv {name}\n{buffer.getvalue()}```\n\n"


def _rows(table: Table, line: Line) -> list[list[str]]:
    """A bad row of facts stands there twice; a bad one of events has a cell that cannot be read."""
    cells = [line.values[item.name] for item in table.fields]
    row = ["" if cell is None else written(cell, item.kind, WORDS)
           for cell, item in zip(cells, table.fields, strict=True)]  # fmt: skip
    if line.good or not table.owner:
        return [row] if line.good else [row, row]
    spoilt = next(at for at, item in enumerate(table.fields)
                  if item.name not in (table.owner, table.dated) and item.kind.base is not Base.TEXT)  # fmt: skip
    return [[*row[:spoilt], "?", *row[spoilt + 1 :]]]
