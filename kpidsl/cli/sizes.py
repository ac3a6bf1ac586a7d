"""Whether facts are so many that a run is worth a database."""

from pathlib import Path

from kpidsl.cli.sources import Inputs
from kpidsl.facts.places import SERVER, place

LARGE = 100_000
"""Bytes of CSV from which a run is worth a database: some 400 rows of 44 columns."""
DENSITY = {".csv": 1, ".parquet": 4, ".duckdb": 2, ".sqlite": 1}
"""How many bytes of CSV a byte of a file comes to; what is not here is read row by row."""


def is_large(inputs: Inputs) -> bool:
    """By the size of the file; a server is asked for the size of the table."""
    address = place(inputs.facts)
    if address is not None and address.scheme == SERVER:
        from kpidsl.facts.databases import server_size

        return server_size(address) >= LARGE
    path = Path(address.at if address is not None else inputs.facts)
    ending = f".{address.scheme}" if address is not None else path.suffix.lower()
    return path.is_file() and path.stat().st_size * DENSITY.get(ending, 0) >= LARGE
