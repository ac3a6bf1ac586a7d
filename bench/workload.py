"""The columnar engine against the query that one would write by hand, and `kpidsl run` from file to file.

    python bench/workload.py [ROWS…] [--rounds N] [--form csv|parquet]

First, in one process and over the same loaded tables: by_hand.sql, and kpidsl's query without and with what belongs to
it (to make it from the policy, to look for rows without a score). Their results are held against each other cell by
cell; a difference ends the run. Then `kpidsl run`, a process each, with its most memory. 10,000 and 1,000,000 rows and
both forms of files where none are given.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from facts import FORMATS, make
from measure import ROOT, Spent, in_turns, median, process, ratio, seconds

from kpidsl.cli.large_tables import read_levels
from kpidsl.cli.scoring import prepared
from kpidsl.cli.sources import Inputs
from kpidsl.core.columns import Columns
from kpidsl.core.program import Program
from kpidsl.engines.columnar.engine import lowered, results_of, score, statement
from kpidsl.engines.columnar.level import RESULTS, Shown
from kpidsl.reports.scores import columns

POLICY = ROOT / "bench/grid-2014-ranked.kpi"
BY_HAND = (ROOT / "bench/by_hand.sql").read_text("utf-8")
HAND, QUERY, WHOLE = "by_hand.sql", "kpidsl, the query", "kpidsl, all that belongs to it"
LEDGER = ", --ledger"
CENTS = 100
"""Of a point, in which by_hand.sql has scores."""


class Loaded(NamedTuple):
    """Facts in a database, as a run of kpidsl has them there, and the results that it shows."""

    connection: Any
    program: Program
    tables: dict[str, Columns]
    wanted: list[str]


def loaded(connection: Any, facts: Path, folder: Path) -> Loaded:
    inputs = Inputs(str(POLICY), str(facts), (), (), None, None, None, None)
    _, program = prepared(inputs, "zh")
    (level,), _ = read_levels(program, inputs, connection, folder)
    return Loaded(connection, program, dict(level.tables), [item.name for item in columns(program, "zh").shown])


def compute(own: Loaded, rounds: int) -> dict[str, list[Spent]]:
    """In turns; leaves the results of each in a table."""
    found = lowered(own.program, own.tables)
    found.results = {name: term for name, term in found.results.items() if name in own.wanted}
    queries = {HAND: ("by_hand", BY_HAND), QUERY: ("by_query", statement(found))}
    works: dict[str, Callable[[], Spent]] = {
        name: partial(seconds, partial(own.connection.execute, f"CREATE OR REPLACE TEMP TABLE {table} AS {query}"))
        for name, (table, query) in queries.items()
    }
    works[WHOLE] = partial(seconds, partial(score, *own))
    spent = in_turns(works, rounds)
    compare(own.connection, results_of(found), own.program)
    return spent


def compare(connection: Any, results: dict[str, Shown], program: Program) -> None:
    """Every cell of by_hand.sql against kpidsl's, of the same row."""
    names = [name for name, *_ in connection.execute("DESCRIBE by_hand").fetchall() if name != "#"]
    total = next(item.name for item in program.ledgers if item.role == "total")
    counted = []
    for name in names:
        own = results[total if name == "total" else name]
        cell = f'h."{name}"'
        assert own.divisor == "1"
        scale = 1 if name == "名次" else CENTS
        mine = f"CAST(k.{own.column} AS HUGEINT) * {scale}" if own.scale else f"k.{own.column}"
        counted.append(f"count(*) FILTER ({cell + f' * {own.scale}' if own.scale else cell} IS DISTINCT FROM {mine})")
    for table in ("by_query", RESULTS):
        joined = f'by_hand AS h FULL JOIN {table} AS k ON h."#" = k."#"'
        found = connection.execute(f"SELECT {', '.join(counted)} FROM {joined}").fetchone()
        if wrong := {name: count for name, count in zip(names, found, strict=True) if count}:
            sys.exit(f"{table} differs from by_hand.sql: {wrong}")
    rows = connection.execute("SELECT count(*) FROM by_hand").fetchone()[0]
    print(f"{len(names)} columns of {rows:,} rows are equal, cell by cell")


def run(facts: Path, output: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "kpidsl", "run", str(POLICY), str(facts), "-o", str(output), "--quiet", *options]


def end_to_end(rows: int, folder: Path, rounds: int, forms: Sequence[str]) -> None:
    """From file to file, each way in turns; with the ledger where this kpidsl has one."""
    ways = {f"{form} → {form}{more}": run(make(rows, form=form), folder / f"scores.{form}", *options)
            for form in forms for more, options in (("", ()), (", --memory 1GB", ("--memory", "1GB")))}
    if has_ledger():
        ledger = ("--ledger", str(folder / "ledger.parquet"))
        ways |= {f"{form} → {form}{LEDGER}": [*ways[f"{form} → {form}"], *ledger] for form in forms}
    spent = in_turns({name: partial(process, command) for name, command in ways.items()}, rounds)
    for name, taken in spent.items():
        own = median(taken)
        against = ratio(taken, spent[name.removesuffix(LEDGER)]) if name.endswith(LEDGER) else None
        said = f"{against:6.2f} times without   (aim: at most 3)" if against else ""
        print(f"  {name:32} {own.seconds:8.2f} s {own.megabytes:7.0f} MB {said}")


def has_ledger() -> bool:
    told = subprocess.run([sys.executable, "-m", "kpidsl", "run", "--help"], capture_output=True, text=True, check=True)
    return "--ledger" in told.stdout


def main(rows: int, rounds: int, forms: Sequence[str]) -> None:
    print(f"{rows:,} rows: ", end="", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with duckdb.connect(config={"temp_directory": str(folder / "spill")}) as connection:
            spent = compute(loaded(connection, make(rows, form="parquet"), folder), rounds)
        for what, taken in spent.items():
            aim = "   (aim: at most 1.3)" if what == QUERY else ""
            print(f"  {what:32} {median(taken).seconds * 1000:8.1f} ms {ratio(taken, spent[HAND]):6.2f}{aim}")
        end_to_end(rows, folder, max(rounds // 3, 1), forms)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--form", choices=FORMATS)
    asked = parser.parse_args()
    for number in asked.rows:
        main(number, asked.rounds, [asked.form] if asked.form else FORMATS)
