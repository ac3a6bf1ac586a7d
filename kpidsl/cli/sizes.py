"""Whether facts are so many that a run is worth a database."""

from pathlib import Path
from typing import NamedTuple

from kpidsl.cli.sources import Inputs
from kpidsl.facts.places import SERVER, place
from kpidsl.facts.sheets import form_of

LARGE = 100_000
"""Bytes of CSV from which a run is worth a database: some 400 rows of 44 columns."""
DENSITY = {".csv": 1, ".parquet": 4, ".duckdb": 2, ".sqlite": 1, ".xlsx": 1, ".xlsm": 1, ".xls": 1, ".ods": 1}
"""How many bytes of CSV a byte of a file comes to; what is not here is read row by row."""


class Size(NamedTuple):
    """How many bytes of CSV facts come to; `form`: why the database cannot read them, whatever their size."""

    bytes: int
    form: str = ""


def is_large(inputs: Inputs) -> bool:
    return size(inputs).bytes >= LARGE


def size(inputs: Inputs) -> Size:
    """By the size of the file; a server is asked for the size of the table."""
    address = place(inputs.facts)
    if address is not None and address.scheme == SERVER:
        from kpidsl.facts.databases import server_size

        return Size(server_size(address))
    path = Path(address.at if address is not None else inputs.facts)
    ending = f".{address.scheme}" if address is not None else path.suffix.lower()
    if ending not in DENSITY:
        return Size(0, form_of(inputs.facts))
    return Size(path.stat().st_size * DENSITY[ending] if path.is_file() else 0)
