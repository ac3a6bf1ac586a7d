"""Ctrl-C at any moment: one line, exit code 130, and nothing half-written is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from literate import ROOT

BENCH = ROOT / "bench"
COMMAND = [sys.executable, "-c", "from kpidsl.cli.entry import main; main()"]
POLICY = str(ROOT / "policies/grid-2014.kpi")
OLD = b"of the run before\n"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sys.path.insert(0, str(BENCH))
    from facts import make

    return Path(make(40_000, tmp_path_factory.mktemp("facts")))


def started(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A run of its own group, whose temporary files go to a folder of their own."""
    env = {**os.environ, "TMPDIR": str(folder / "tmp"), "KPIDSL_LANG": "en"}
    return subprocess.Popen([*COMMAND, *words], env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            preexec_fn=heard)  # noqa: PLW1509  # fmt: skip


def heard() -> None:
    """What a shell starts in the background is deaf to Ctrl-C, and so would be what it starts in turn."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("engine", ["exact", "columnar"])
@pytest.mark.parametrize("after", [0.2, 0.5, 0.9, 1.4, 2.0])
def test_nothing_is_left_half_written(facts: Path, engine: str, after: float, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    out = tmp_path / "out.csv"
    out.write_bytes(OLD)
    run = started(tmp_path, "run", POLICY, str(facts), "--engine", engine, "-o", str(out))
    time.sleep(after)
    run.send_signal(signal.SIGINT)
    _, told = run.communicate(timeout=30)
    left = sorted(path.name for path in tmp_path.iterdir() if path.name != "tmp")
    assert not list((tmp_path / "tmp").iterdir())
    assert b"Traceback" not in told
    if run.returncode == 130:
        assert [line for line in told.decode().splitlines() if line.startswith("kpidsl: Broken off")]
        assert left == ["out.csv"]
        assert out.read_bytes() == OLD
    elif run.returncode == -signal.SIGINT:     # before Python listens, or when it listens no more
        assert left == (["out.csv"] if out.read_bytes() == OLD else ["out.csv", "out.csv.manifest.json"])
    else:     # it was over before, on a fast machine
        assert run.returncode == 0, told
        assert left == ["out.csv", "out.csv.manifest.json"]
