"""The engines held against each other on policies and facts that are made up, for as long as one likes.

    python tests/fuzz/engines.py [PAIRS] [--seed N] [--processes N] [--folder FOLDER]

Prints how many pairs of a policy and its facts were compared, how many of these with periods, how many the columnar
engine left to the exact one and why, and how many a second. A difference is made small and written to FOLDER as a case
for tests/cases; exit 1 then.
"""

import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from fuzz.going import AT_ONCE, go_on  # noqa: E402
from generated.compare import Different, Refused, compare, program_of  # noqa: E402
from generated.kept import as_case, smaller  # noqa: E402
from generated.policies import text_of_seed  # noqa: E402
from generated.rows import made  # noqa: E402

TABLES = 6
"""How many tables of facts a policy is tried with, at most."""
SECONDS = 0.25
"""How long one policy is tried: the database takes seconds to plan some of the large ones, and many find more."""


def batch(first: int, folder: str) -> Counter[str]:
    """The policies of AT_ONCE seeds from `first` on."""
    counted: Counter[str] = Counter()
    for seed in range(first, first + AT_ONCE):
        draw = Random(seed)
        text = text_of_seed(seed, draw)
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


if __name__ == "__main__":
    sys.exit(go_on(__doc__, batch))
