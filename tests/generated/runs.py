"""Runs from file to file by both engines: what is told and what is written must be the same to the byte."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

from click.testing import CliRunner
from generated.files import Files, Look, put
from generated.kept import shorter
from told import whichever_engine

from kpidsl.cli.main import group
from kpidsl.facts import bulk_convert


class Run(NamedTuple):
    """What a run tells, and the files that it writes; `left`: the columnar engine left it to the exact one."""

    code: int
    told: str
    written: dict[str, bytes]
    left: bool


class Difference(NamedTuple):
    """Between the runs of both engines, in words; `left` as there."""

    what: str
    left: bool


def compare_runs(text: str, files: Files, how: Look) -> Difference:
    """How the runs of both engines differ; in nothing, mostly."""
    wanted, found = (_run(text, files, how, engine) for engine in ("exact", "columnar"))
    if wanted[:3] == found[:3]:
        return Difference("", found.left)
    names = [name for name in ("code", "told") if getattr(wanted, name) != getattr(found, name)]
    names += [name for name in {**wanted.written, **found.written}
              if wanted.written.get(name) != found.written.get(name)]  # fmt: skip
    return Difference(", ".join(names), found.left)


def _run(text: str, files: Files, how: Look, engine: str) -> Run:
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            Path("policy.kpi").write_text(text, encoding="utf-8")
            facts = put(files, how, Path())
            given = {path.name for path in Path().iterdir()}
            asked = ["run", "policy.kpi", facts, "--engine", engine, "-o", how.scores, "--keep-going", "--lang", "en"]
            asked += ["--ledger", how.ledger] if how.ledger else []
            with patch.object(bulk_convert, "SAMPLE", how.sample):
                done = CliRunner().invoke(group, asked)
            for path in Path().glob("ledgers*.parquet"):    # engines store the same entries over other scales
                CliRunner().invoke(group, ["ledger", str(path), "--long", "-o", f"{path}.csv", "--lang", "en"])
                path.unlink()
            told = done.output if done.exception is None or isinstance(done.exception, SystemExit) else \
                f"{type(done.exception).__name__}: {done.exception}"  # fmt: skip
            written = {path.name: path.read_bytes() for path in Path().iterdir() if path.name not in given}
        finally:
            os.chdir(before)
    told_alike = whichever_engine(told, "en")
    return Run(done.exit_code, told_alike, written, told_alike != told)


def smaller_files(text: str, files: Files, differs: Callable[[str, Files], bool]) -> tuple[str, Files]:
    """Lines of the policy and rows of the files are taken out for as long as something still differs."""
    best = text, files
    while (less := next((found for found in _less(*best) if differs(*found)), None)) is not None:
        best = less
    return best


def _less(text: str, files: Files) -> Iterator[tuple[str, Files]]:
    for name, rows in files.items():
        for at in range(1, len(rows)):
            yield text, {**files, name: [*rows[:at], *rows[at + 1 :]]}
    for less in shorter(text):
        yield less, files
    for name, rows in files.items():
        for at in range(len(rows[0])):
            yield text, {**files, name: [[*row[:at], *row[at + 1 :]] for row in rows]}
