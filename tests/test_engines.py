"""The columnar engine gives what the exact one gives, on policies and facts that are made up together."""

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from generated.compare import Different, Refused, compare, program_of
from generated.kept import as_case, smaller
from generated.policies import period_text, policy_text, small_text
from generated.rows import made

from kpidsl.core.program import Program
from kpidsl.core.results import Case
from kpidsl.engines.columnar.engine import lowered, statement
from kpidsl.engines.columnar.tables import held

# The seeds of policies, each with so many tables of facts; tests/fuzz/engines.py goes on from there.
SEEDS, TABLES = 216, 3
WRITERS = (policy_text, period_text, small_text)
PARTS = 6
LEAST_COMPARED = 0.5
LINES = """policy "Lines of which each may fail"
  subject who
facts
  who : text
  a   : number optional
  b   : number optional
let q = a / b
rule r worth 10
"""


@pytest.mark.parametrize("part", range(PARTS))
def test_engines_agree(part: int) -> None:
    counted: Counter[str] = Counter()
    for seed in range(part, SEEDS, PARTS):
        draw = Random(seed)
        text = WRITERS[seed // PARTS % len(WRITERS)](draw)
        program = program_of(text)
        if isinstance(program, list):
            continue
        for _ in range(TABLES):
            facts = made(program, text, draw)
            found = compare(program, facts)
            assert not isinstance(found, Different), as_case(f"{seed}: {found.what}", *smaller(text, facts))
            counted["refused" if isinstance(found, Refused) else "compared"] += 1
    assert counted["compared"] >= LEAST_COMPARED * counted.total()


def test_a_query_grows_with_the_lines() -> None:
    """Whether a line fails hangs on all those before it."""

    def length(lines: int) -> int:
        program = program_of(LINES + "".join(f"  add q when a > {at}\n" for at in range(lines)))
        assert isinstance(program, Program)
        rows = [{"who": "x", "a": None, "b": Fraction(0)}, {"who": "y", "a": Fraction(1), "b": None}]
        cases = [Case(at, row, {}) for at, row in enumerate(rows, 2)]
        return len(statement(lowered(program, held(program, cases))))

    assert length(24) < 3 * length(12)
