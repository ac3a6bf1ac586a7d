"""What tells facts from others: the hash of a file, or of a table's rows, whatever keeps them."""

import hashlib
from typing import Any

from kpidsl.facts.bulk_source import Source
from kpidsl.facts.shapes import literal
from kpidsl.facts.sheets import Sheet

SEPARATOR = "\x1f"
DIGITS = 15     # hexadecimal ones, of each row's hash: what 64 bits hold


def file_hash(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rows_hash(connection: Any, source: Source) -> str:
    """As `sheet_hash` has it: a sum, so that rows may come in any order, with their numbers."""
    cells = ", ".join(f"coalesce(c{at}, '')" for at in range(len(source.columns)))
    text = f"concat_ws({literal(SEPARATOR)}, CAST(number + 1 AS VARCHAR), {cells})"
    summed = f"coalesce(sum(CAST('0x' || left(sha256({text}), {DIGITS}) AS BIGINT)), 0)"
    return _digest(*connection.execute(f"SELECT count(*), {summed} FROM ({source.all_texts()})").fetchone())


def sheet_hash(sheet: Sheet) -> str:
    """Of the rows of a database's table, whatever keeps them."""
    texts = (SEPARATOR.join((str(at), *cells)).encode() for at, cells in enumerate(sheet.rows, 1))
    return _digest(len(sheet.rows), sum(int(hashlib.sha256(text).hexdigest()[:DIGITS], 16) for text in texts))


def _digest(rows: int, total: int) -> str:
    return hashlib.sha256(f"{rows} {total}".encode()).hexdigest()
