"""Files with the faults of an office give the same from both engines, to the byte; tests/fuzz/files.py goes on."""

from random import Random

import pytest
from generated.compare import program_of
from generated.files import look, office_files
from generated.kept import case_of
from generated.policies import text_of_seed
from generated.rows import made
from generated.runs import compare_runs

from kpidsl.core.program import Program

SEEDS, PARTS = 60, 4
LEAST_BY_COLUMNS = 0.5
"""How many of the runs the columnar engine does to the end, at least; faults in their form send some away."""


@pytest.mark.parametrize("part", range(PARTS))
def test_files_give_the_same_from_both_engines(part: int) -> None:
    to_the_end = []
    for seed in range(part, SEEDS, PARTS):
        draw = Random(seed)
        text = text_of_seed(seed, draw)
        program = program_of(text)
        if isinstance(program, Program):
            files, how = office_files(program, made(program, text, draw), draw), look(draw)
            found = compare_runs(text, files, how)
            assert not found.what, case_of(f"Seed {seed}, {how}: {found.what}", text, files, " --keep-going")
            to_the_end.append(not found.left)
    assert sum(to_the_end) >= LEAST_BY_COLUMNS * len(to_the_end)
