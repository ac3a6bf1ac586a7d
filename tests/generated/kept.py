"""A difference made small, and written down as a case that people can read and the tests can run."""

from collections.abc import Iterator

from generated.compare import Different, compare, program_of
from generated.files import Files, Look, plain, text_of
from generated.rows import Made

from kpidsl.core.program import Program

Found = tuple[str, Made]


def smaller(text: str, made: Made) -> Found:
    """Lines and rows are taken out for as long as the engines still differ."""

    def differs(found: Found) -> bool:
        program = program_of(found[0])
        try:
            return isinstance(program, Program) and isinstance(compare(program, found[1]), Different)
        except AssertionError:      # another fault
            return False

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
    for less in shorter(text):
        yield less, made


def shorter(text: str) -> Iterator[str]:
    """A policy with one line and what stands below it less."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        end = next((to for to in range(at + 1, len(lines)) if len(lines[to]) - len(lines[to].lstrip()) <= depth),
                   len(lines))  # fmt: skip
        yield "\n".join([*lines[:at], *lines[end:]]) + "\n"


def as_case(title: str, text: str, made: Made) -> str:
    """A literate case; what it prints is filled in by `make cases`."""
    program = program_of(text)
    assert isinstance(program, Program)
    going = " --keep-going" if any(not line.good for lines in made.values() for line in lines) else ""
    return case_of(title, text, plain(program, made), going)


def case_of(title: str, text: str, files: Files, more: str) -> str:
    """The policy, the files, and a run by each engine."""
    tables = "".join(f"```csv {name}\n{text_of(rows, Look())}```\n\n" for name, rows in files.items())
    runs = "".join(f"$ kpidsl run policy.kpi facts.csv --engine {engine}{more} --lang en\n"
                   for engine in ("exact", "columnar"))  # fmt: skip
    return f"# {title}\n\n```kpi policy.kpi\n{text}```\n\n{tables}```console\n{runs}```\n"
