"""Literate cases: Markdown files whose fenced blocks are files and console sessions.

A block that opens with ```kpi NAME, ```csv NAME or ```text NAME is written as that file. A ```console block holds
commands after `$ ` and below each what it prints, standard output and error together, and `(exit N)` where N is not 0.
The sessions of one Markdown file run in order in one fresh folder. `make cases` writes what commands really print.
"""

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from kpidsl.cli.main import group

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"^```(\w+)(?: +(\S.*?))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = ("kpi", "csv", "text")


@dataclass(frozen=True)
class Session:
    """A console block: where its text stands in the Markdown, what it says and what really came out."""

    start: int
    end: int
    written: str
    printed: str


def sessions(markdown: str, folder: Path) -> Iterator[Session]:
    """Runs the blocks of `markdown` in `folder`."""
    for block in _BLOCK.finditer(markdown):
        kind, name, text = block.groups()
        if kind in FILES and name:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        elif kind == "console":
            yield Session(block.start(3), block.end(3), text, run_session(text, folder))


def run_session(text: str, folder: Path) -> str:
    commands = [line for line in text.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{run_command(line[2:], folder)}" for line in commands)


def run_command(line: str, folder: Path) -> str:
    """What `kpidsl …`, or `cat FILE`, prints in `folder`. Policies and examples of the project are found there too."""
    words = shlex.split(line)
    before = Path.cwd()
    os.chdir(folder)
    for shared in ("policies", "examples"):
        if shared in line and not Path(shared).exists():
            Path(shared).symlink_to(ROOT / shared)
    try:
        if words[0] == "cat":
            output, code = Path(words[1]).read_text(encoding="utf-8-sig"), 0
        else:
            assert words[0] == "kpidsl", line
            runner = CliRunner(env={"KPIDSL_LANG": "zh"}, catch_exceptions=False)
            result = runner.invoke(group, words[1:], prog_name=words[0])
            output, code = result.output, result.exit_code
    finally:
        os.chdir(before)
    output = "\n".join(part.rstrip() for part in output.splitlines())
    return (output + "\n" if output else "") + (f"(exit {code})\n" if code else "")


def updated(markdown: str, folder: Path) -> str:
    """`markdown` with what its commands really print."""
    for session in reversed(list(sessions(markdown, folder))):
        markdown = markdown[: session.start] + session.printed + markdown[session.end :]
    return markdown
