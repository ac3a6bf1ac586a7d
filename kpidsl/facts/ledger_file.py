"""Files of ledgers: Parquet with a row a subject, and in its metadata what the columns mean."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from kpidsl.core.columns import quoted
from kpidsl.facts.results import Stand, copy_parquet, ends
from kpidsl.facts.shapes import literal
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell

KEY = "kpidsl"
LARGEST = 10**38
"""What a decimal of Parquet does not reach."""


def level_path(path: str, label: str, wanted: str) -> str:
    """Beside the file of the level called `label` that of the `wanted` one; the first level has no label."""
    own = PurePath(path)
    stem = own.stem.removesuffix(f".{label}") if label else own.stem
    return str(own.with_name(f"{stem}.{wanted}{own.suffix}" if wanted else f"{stem}{own.suffix}"))


def write(connection: Any, columns: Mapping[str, str], stand: Stand, about: Mapping[str, Any], path: str) -> None:
    """`columns`: SQL by the column's name in the file."""
    cells = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    kinds = connection.execute(f"DESCRIBE SELECT {cells} FROM {stand.table}").fetchall()
    wide = [name for name, kind, *_ in kinds if kind == "HUGEINT"]
    stored = {**columns, **_narrowed(connection, {name: columns[name] for name in wide}, stand)}
    cells = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in stored.items())
    text = json.dumps(about, ensure_ascii=False)
    copy_parquet(connection, f"SELECT {cells} FROM {stand.source}", path, f", KV_METADATA {{{KEY}: {literal(text)}}}")


def _narrowed(connection: Any, columns: Mapping[str, str], stand: Stand) -> dict[str, str]:
    """Parquet has no whole numbers of 128 bits: those in use fit 64, or are decimals, or texts."""
    stored = {}
    for (name, sql), most in zip(columns.items(), ends(connection, list(columns.values()), stand.table), strict=True):
        kind = "BIGINT" if most < 2**63 else "DECIMAL(38, 0)" if most < LARGEST else "VARCHAR"
        stored[name] = f"CAST({sql} AS {kind})"
    return stored


def read_about(connection: Any, path: str) -> dict[str, Any]:
    """What a file of ledgers says of itself. Raises RefusedError where it is none."""
    import duckdb

    with open(path, "rb"):  # that it is not there is told as of any file
        pass
    try:
        query = f"SELECT decode(value) FROM parquet_kv_metadata({literal(path)}) WHERE decode(key) = {literal(KEY)}"
        found: Sequence[Any] = connection.execute(query).fetchone() or ()
    except duckdb.Error:
        found = ()
    if not found:
        raise RefusedError([Finding("D070", Cell(path))])
    about: dict[str, Any] = json.loads(found[0])
    return about
