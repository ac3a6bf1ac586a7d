"""Texts that no writer means: each gives findings or a policy, never a crash. More of them: tests/fuzz/mutate.py."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "fuzz"))

from mutate import POLICY, RARE, limited, mutant, survive

TEXT = POLICY.read_text(encoding="utf-8")


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_mutants(first: int) -> None:
    for seed in range(first, first + 20):
        limited(lambda seed=seed: survive(mutant(TEXT, seed)))


@pytest.mark.parametrize("make", RARE, ids=lambda make: make.__name__)
def test_extremes(make: object) -> None:
    for seed in range(6):
        text = make(TEXT, random.Random(seed))
        limited(lambda text=text: survive(text))


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "#", "policy", "\0" * 99, "考核办法", "板块 甲\n指标 乙", " 加"])
def test_next_to_nothing(text: str) -> None:
    survive(text)
