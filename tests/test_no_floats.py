"""No statement that the columnar engine runs has a floating-point column, function, literal or division."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from generated.compare import Different, compare, connection, program_of
from generated.policies import period_text, policy_text, small_text
from generated.rows import made
from literate import ROOT
from sqlglot.dialects import DuckDB
from sqlglot.tokens import Token, TokenType
from test_policies import FAMILIES, GIVEN, PERIODS

from kpidsl.cli.main import group

FLOATING = ("FLOAT", "DOUBLE", "REAL", "FLOAT4", "FLOAT8")
WORDS = {*FLOATING, "AVG", "MEAN", "SQRT", "EXP", "LN", "LOG", "POW", "POWER", "STDDEV", "VARIANCE", "MEDIAN", "RANDOM",
         "ROUND", "FDIV", "PERCENT_RANK", "CUME_DIST"}  # fmt: skip
_MADE = re.compile(r'CREATE (?:OR REPLACE )?TEMP (?:TABLE|VIEW) ("(?:[^"]|"")+"|\w+)', re.IGNORECASE)


class Spied:
    """A connection of which every statement is looked at."""

    def __init__(self, own: Any, seen: list[str]) -> None:
        self._own, self._seen = own, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def __enter__(self) -> "Spied":
        return self

    def __exit__(self, *_: object) -> None:
        self._own.close()

    def cursor(self) -> "Spied":
        return Spied(self._own.cursor(), self._seen)

    def execute(self, statement: str, *more: Any) -> Any:
        self._seen.append(statement)
        assert not list(floats(statement)), statement
        result = self._own.execute(statement, *more)
        made = _MADE.match(statement)
        if made:
            kinds = {kind for _, kind, *_ in self._own.execute(f"DESCRIBE {made[1]}").fetchall()}
            assert not kinds & {*FLOATING}, statement
        return result


def floats(statement: str) -> Iterator[Token]:
    """What floats in a statement: numbers with an exponent, types, functions, and the division that is not whole."""
    for token in DuckDB.Tokenizer().tokenize(statement):
        text, kind = token.text.upper(), token.token_type
        word = kind not in (TokenType.STRING, TokenType.IDENTIFIER) and text in WORDS
        if word or kind is TokenType.SLASH or (kind is TokenType.NUMBER and "E" in text):
            yield token


FLOATS = ["SELECT 1e3", "SELECT a / 2", "SELECT avg(a)", "SELECT CAST(a AS DOUBLE)", "SELECT a::float"]


@pytest.mark.parametrize("text", FLOATS)
def test_floats_are_seen(text: str) -> None:
    assert list(floats(text))


@pytest.mark.parametrize("text", ["SELECT 0.01", "SELECT a // 2", "SELECT 'a / 1e3 avg'", 'SELECT "avg" FROM "a/b"'])
def test_what_does_not_float_is_let_through(text: str) -> None:
    assert not list(floats(text))
    if text == "SELECT 0.01":
        assert duckdb.execute("SELECT typeof(0.01)").fetchone() == ("DECIMAL(3,2)",)


@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
def test_from_file_to_file(policy: str, facts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *args, **named: Spied(connect(*args, **named), seen))
    given = [f"--param={param}" for param in GIVEN.get(policy, ())]
    given += ["--period", PERIODS[policy]] if policy in PERIODS else []
    paths = [str(ROOT / "policies" / policy), str(ROOT / "examples" / facts)]
    out = ["--engine", "columnar", "-o", str(tmp_path / "o.csv"), "--ledger", str(tmp_path / "l.parquet")]
    result = CliRunner(catch_exceptions=False).invoke(group, ["run", *paths, *given, *out])
    assert result.exit_code == 0, result.output
    assert len(seen) > 5


@pytest.mark.parametrize("make", [policy_text, small_text, period_text])
def test_made_up_policies(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    spied = Spied(connection(), seen)
    monkeypatch.setattr("generated.compare.connection", lambda: spied)
    for seed in range(24):
        draw = Random(seed)
        text = make(draw)
        program = program_of(text)
        if not isinstance(program, list):
            found = compare(program, made(program, text, draw))
            assert not isinstance(found, Different), found
    assert len(seen) > 100
