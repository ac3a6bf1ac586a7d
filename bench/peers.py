"""What one would pick instead, against `kpidsl run`: the same facts in, the same scores out, from file to file.

    python bench/peers.py [--rows N] [--rounds N] [--form csv|parquet] [--python .bench/bin/python] [PEER…]

Each is a process of its own, in turns, and what it writes is held against what kpidsl writes, cell by cell. zen-engine
has SAMPLE rows; it is held against kpidsl by rows a second. The peers' packages are in bench/requirements.txt.
"""

import argparse
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
from facts import make
from measure import ROOT, in_turns, median, process, ratio

sys.path.append(str(Path(__file__).parent / "peers"))

from grid import GRADE, PLACE, REGION, SUBJECT, TOTAL

SAMPLE = 2_000
KPIDSL = "kpidsl run"


class Peer(NamedTuple):
    """`aim`: how many times as long as kpidsl it is to take for a row, at least; `exact`: it must give the same."""

    aim: float
    exact: bool = False
    sampled: bool = False


PEERS = {
    "polars_exact": Peer(1 / 1.3, exact=True),
    "pandas_round": Peer(2),
    "openfisca_peer": Peer(1.5),
    "zen_peer": Peer(500, sampled=True),
}


def run(facts: Path, scores: Path) -> list[str]:
    return [sys.executable, "-m", "kpidsl", "run", "bench/grid-2014-ranked.kpi", str(facts), "-o", str(scores),
            "--quiet", "--lang", "zh", "--engine", "columnar"]  # fmt: skip


def relation(path: Path) -> str:
    return f"read_csv('{path}', all_varchar = true)" if path.suffix == ".csv" else f"read_parquet('{path}')"


def differing(own: Path, other: Path, exact: bool) -> tuple[int, int]:
    """Rows of which a rule or the total differs, and rows of which anything does. Exits where the columns differ."""
    with duckdb.connect() as connection:
        names, others = ([row[0] for row in connection.execute(f"DESCRIBE FROM {relation(path)}").fetchall()]
                         for path in (own, other))  # fmt: skip
        if names != others:
            sys.exit(f"{other.name} has other columns: {others}")
        points = [name for name in names if name not in (SUBJECT, REGION, GRADE, PLACE)]
        places = 6 if exact else 2

        def differ(name: str) -> str:
            cells = [f'CAST({side}."{name}" AS DECIMAL(18, {places}))' for side in "ab"]
            texts = [f'CAST({side}."{name}" AS VARCHAR)' for side in "ab"]
            one, two = texts if name in (SUBJECT, REGION, GRADE) else cells
            return f"({one} IS DISTINCT FROM {two})"

        scored, anything = (" OR ".join(map(differ, of)) for of in (points, names))
        joined = f'{relation(own)} AS a FULL JOIN {relation(other)} AS b USING ("{SUBJECT}")'
        counted = f"count(*) FILTER ({scored}), count(*) FILTER ({anything})"
        found = connection.execute(f"SELECT {counted} FROM {joined}").fetchall()[0]
        return int(found[0]), int(found[1])


def main(asked: argparse.Namespace, peers: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        facts, few = (make(rows, form=asked.form) for rows in (asked.rows, SAMPLE))
        commands = {KPIDSL: run(facts, folder / f"kpidsl.{asked.form}")}
        for peer in peers:
            commands[peer] = [asked.python, f"bench/peers/{peer}.py", str(few if PEERS[peer].sampled else facts),
                              str(folder / f"{peer}.{asked.form}")]  # fmt: skip
        spent = in_turns({peer: partial(process, command) for peer, command in commands.items()}, asked.rounds)
        subprocess.run(run(few, folder / f"few.{asked.form}"), cwd=ROOT, check=True, capture_output=True)
        print(f"{asked.rows:,} rows, {asked.form} in and out, {asked.rounds} rounds in turns")
        print(f"  {KPIDSL:15} {median(spent[KPIDSL]).seconds:8.2f} s {median(spent[KPIDSL]).megabytes:7.0f} MB")
        for peer in peers:
            own = PEERS[peer]
            wrong, other = differing(folder / f"{'few' if own.sampled else 'kpidsl'}.{asked.form}",
                                     folder / f"{peer}.{asked.form}", own.exact)  # fmt: skip
            rows = SAMPLE if own.sampled else asked.rows
            times = ratio(spent[peer], spent[KPIDSL]) * asked.rows / rows
            taken = median(spent[peer])
            print(f"  {peer:15} {taken.seconds:8.2f} s {taken.megabytes:7.0f} MB {times:8.2f} times kpidsl's a row "
                  f"(aim: at least {own.aim:.2f}); of {rows:,} rows {wrong:,} ({wrong / rows:.1%}) differ in a rule or "
                  f"{TOTAL}, {other:,} in anything")  # fmt: skip
            if own.sampled:
                again = subprocess.run(commands[peer], cwd=ROOT, check=True, capture_output=True, text=True)
                print(f"  {'':15} by itself, without reading and writing: {again.stdout.strip()}")
            if own.exact and other:
                sys.exit(f"{peer} is not equal")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("peers", nargs="*", metavar="PEER", help=f"of {', '.join(PEERS)}; all without")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--form", choices=("csv", "parquet"), default="parquet")
    parser.add_argument("--python", default=str(ROOT / ".bench/bin/python"))
    given = parser.parse_args()
    main(given, given.peers or list(PEERS))
