"""The engines held against each other from file to file: policies are made up, and files of facts with their faults.

    python tests/fuzz/files.py [PAIRS] [--seed N] [--processes N] [--folder FOLDER]

Each policy is run on its files by both engines: what is told, scores and rejects must be the same to the byte. Prints
how many were compared, how many of these by the columnar engine to the end, and how many a second. A difference is
made small and written to FOLDER as a case for tests/cases; exit 1 then.
"""

import sys
from collections import Counter
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from fuzz.going import AT_ONCE, go_on  # noqa: E402
from generated.compare import program_of  # noqa: E402
from generated.files import Files, look, office_files  # noqa: E402
from generated.kept import case_of  # noqa: E402
from generated.policies import text_of_seed  # noqa: E402
from generated.rows import made  # noqa: E402
from generated.runs import compare_runs, smaller_files  # noqa: E402

TABLES = 2
"""How many sets of files a policy is tried with."""


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
        for number in range(TABLES):
            files, how = office_files(program, made(program, text, draw), draw), look(draw)
            found = compare_runs(text, files, how)
            counted["DIFFERENT" if found.what else "compared"] += 1
            counted["by the columnar engine"] += not found.left

            def differs(text: str, files: Files) -> bool:
                return compare_runs(text, files, how).what == found.what  # noqa: B023

            if found.what:
                title = f"The engines differ: seed {seed}, files {number}, {how}: {found.what}"
                case = case_of(title, *smaller_files(text, files, differs), " --keep-going")
                Path(folder, f"differ-{seed}-{number}.md").write_text(case, "utf-8")
    return counted


if __name__ == "__main__":
    sys.exit(go_on(__doc__, batch))
