"""What a file is by its first bytes, whatever its name or its address says."""

from pathlib import Path

from kpidsl.facts.places import Place
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell

DATABASES = {"sqlite": ("SQLite", 0, b"SQLite format 3\0"), "duckdb": ("DuckDB", 8, b"DUCK")}
"""By how addresses begin: the name, and where in the file which bytes stand."""
PARQUET = b"PAR1"


def refuse_other(place: Place) -> None:
    """Raises RefusedError where the file is no database of the kind that its address says."""
    scheme = database_of(place.at)
    if scheme == place.scheme or (place.scheme == "sqlite" and not Path(place.at).stat().st_size):
        return     # an empty file is an empty database of SQLite
    near = Place(scheme, place.at, place.table[-1:]).shown if scheme else ""
    raise no_database(place, DATABASES[scheme][0] if scheme else "", near)


def database_of(path: str) -> str:
    """How the address of the database in a file begins; empty where there is none in it. Raises OSError."""
    with open(path, "rb") as file:
        head = file.read(16)
    return next((scheme for scheme, (_, at, mark) in DATABASES.items() if head[at:].startswith(mark)), "")


def no_database(place: Place, found: str = "", near: str = "") -> RefusedError:
    """The file is no database of the kind that its address says, but one that is `found`, at an address that is `near`.
    """
    args = {"wanted": DATABASES[place.scheme][0], "found": found, "near": near}
    return RefusedError([Finding("D069", Cell(place.shown), args)])


def refuse_no_parquet(path: str) -> None:
    """Raises RefusedError where the file does not begin and end as Parquet does, and OSError."""
    with open(path, "rb") as file:
        data = file.read(len(PARQUET))
        file.seek(max(file.seek(0, 2) - len(PARQUET), 0))
        if data != PARQUET or file.read() != PARQUET:
            raise RefusedError([Finding("D029", Cell(path))])
