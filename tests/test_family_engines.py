"""The five families by both engines, which are both at work: the same files to the byte, and the same is told."""

import csv
import random
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from literate import ROOT
from test_policies import FAMILIES, GIVEN, PERIODS
from told import whichever_engine

from kpidsl.cli import large
from kpidsl.cli.main import group

NAMES = [(policy, facts) for policy, facts, _ in FAMILIES]
DATED = [("manager-rules-2007.kpi", "manager-rules-2007.csv"), ("tiered-2013.kpi", "tiered-2013-05.csv"),
         ("team-norms-2008.kpi", "team-norms-2008-10.csv"), ("service-kpi-2008.kpi", "service-kpi-2008-06.csv"),
         ("service-kpi-2008-promoter.kpi", "service-kpi-2008-promoter-06.csv")]  # fmt: skip
ODD = ["", "-1", "1e3", " 12", "5.7", "99999999999", "abc", "合计", "=1+1", "86", "50%", "2008-1", "2007年02月",
       "2007Q3", "2007-13", "200801", "2008", "2013-05-31", "2013/4/1", "是", "0"]  # fmt: skip
SEEDS = 8
Run = tuple[int, str, dict[str, bytes]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each run that was to be by the columnar engine, whether it was."""
    found: list[bool] = []
    score = large.score_large

    def observed(*args: object) -> object:
        found.append(False)
        scored = score(*args)  # type: ignore[arg-type]
        found[-1] = True
        return scored

    monkeypatch.setattr(large, "score_large", observed)
    return found


def run(policy: str, facts: Path, engine: str, out: Path, *more: str) -> Run:
    """The exit code, what is told, and the files."""
    out.parent.mkdir()
    given = [f"--param={param}" for param in GIVEN.get(policy, ())]
    given += ["--period", PERIODS[policy]] if policy in PERIODS else []
    asked = ["run", str(ROOT / "policies" / policy), str(facts), *given, "--engine", engine, "-o", str(out), *more]
    result = CliRunner(catch_exceptions=False).invoke(group, [*asked, "--lang", "zh"])
    files = {path.name: path.read_bytes() for path in out.parent.iterdir()}
    return result.exit_code, result.output.replace(str(out.parent), ""), files


def tables(facts: str) -> list[Path]:
    """The facts and what stands beside them."""
    stem = Path(facts).stem
    return [path for path in (ROOT / "examples").glob(f"{stem}*.csv") if path.name[len(stem)] == "."]


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
@pytest.mark.parametrize(("policy", "facts"), NAMES)
def test_both_engines_write_the_same_bytes(policy: str, facts: str, ending: str, ran: list[bool],
                                           tmp_path: Path) -> None:  # fmt: skip
    by_exact, by_columnar = (run(policy, ROOT / "examples" / facts, engine, tmp_path / engine / f"scores.{ending}")
                             for engine in ("exact", "columnar"))  # fmt: skip
    assert by_exact == by_columnar
    assert by_exact[0] == 0
    assert ran == [True]


@pytest.mark.parametrize(("policy", "facts"), NAMES)
def test_parquet_gives_what_csv_gives(policy: str, facts: str, ran: list[bool], tmp_path: Path) -> None:
    for path in tables(facts):
        made = tmp_path / path.with_suffix(".parquet").name
        duckdb.sql(f"COPY (FROM read_csv('{path}', all_varchar = true)) TO '{made}'")
    parquet = (tmp_path / facts).with_suffix(".parquet")
    by_exact, by_columnar = (run(policy, parquet, engine, tmp_path / engine / "scores.csv")
                             for engine in ("exact", "columnar"))  # fmt: skip
    assert by_exact == by_columnar
    assert by_exact[0] == 0
    assert ran == [True]


def spoil(path: Path, into: Path, draw: random.Random) -> None:
    """Odd cells; rows that stand twice, or that are gone; everything of a subject or of a period gone."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    for _ in range(draw.choice([0, 1, 3])):
        draw.choice(rows)[draw.randrange(len(header))] = draw.choice(ODD)
    if draw.random() < 0.3:
        rows.insert(draw.randrange(len(rows)), draw.choice(rows)[:])
    if draw.random() < 0.5:
        del rows[draw.randrange(len(rows))]
    if draw.random() < 0.3:
        at = draw.randrange(3)
        gone = draw.choice(rows)[at]
        rows = [row for row in rows if row[at] != gone] or rows
    if draw.random() < 0.2:
        draw.shuffle(rows)
    with into.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize(("policy", "facts"), DATED)
def test_the_same_is_told_of_odd_facts(policy: str, facts: str, seed: int, ran: list[bool], tmp_path: Path) -> None:
    draw = random.Random(f"{seed} {facts}")
    for path in tables(facts):
        if draw.random() < 0.8:
            spoil(path, tmp_path / path.name, draw)
        elif draw.random() < 0.9:
            shutil.copy(path, tmp_path)
    if not (tmp_path / facts).exists():
        shutil.copy(ROOT / "examples" / facts, tmp_path)
    by_exact, by_columnar = (run(policy, tmp_path / facts, engine, tmp_path / engine / "scores.csv", "--keep-going")
                             for engine in ("exact", "columnar"))  # fmt: skip
    assert by_exact == (by_columnar[0], whichever_engine(by_columnar[1], "zh"), by_columnar[2])
    assert ran == [True] or len(list(tmp_path.glob("*.csv"))) < len(tables(facts))
