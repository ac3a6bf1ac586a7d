"""Rows whose numbers are too large for the database go to the exact engine, and only they; nothing differs by it."""

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from generated.compare import Different, compare, program_of
from generated.kept import as_case, smaller
from generated.policies import policy_text, small_text
from generated.rows import Line, Made, made

from kpidsl.cli.main import group
from kpidsl.core.program import Program, Table
from kpidsl.core.results import Row
from kpidsl.engines.columnar import outliers
from kpidsl.values.kinds import Base

LARGE = [Fraction(10) ** 12, Fraction(10) ** 20, Fraction(2) ** 63, Fraction(10) ** 25 + 1, -(Fraction(10) ** 18),
         Fraction(1, 10**9), Fraction(123, 10**15)]  # fmt: skip
SEEDS, PARTS, TABLES, LEAST = 90, 6, 3, 2


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows went to the exact engine in each run in which some did."""
    found: list[int] = []
    score = outliers.score

    def observed(*args: Any, **named: Any) -> Any:
        scored = score(*args, **named)
        found.extend([len(scored.apart)] if scored.wide is not None else [])
        return scored

    monkeypatch.setattr("kpidsl.engines.columnar.levels.score", observed)
    return found


def spoilt(table: Table, row: Row, draw: Random) -> Row:
    """Some numbers of a row become very large, or very fine."""

    def cell(item: Any) -> Any:
        value = draw.choice(LARGE)
        whole = item.kind.base is Base.COUNT and value.denominator != 1
        large = item.kind.numeric and draw.random() < 0.5 and not whole and item.range.holds(value)
        return value if large else row[item.name]

    return {item.name: cell(item) for item in table.fields}


def outlying(program: Program, facts: Made, draw: Random) -> Made:
    """The same, one or two subjects with large numbers, in their events too."""
    names = [line.values[program.subject] for line in facts["", ""]]
    few = draw.sample(names, min(len(names), draw.choice([1, 1, 2])))
    often = draw.choice([0.7, 0.7, 0])

    def changed(table: Table) -> list[Line]:
        return [line._replace(values=spoilt(table, line.values, draw))
                if line.values[program.subject] in few and draw.random() < (0.5 if table.owner else often) else line
                for line in facts["", table.name]]  # fmt: skip

    return {("", table.name): changed(table) for table in (program.facts, *program.events)}


@pytest.mark.parametrize("part", range(PARTS))
def test_engines_agree(part: int, apart: list[int]) -> None:
    compared: Counter[bool] = Counter()
    for seed in range(part, SEEDS, PARTS):
        for make in (policy_text, small_text):
            draw = Random(seed)
            text = make(draw)
            program = program_of(text)
            if isinstance(program, list):
                continue
            for _ in range(TABLES):
                facts = outlying(program, made(program, text, draw), draw)
                found = compare(program, facts)
                assert not isinstance(found, Different), as_case(f"{seed}: {found.what}", *smaller(text, facts))
                compared[found is None] += 1
    assert compared[True] > compared[False]
    assert len(apart) > LEAST
    assert sum(apart) > 0


POLICY = """policy "Wide" edition 1
  subject manager within area
  round each rule to 2 decimals half up
facts
  manager : text
  area    : text
  a       : number
  b       : number
  c       : number
events orders
  manager : text
  value   : points
let ratio = a * b * a / c
rule share worth 10
  add ratio * b / 1000
  at least 0
  at most full
rule sold worth 10
  add sum of value in orders
  at most full
grade level by total
  >= 15 : A
  < 15  : B
  quota A 20% within area highest first ties drop
rank place by ratio within area highest first ties share
"""
ROWS = 3000
LARGE_ROWS = [["x1", "N", "9999999999", "98765432109", "3"], ["x2", "S", "-9999999999", "12345678901", "7"],
              ["x3", "N", "5", "6", "0"], ["x4", "S", "99999999999999.000001", "5", "0"]]  # fmt: skip


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    draw = Random(5)
    rows = [[f"m{at}", draw.choice("NS"), *(draw.randrange(low, 999) for low in (0, -9, 1))] for at in range(ROWS)]
    write(tmp_path / "facts.csv", [["manager", "area", "a", "b", "c"], *rows, *LARGE_ROWS])
    orders = [[f"m{at}", draw.randrange(9)] for at in range(0, ROWS, 2)]
    write(tmp_path / "facts.orders.csv", [["manager", "value"], *orders, ["x1", "7.5"], ["m7", "9" * 30]])
    (tmp_path / "policy.kpi").write_text(POLICY)
    return tmp_path / "facts.csv"


def write(path: Path, rows: list[list[Any]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def test_from_file_to_file(facts: Path, apart: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Places and quotas among all, rejects and files do not tell which rows went where."""
    monkeypatch.chdir(facts.parent)
    written: dict[str, list[bytes]] = {}
    for engine in ("exact", "columnar"):
        for ending in ("csv", "json", "parquet"):
            asked = ["run", "policy.kpi", "facts.csv", "--engine", engine, "--keep-going", "-o", f"scores.{ending}"]
            done = CliRunner(catch_exceptions=False).invoke(group, [*asked, "--lang", "en"])
            assert done.exit_code == 1, done.output     # one has no score
            files = [Path(name).read_bytes() for name in (f"scores.{ending}", "scores.rejects.csv")]
            written.setdefault(ending, []).append(b"\n".join([done.stderr.encode(), *files]))
    assert all(one == other for one, other in written.values())
    assert apart == [3, 3, 3]
