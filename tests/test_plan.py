"""A plan says what is so: bits are those of the tables, bounds hold, and every reason has its words."""

import re
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from generated.compare import program_of
from generated.joining import levels
from generated.policies import policy_text, small_text
from generated.rows import made
from literate import ROOT
from python_calamine import CalamineWorkbook
from test_policies import FAMILIES, GIVEN, PERIODS

from kpidsl.cli.large import score_large
from kpidsl.cli.main import group
from kpidsl.cli.scoring import prepared
from kpidsl.cli.sources import Inputs
from kpidsl.cli.workspace import workspace
from kpidsl.core.columns import TYPES, TooWideError, quoted
from kpidsl.engines.columnar import outliers
from kpidsl.engines.columnar.level import Scored
from kpidsl.engines.columnar.plan import WIDE, Planned, plan
from kpidsl.engines.columnar.scoring import Scoring
from kpidsl.engines.columnar.tables import store
from kpidsl.engines.columnar.terms import UnsupportedError
from kpidsl.reports.words import phrases

DATED = [("manager-rules-2007.kpi", "manager-rules-2007.csv", 0)]
SEEDS = 60


def kpidsl(*arguments: object) -> Result:
    return CliRunner(catch_exceptions=False).invoke(group, ["run", *map(str, arguments), "--lang", "en"])


def holds(connection: Any, scored: Scored) -> Iterator[Planned]:
    """Holds the plan of a level against its table of results; gives all that it says of numbers."""
    types = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {scored.table}").fetchall()}
    found = plan(scored)
    shown = {**scored.results, **scored.kept}
    for one in (*found.results, *found.kept):
        own, numbers = shown[one.name], one.numbers
        if numbers is None:
            assert not own.scale
            continue
        assert (own.scale, own.divisor != "1") == (numbers.scale, numbers.divisor is not None)
        parts = [(own.column, numbers.top), *([(own.divisor, numbers.divisor)] if numbers.divisor else [])]
        for column, held in parts:
            assert types[column] == TYPES[held.bits], (one, column)
            ends = connection.execute(f"SELECT min({column}), max({column}) FROM {scored.table}").fetchone()
            assert ends[0] is None or held.low <= ends[0] <= ends[1] <= held.high, (one, ends)
        rows = connection.execute(f"SELECT {own.column}, {own.divisor} FROM {scored.table}").fetchall()
        values = [Fraction(top, own.scale * below) for top, below in rows if top is not None]
        assert all(numbers.low <= value <= numbers.high for value in values), one
        yield one


def wide_columns(connection: Any, found: Scoring) -> set[str]:
    """The columns of the layers of a query that have 128 bits."""
    queries = found.layers.queries([name for layer in found.layers.layers for name in map(quoted, layer.columns)])
    if not queries:
        return set()
    named = ",\n".join(map(str, queries))
    asked = [f"DESCRIBE WITH {named} SELECT * FROM {own.name}" for own in queries]
    return {quoted(name) for query in asked for name, kind, *_ in connection.execute(query).fetchall()
            if kind == TYPES[WIDE]}  # fmt: skip


@pytest.mark.parametrize(("policy", "facts", "_rows"), [*FAMILIES, *DATED])
def test_families(policy: str, facts: str, _rows: int) -> None:
    given = Inputs(str(ROOT / "policies" / policy), str(ROOT / "examples" / facts), (), GIVEN.get(policy, ()), None,
                   period=PERIODS.get(policy), whole=True)  # fmt: skip
    with workspace(None) as space:
        for level in score_large(*prepared(given, "zh"), given, space, "zh").levels:
            assert level.stored is not None
            assert [*holds(space.connection, level.stored.scored)]


@pytest.mark.parametrize(("make", "seeds"), [(policy_text, SEEDS), (small_text, 4 * SEEDS)])
def test_made_up_policies(make: Any, seeds: int) -> None:
    """Whose numbers grow wide; what is wide in a layer is told of all that rests on it."""
    widest = set()
    for seed in range(seeds):
        draw = Random(seed)
        text = make(draw)
        program = program_of(text)
        if isinstance(program, list):
            continue
        with duckdb.connect(config={"threads": 1}) as connection:
            try:
                cases = levels(program, made(program, text, draw)).cases[0]
                scored = outliers.score(connection, program, store(connection, program, cases))
            except (UnsupportedError, TooWideError):
                continue
            query, found = scored.queries[0], list(holds(connection, scored))
            wide = wide_columns(connection, query)
        for one in found:
            assert one.numbers is not None
            behind = set(re.findall(r'"[^"]*"', " ".join(query.layers.behind(query.results[one.name].number.top.text))))
            assert one.numbers.widest == WIDE or not behind & wide, (seed, one)
            widest.add(one.numbers.widest)
    assert widest == {64, 128}


def test_nothing_is_written(tmp_path: Path) -> None:
    facts = tmp_path / "facts.csv"
    for ending in ("", ".统付签约", ".高价值回流"):
        shutil.copy(ROOT / f"examples/grid-2014-05{ending}.csv", tmp_path / f"facts{ending}.csv")
    before = sorted(tmp_path.iterdir())
    for chosen in ("exact", "columnar"):
        asked = ("-o", tmp_path / "o.csv", "--ledger", tmp_path / "l.parquet", "--engine", chosen, "--plan")
        done = kpidsl(ROOT / "policies/grid-2014.kpi", facts, *asked)
        assert done.exit_code == 0, done.output
        assert "not written: " in done.output
    assert sorted(tmp_path.iterdir()) == before


POLICY = """policy "Plain" edition 1
  subject manager
facts
  manager : text
  visits  : points
rule visiting worth 10
  add visits
"""
LONG = "manager,visits\n" + "".join(f"m{at},{at % 10}\n" for at in range(20_000))
REASONS = [
    ("facts.csv", LONG, [], "Why: the facts count as 168,905 bytes of CSV, and from"),
    ("facts.csv", "manager,visits\na,1\n", [], "Why: the facts count as 19 bytes of CSV, and below"),
    ("facts.csv", LONG, ["--engine", "exact"], "Why: --engine exact is given"),
    ("facts.txt", LONG, [], "Why: facts.txt: the columnar engine reads .csv, .parquet and .xlsx files"),
    ("facts.csv", "visits of May,\n" + LONG, [], "Why: facts.csv: the header is not in its first line"),
    ("facts.csv", LONG.replace(",", ";"), [], "Why: facts.csv: it is not separated by commas"),
    ("facts.csv", LONG + '"a\nb",1\n', [], "Why: facts.csv: a cell of line 20002 has a line break in it"),
    ("facts.csv", LONG + "\nz,1\n", [], "Why: facts.csv: line 20002 is empty."),
    ("facts.csv", LONG + "\rz,1\n", [], "Why: facts.csv: line 20002 is empty."),
    ("facts.csv", LONG.replace("visits", "visit"), [], "Why: facts.csv: the header has faults"),
    ("facts.csv", LONG * 3, [], "Why: facts.csv: more than 50000 rows are to be read one by one"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "more", "why"), REASONS)
def test_why(name: str, text: str, more: list[str], why: str, tmp_path: Path,
             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("policy.kpi").write_text(POLICY)
    Path(name).write_text(text)
    done = kpidsl("policy.kpi", name, "--plan", *more)
    assert why in done.output, done.output[:2000]


def test_standard_input(tmp_path: Path) -> None:
    (tmp_path / "policy.kpi").write_text(POLICY)
    done = CliRunner(catch_exceptions=False).invoke(group, ["run", str(tmp_path / "policy.kpi"), "-", "--plan"], LONG)
    assert phrases("zh")["left STDIN"] in done.output


def test_a_workbook() -> None:
    paths = ROOT / "policies/grid-2014.kpi", ROOT / "examples/grid-2014-05.xlsx"
    sheet = ("--sheet", CalamineWorkbook.from_path(paths[1]).sheet_names[0])
    for asked in ((), sheet):
        assert "The columnar engine scores 28 rows" in kpidsl(*paths, "--plan", "--engine", "columnar", *asked).output


def test_every_reason_has_its_words() -> None:
    raised = {reason for path in (ROOT / "kpidsl").rglob("*.py") if path.parent.name != "printed"
              for reason in re.findall(r'Error\("([A-Z_]+)"', path.read_text())}  # fmt: skip
    assert raised > {"ODD", "NESTED", "DATABASE"}
    assert {f"left {reason}" for reason in raised} - phrases("en").keys() == set()
