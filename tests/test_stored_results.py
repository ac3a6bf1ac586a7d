"""Results as Parquet has them: exactly, in the narrowest decimals that a column's own numbers fit."""

from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from kpidsl.facts.results import Result, Stand, put, to_parquet

MILLION, TRILLION = 10**6, 10**12
CASES = [
    ([Fraction(12), None, Fraction(-3)], "DECIMAL(18,6)"),
    ([Fraction(601, 20), Fraction(-1, 4)], "DECIMAL(18,6)"),
    ([Fraction(1, MILLION), Fraction(TRILLION * MILLION - 1, MILLION)], "DECIMAL(18,6)"),
    ([Fraction(1, MILLION), Fraction(-TRILLION)], "DECIMAL(38,6)"),
    ([Fraction(TRILLION), Fraction(1)], "DECIMAL(38,6)"),
    ([Fraction(10**32 * MILLION - 1, MILLION)], "DECIMAL(38,6)"),
    ([Fraction(10**32), Fraction(1, 4)], "VARCHAR"),
    ([Fraction(1, 3), Fraction(2)], "VARCHAR"),
    ([None], "DECIMAL(18,6)"),
]


@pytest.mark.parametrize(("values", "kind"), CASES)
def test_a_column_is_what_its_numbers_fit(values: list[Fraction | None], kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "scores.parquet")
    with duckdb.connect() as connection:
        to_parquet(connection, *put(connection, ["score"], [(value,) for value in values], numbers=[0]), path)
        (found,) = connection.execute(f"DESCRIBE FROM '{path}'").fetchall()
        cells = [cell for (cell,) in connection.execute(f"FROM '{path}'").fetchall()]
    assert found[1] == kind
    assert [None if cell is None else Fraction(cell) for cell in cells] == values


@pytest.mark.parametrize("values", [values for values, _ in CASES if all(abs(v or 0) < 10**31 for v in values)])
def test_divisors_of_single_rows_make_no_other_columns(values: list[Fraction | None], tmp_path: Path) -> None:
    """The columnar engine has them where it cannot know that decimals write every number."""
    path = str(tmp_path / "scores.parquet")
    pairs = ", ".join("(NULL, 7)" if v is None else f"({7 * v.numerator}, {7 * v.denominator})" for v in values)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE results (top HUGEINT, below HUGEINT)")
        connection.execute(f"INSERT INTO results VALUES {pairs}")
        to_parquet(connection, [Result("a", "top", 1, "below")], Stand("results"), path)
        divided = Path(path).read_bytes()
        to_parquet(connection, *put(connection, ["a"], [(value,) for value in values], numbers={0}), path)
    assert divided == Path(path).read_bytes()
