"""How long commands take to start, as a ratio to importing lark and click; side by side, in turns.

    python bench/startup.py [ROUNDS]

Prints the median of each, and the median of the ratios of the rounds. The aim is a ratio of at most 3.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
FACTS = "examples/grid-2014-05.csv"
COMMANDS = {
    "import lark, click": [sys.executable, "-c", "import lark, click"],
    "kpidsl --version": [sys.executable, "-m", "kpidsl", "--version"],
    "kpidsl run, 28 rows": [sys.executable, "-m", "kpidsl", "run", "policies/grid-2014.kpi", FACTS],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        seconds(command)
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    base = times["import lark, click"]
    for name, taken in times.items():
        ratio = statistics.median(one / other for one, other in zip(taken, base, strict=True))
        print(f"{name:22} {statistics.median(taken) * 1000:7.1f} ms   {ratio:5.2f} x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
