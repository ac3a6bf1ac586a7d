"""Times taken in turns, so that what else the machine does falls on all alike; and the most memory of a process."""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Spent(NamedTuple):
    seconds: float
    megabytes: float = 0


def seconds(work: Callable[[], object]) -> Spent:
    start = time.perf_counter()
    work()
    return Spent(time.perf_counter() - start)


def process(command: Sequence[str]) -> Spent:
    """A command's own time and the most memory that it had at once. Raises CalledProcessError with what it said.

    Of a process that a large one starts the system tells the memory of both, so a small one stands between.
    """
    done = subprocess.run([sys.executable, __file__, *command], cwd=ROOT, capture_output=True, text=True, check=True)
    taken, kilobytes = done.stdout.rsplit("\n", 1)[-1].split()
    return Spent(float(taken), int(kilobytes) / 1024)


def in_turns(works: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, list[Spent]]:
    """Each once a round; before several rounds once that does not count, which warms what is read."""
    found: dict[str, list[Spent]] = {name: [] for name in works}
    for work in works.values() if rounds > 1 else ():
        work()
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return found


def median(spent: Sequence[Spent]) -> Spent:
    return Spent(statistics.median(one.seconds for one in spent), max(one.megabytes for one in spent))


def ratio(spent: Sequence[Spent], base: Sequence[Spent]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(one.seconds / other.seconds for one, other in zip(spent, base, strict=True))


if __name__ == "__main__":
    began = time.perf_counter()
    code = subprocess.run(sys.argv[1:], check=False, stdout=subprocess.DEVNULL).returncode
    print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, end="")
    sys.exit(code)
