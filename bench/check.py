"""How long `check` and `check --deep` take: for the largest policy, and for the one that takes the longest.

    python bench/check.py [ROUNDS]

Prints the median of each in seconds. The aims are less than 2 s and less than 60 s, on two cores.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
POLICIES = ("policies/grid-2014-linpu.kpi", "policies/team-norms-2008.kpi")
COMMANDS = {"check": ([], 2), "check --deep": (["--deep"], 60)}


def seconds(policy: str, options: list[str]) -> float:
    command = [sys.executable, "-m", "kpidsl", "check", policy, *options]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    seconds(POLICIES[0], [])
    for policy in POLICIES:
        for name, (options, aim) in COMMANDS.items():
            taken = statistics.median(seconds(policy, options) for _ in range(rounds))
            print(f"{name:13} {policy:32} {taken:7.2f} s   (aim: less than {aim} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
