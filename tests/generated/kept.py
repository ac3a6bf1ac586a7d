"""A difference made small, and written down as a case that people can read and the tests can run."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from generated.compare import Different, compare, program_of

from kpidsl.core.program import Program, Table
from kpidsl.core.results import Case
from kpidsl.values.numerals import written

Found = tuple[str, Sequence[Case]]
WORDS = ("yes", "no", "")


def smaller(text: str, cases: Sequence[Case]) -> Found:
    """Lines and rows are taken out for as long as the engines still differ."""

    def differs(found: Found) -> bool:
        program = program_of(found[0])
        return isinstance(program, Program) and isinstance(compare(program, _fitting(program, found[1])), Different)

    best: Found = text, cases
    while (less := next(filter(differs, _less(best)), None)) is not None:
        best = less
    return best


def _less(found: Found) -> Iterator[Found]:
    """With one subject less, one row of events less, or one line and what stands below it less."""
    text, cases = found
    for at in range(len(cases) if len(cases) > 1 else 0):
        yield text, [*cases[:at], *cases[at + 1 :]]
    for at, case in enumerate(cases):
        for name, rows in case.events.items():
            for row in range(len(rows)):
                less = case._replace(events={**case.events, name: [*rows[:row], *rows[row + 1 :]]})
                yield text, [*cases[:at], less, *cases[at + 1 :]]
    lines = text.splitlines()
    for at, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        end = next((to for to in range(at + 1, len(lines)) if len(lines[to]) - len(lines[to].lstrip()) <= depth),
                   len(lines))  # fmt: skip
        yield "\n".join([*lines[:at], *lines[end:]]) + "\n", cases


def _fitting(program: Program, cases: Sequence[Case]) -> list[Case]:
    """Without the facts and events that a smaller policy has no more."""
    return [case._replace(facts={item.name: case.facts[item.name] for item in program.facts.fields},
                          events={table.name: [row._replace(values={item.name: row.values[item.name]
                                                                    for item in table.fields})
                                               for row in case.events[table.name]]
                                  for table in program.events}) for case in cases]  # fmt: skip


def as_case(title: str, text: str, cases: Sequence[Case]) -> str:
    """A literate case; what it prints is filled in by `make cases`."""
    program = program_of(text)
    assert isinstance(program, Program)
    cases = _fitting(program, cases)
    files = [_file("facts.csv", program.facts, [case.facts for case in cases])]
    for table in program.events:
        rows = sorted((row for case in cases for row in case.events[table.name]), key=lambda row: int(row.number))
        files.append(_file(f"facts.{table.header}.csv", table, [row.values for row in rows]))
    runs = "".join(f"$ kpidsl run policy.kpi facts.csv --engine {engine} --lang en\n"
                   for engine in ("exact", "columnar"))  # fmt: skip
    return f"# {title}\n\n```kpi policy.kpi\n{text}```\n\n{''.join(files)}```console\n{runs}```\n"


def _file(name: str, table: Table, rows: Sequence[Callable[..., object] | object]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([item.header for item in table.fields])
    for row in rows:
        cells = [row[item.name] for item in table.fields]     # type: ignore[index]
        writer.writerow(["" if cell is None else written(cell, item.kind, WORDS)
                         for cell, item in zip(cells, table.fields, strict=True)])  # fmt: skip
    return f"```csv {name}\n{buffer.getvalue()}```\n\n"
