"""Ctrl-C at any moment: one line, exit code 130, and nothing half-written is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from literate import ROOT

from kpidsl.cli.main import group
from kpidsl.facts import tables_out, write

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


class Closing(closing[Any]):
    """Ctrl-C comes as it ends."""

    def __exit__(self, *about: object) -> None:
        super().__exit__(*about)
        signal.raise_signal(signal.SIGINT)


def then_ctrl_c(function: Callable[..., Any]) -> Callable[..., Any]:
    """Ctrl-C comes as the function ends."""

    def called(*args: Any) -> Any:
        found = function(*args)
        signal.raise_signal(signal.SIGINT)
        return found

    return called


@pytest.mark.parametrize(("output", "module", "last", "then"), [
    ("scores.csv", write, "_rename", then_ctrl_c(write._rename)),
    ("duckdb://scores.duckdb#scores", tables_out, "_quietly", then_ctrl_c(tables_out._quietly)),
    ("sqlite://scores.db#scores", tables_out, "closing", Closing),
])  # fmt: skip
def test_once_the_results_stand_it_is_too_late(output: str, module: Any, last: str, then: Any, tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Nobody is told of a run that was broken off, where the scores are there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, last, then)
    asked = ["run", POLICY, str(ROOT / "examples/grid-2014-05.csv"), "-o", output, "--ledger", "l.parquet"]
    result = CliRunner(catch_exceptions=False).invoke(group, [*asked, "--lang", "en"])
    assert result.exit_code == 0
    assert "Broken off" not in result.output
    assert "written: " in result.output
    assert {"l.parquet", output.partition("://")[2].partition("#")[0] or output} <= {*os.listdir(tmp_path)}


def test_before_that_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of scores and the file of ledgers stand together, or neither does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tables_out, "gone", then_ctrl_c(tables_out.gone))
    asked = ["run", POLICY, str(ROOT / "examples/grid-2014-05.csv"), "--lang", "en", "--ledger", "l.parquet"]
    result = CliRunner(catch_exceptions=False).invoke(group, [*asked, "-o", "duckdb://scores.duckdb#scores"])
    assert result.exit_code == 130
    assert "Broken off" in result.output
    assert not os.listdir(tmp_path)
