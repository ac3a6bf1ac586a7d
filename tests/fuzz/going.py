"""Seed after seed, in several processes, for as long as one likes."""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed

AT_ONCE = 50
"""How many seeds a process is given at a time."""
Batch = Callable[[int, str], Counter[str]]
"""Tries AT_ONCE seeds from one on, writes what differs to a folder, and says what came of how many."""


def go_on(about: str | None, batch: Batch) -> int:
    """Until so many pairs are compared as the command line says; 1 where something differs."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--folder", default=".")
    given = parser.parse_args()
    counted: Counter[str] = Counter()
    began = time.monotonic()
    with ProcessPoolExecutor(given.processes, max_tasks_per_child=40) as pool:     # what is kept for speed grows
        first, running = given.seed, set()
        while counted["compared"] < given.pairs:
            while len(running) < given.processes + 1:
                running.add(pool.submit(batch, first, given.folder))
                first += AT_ONCE
            done = next(as_completed(running))
            running.remove(done)
            counted.update(done.result())
            each = counted["compared"] / (time.monotonic() - began)
            told = ", ".join(f"{what} {many}" for what, many in sorted(counted.items()))
            print(f"seeds {given.seed} to {first - 1}: {told}; {each:.0f} compared a second", flush=True)
        for left in running:
            left.cancel()
    return 1 if counted["DIFFERENT"] else 0
