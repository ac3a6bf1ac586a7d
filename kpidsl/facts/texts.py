"""Columns of a table in DuckDB as texts: numbers exactly, floating ones as the shortest decimal that reads back."""

from typing import Any, NamedTuple

from kpidsl.core.columns import quoted

MACROS = (
    # A number with an exponent has one digit before its point, and no more after it than the exponent has.
    "CREATE OR REPLACE TEMP MACRO kpidsl_digits(t) AS regexp_replace(split_part(t, 'e', 1), '[-.]', '', 'g')",
    "CREATE OR REPLACE TEMP MACRO kpidsl_exponent(t) AS CAST(split_part(t, 'e', 2) AS INTEGER)",
    "CREATE OR REPLACE TEMP MACRO kpidsl_plain(t) AS CASE WHEN NOT contains(t, 'e') THEN regexp_replace(t, '[.]0$', '')"
    " ELSE CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END || CASE WHEN kpidsl_exponent(t) < 0"
    " THEN '0.' || repeat('0', -kpidsl_exponent(t) - 1) || kpidsl_digits(t)"
    " ELSE rpad(kpidsl_digits(t), kpidsl_exponent(t) + 1, '0') END END",
)
FLOATING = ("FLOAT", "DOUBLE")


class Column(NamedTuple):
    """A column, its type, and SQL that gives its cells as texts."""

    name: str
    kind: str
    text: str

    @property
    def floating(self) -> bool:
        return self.kind in FLOATING

    @property
    def sql(self) -> str:
        return quoted(self.name)


def columns(connection: Any, source: str) -> list[Column]:
    """Of what stands after FROM. A connection has to be given MACROS."""
    rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return [_column(row[0], row[1]) for row in rows]


def _column(name: str, kind: str) -> Column:
    text = quoted(name) if kind == "VARCHAR" else f"CAST({quoted(name)} AS VARCHAR)"
    if kind in FLOATING:
        text = f"kpidsl_plain({text})"
    elif kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        text = f"regexp_replace({text}, ' 00:00:00$', '')"
    return Column(name, kind, text)
