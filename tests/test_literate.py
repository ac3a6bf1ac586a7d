"""Every case in tests/ and every example in docs/ does what it says. `make cases` rewrites what commands print."""

import os
from pathlib import Path

import pytest
from literate import ROOT, sessions, updated

CASES = sorted([*ROOT.glob("tests/cases/**/*.md"), *ROOT.glob("tests/findings/*.md"), *ROOT.glob("docs/*.md"),
                ROOT / "README.md"])  # fmt: skip


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.relative_to(ROOT)))
def test_case(path: Path, tmp_path: Path) -> None:
    markdown = path.read_text(encoding="utf-8")
    if os.environ.get("KPIDSL_UPDATE_CASES"):
        path.write_text(updated(markdown, tmp_path), encoding="utf-8")
        return
    for session in sessions(markdown, tmp_path):
        assert session.printed == session.written
