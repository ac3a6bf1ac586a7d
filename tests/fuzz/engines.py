"""The engines held against each other on policies and facts that are made up, for as long as one likes.

    python tests/fuzz/engines.py [PAIRS] [--seed N] [--processes N] [--folder FOLDER]

Prints how many pairs of a policy and its facts were compared, how many of these with periods, how many the columnar
engine left to the exact one and why, and how many a second. A difference is made small and written to FOLDER as a case
for tests/cases; exit 1 then.
"""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from generated.compare import Different, Refused, compare, program_of  # noqa: E402
from generated.kept import as_case, smaller  # noqa: E402
from generated.policies import period_text, policy_text, small_text  # noqa: E402
from generated.rows import made  # noqa: E402

TABLES = 6
"""How many tables of facts a policy is tried with, at most."""
SECONDS = 0.25
"""How long one policy is tried: the database takes seconds to plan some of the large ones, and many find more."""
WRITERS = (policy_text, period_text, policy_text, *[small_text] * 7)
"""What makes a policy, by the last digit of its seed. What hangs together shows in large ones; small ones are quick."""
AT_ONCE = 50
"""How many policies a process is given at a time."""


def batch(first: int, folder: str) -> Counter[str]:
    """The policies of AT_ONCE seeds from `first` on."""
    counted: Counter[str] = Counter()
    for seed in range(first, first + AT_ONCE):
        draw = Random(seed)
        text = WRITERS[seed % len(WRITERS)](draw)
        program = program_of(text)
        if isinstance(program, list):
            counted["no policy"] += 1
            continue
        began = time.monotonic()
        for number in range(TABLES):
            if time.monotonic() - began > SECONDS:
                break
            facts = made(program, text, draw)
            found = compare(program, facts)
            counted[_kind(found)] += 1
            counted["with periods"] += not found and bool(program.dated)
            if isinstance(found, Different):
                title = f"The engines differ: seed {seed}, table {number}: {found.what[:100]}"
                Path(folder, f"differ-{seed}-{number}.md").write_text(as_case(title, *smaller(text, facts)), "utf-8")
    return counted


def _kind(found: Refused | Different | None) -> str:
    return f"refused, {found.reason}" if isinstance(found, Refused) else "DIFFERENT" if found else "compared"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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


if __name__ == "__main__":
    sys.exit(main())
