"""The columnar engine gives what the exact one gives, on policies and facts that are made up together."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from generated.compare import Different, Refused, compare, program_of
from generated.kept import as_case, smaller
from generated.policies import policy_text
from generated.rows import cases
from literate import ROOT
from test_policies import FAMILIES, GIVEN, PERIODS

from kpidsl.cli.main import group

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


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
def test_both_engines_write_the_same_bytes(policy: str, facts: str, ending: str, tmp_path: Path) -> None:
    """Where the columnar engine leaves a policy to the exact one, they are the same all the more."""
    written = []
    for engine in ("exact", "columnar"):
        out = tmp_path / engine / f"scores.{ending}"
        out.parent.mkdir()
        given = [f"--param={param}" for param in GIVEN.get(policy, ())]
        given += ["--period", PERIODS[policy]] if policy in PERIODS else []
        paths = [str(ROOT / "policies" / policy), str(ROOT / "examples" / facts)]
        arguments = ["run", *paths, *given, "--engine", engine, "-o", str(out), "--lang", "zh"]
        result = CliRunner(catch_exceptions=False).invoke(group, arguments)
        assert result.exit_code == 0, result.output
        written.append({path.name: path.read_bytes() for path in out.parent.iterdir()})
    assert written[0] == written[1]
