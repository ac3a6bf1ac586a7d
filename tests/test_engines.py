"""The columnar engine gives what the exact one gives, on policies and facts that are made up together."""

from collections import Counter
from random import Random

import pytest
from generated.compare import Different, Refused, compare, program_of
from generated.kept import as_case, smaller
from generated.policies import policy_text
from generated.rows import cases

# The seeds of policies, each with so many tables of facts; tests/fuzz/engines.py goes on from there.
SEEDS, TABLES = 120, 3
PARTS = 6
LEAST_COMPARED = 0.5


@pytest.mark.parametrize("part", range(PARTS))
def test_engines_agree(part: int) -> None:
    counted: Counter[str] = Counter()
    for seed in range(part, SEEDS, PARTS):
        draw = Random(seed)
        text = policy_text(draw)
        program = program_of(text)
        if isinstance(program, list):
            continue
        for _ in range(TABLES):
            facts = cases(program, text, draw)
            found = compare(program, facts)
            assert not isinstance(found, Different), as_case(f"{seed}: {found.what}", *smaller(text, facts))
            counted["refused" if isinstance(found, Refused) else "compared"] += 1
    assert counted["compared"] >= LEAST_COMPARED * counted.total()
