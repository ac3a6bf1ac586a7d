"""The cache of what takes long to build: stale, damaged, raced for or not to be had, it never changes a result."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from literate import ROOT

from kpidsl.text.cache import cached

CHECK = [sys.executable, "-m", "kpidsl", "check", "policies/grid-2014.kpi", "--lang", "en"]
EXPECTED = "policies/grid-2014.kpi: nothing found wrong\n"


def check(home: Path | str) -> subprocess.Popen[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(home)}
    return subprocess.Popen(CHECK, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[str]) -> None:
    assert process.communicate() == (EXPECTED, "")
    assert process.returncode == 0


def test_built_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    built: list[bytes] = []

    def build(source: bytes) -> bytes:
        built.append(source)
        return source.upper()

    assert [cached("x", b"a", build), cached("x", b"a", build), cached("x", b"b", build)] == [b"A", b"A", b"B"]
    assert built == [b"a", b"b"]     # another source is another entry: nothing stale is read


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 5000])
def test_a_damaged_cache_is_built_anew(tmp_path: Path, damage: bytes) -> None:
    finish(check(tmp_path))
    kept = list((tmp_path / "kpidsl").iterdir())
    assert len(kept) >= 2
    for path in kept:
        path.write_bytes(damage)
    finish(check(tmp_path))
    assert all(path.read_bytes() != damage for path in kept)
    finish(check(tmp_path))


def test_processes_may_race_for_it(tmp_path: Path) -> None:
    for process in [check(tmp_path) for _ in range(4)]:
        finish(process)
    assert not [path for path in (tmp_path / "kpidsl").iterdir() if path.name.startswith("tmp")]


def test_a_home_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    finish(check(blocked))
    finish(check("/proc/nowhere"))
