"""Printed queries give what the exact engine gives, to the digit: in DuckDB, in PostgreSQL; and Spark can read them."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import duckdb
import pytest
import sqlglot
from generated.compare import program_of
from generated.joining import levels
from generated.policies import policy_text
from generated.rows import made
from queries import differences, in_duckdb, in_postgres, plain, printed
from servers import server
from test_policies import FAMILIES, run

from kpidsl.cli.scoring import Scored
from kpidsl.core.columns import TooWideError
from kpidsl.core.results import Case
from kpidsl.engines.columnar.terms import UnsupportedError
from kpidsl.engines.printed.dialects import DIALECTS
from kpidsl.reports.words import phrase

WITHOUT_PERIODS = [(policy, facts) for policy, facts, _ in FAMILIES if policy.startswith(("grid", "team", "service"))]
SEEDS = 24
PARTS = 2
MOST = 10**17
"""What plain tables hold of a number at most."""


@cache
def scored(policy: str, facts: str) -> Scored:
    return run(policy, facts)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    psycopg = pytest.importorskip("psycopg")
    with server() as address:
        if address is None:
            pytest.skip("no PostgreSQL here, and KPIDSL_POSTGRES names none")
        with psycopg.connect(address) as connection:
            yield connection


@pytest.mark.parametrize("by", ["policy", "facts"])
@pytest.mark.parametrize(("policy", "facts"), WITHOUT_PERIODS)
def test_families_in_duckdb(policy: str, facts: str, by: str) -> None:
    program, rows = scored(policy, facts).program, scored(policy, facts).joined.cases
    text = printed(program, rows if by == "facts" else None, "duckdb")
    with duckdb.connect() as connection:
        assert not differences(program, rows, in_duckdb(connection, plain(program, rows), text))


@pytest.mark.parametrize("by", ["policy", "facts"])
@pytest.mark.parametrize(("policy", "facts"), WITHOUT_PERIODS)
def test_families_in_postgres(policy: str, facts: str, by: str, postgres: Any) -> None:
    program, rows = scored(policy, facts).program, scored(policy, facts).joined.cases
    text = printed(program, rows if by == "facts" else None, "postgres")
    assert not differences(program, rows, in_postgres(postgres, plain(program, rows), text))


@pytest.mark.parametrize(("policy", "facts"), WITHOUT_PERIODS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_families_read_back(policy: str, facts: str, dialect: str) -> None:
    """In Spark's words too, in which they were tried by hand."""
    text = printed(scored(policy, facts).program, None, dialect)
    assert sqlglot.parse_one(text, dialect=dialect).find(sqlglot.exp.With)
    assert "HUGEINT" not in text if dialect != "duckdb" else "DECIMAL(38, 0) AS" not in text
    assert "//" not in text or dialect == "duckdb"


@pytest.mark.parametrize("part", range(PARTS))
def test_made_up_policies(part: int, postgres: Any) -> None:
    """Those for which all facts can be told; a row that could not be scored is told of all the same."""
    counted: Counter[str] = Counter()
    with duckdb.connect(config={"threads": 1}) as connection:
        for seed in range(part, SEEDS, PARTS):
            draw = Random(seed)
            text = policy_text(draw)
            program = program_of(text)
            if isinstance(program, list):
                continue
            rows = levels(program, made(program, text, draw)).cases[0]
            for dialect in ("duckdb", "postgres"):
                try:
                    query = printed(program, rows, dialect)
                except (UnsupportedError, TooWideError):
                    counted["refused"] += 1
                    continue
                if huge(rows):
                    continue
                tables = plain(program, rows)
                found = in_duckdb(connection, tables, query) if dialect == "duckdb" else \
                    in_postgres(postgres, tables, query)  # fmt: skip
                if any(row[-1] == phrase("en", "row unsettled") for row in found):
                    assert all(cell is None for row in found for cell in row[-2:-1])
                    counted["unsettled"] += 1
                    continue
                assert not differences(program, rows, found), f"seed {seed}, {dialect}"
                counted["compared"] += 1
    assert counted["compared"] > counted.total() / 2


def huge(rows: list[Case]) -> bool:
    values = [value for case in rows for row in (case.facts, *(e.values for es in case.events.values() for e in es))
              for value in row.values()]  # fmt: skip
    return any(isinstance(value, Fraction) and abs(value) > MOST for value in values)
