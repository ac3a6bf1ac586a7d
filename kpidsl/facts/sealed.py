"""Results with their manifests: beside a CSV or Parquet file, within JSON, a workbook or a file of ledgers."""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kpidsl.facts.digests import file_hash
from kpidsl.facts.places import is_address
from kpidsl.facts.workbook import NoWorkbookError, read_workbook
from kpidsl.facts.write import MANIFEST
from kpidsl.text.findings import RefusedError

SHEET = "manifest"
WANTED = ("policy_hash", "policy_files", "facts", "run")
ASKED = ("policy", "facts", "events", "params", "encoding", "sheet", "period")
"""What a manifest says of a run that can be made again."""


class Sealed(NamedTuple):
    """A result that says what it rests on; `ledgers`: it is a file of ledgers, and so are those of longer periods."""

    path: Path
    manifest: Mapping[str, Any]
    ledgers: bool = False

    def has(self, name: str) -> bool:
        """Whether a file that the same run writes belongs to it."""
        return not self.ledgers or name.endswith(".parquet")


def sealed_in(path: Path) -> Iterator[Sealed]:
    """Of a file, or of all files in a folder. Files of longer periods belong to that of the shortest."""
    if not path.is_dir():
        if not path.exists() and not path.with_name(path.name + MANIFEST).exists():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        found = _sealed(path)
        if found is not None:
            yield found
        return
    for file in sorted(path.iterdir()):
        if file.name.endswith(MANIFEST):
            yield from sealed_in(file.with_name(file.name.removesuffix(MANIFEST)))
        elif file.is_file() and not file.with_name(file.name + MANIFEST).exists():
            yield from sealed_in(file)


def _sealed(path: Path) -> Sealed | None:
    manifest = manifest_of(path)
    if manifest is None or not {*WANTED} <= manifest.keys() or not isinstance(manifest["run"], dict):
        return None
    if not {*ASKED} <= manifest["run"].keys():
        return None
    return Sealed(path, manifest, is_of_ledgers(path))


def is_of_ledgers(path: Path) -> bool:
    """Scores in Parquet have their manifest beside them; files of ledgers have it within, or are of longer periods."""
    if path.suffix.lower() != ".parquet" or path.with_name(path.name + MANIFEST).exists():
        return False
    return _about(path) is not None


def manifest_of(path: Path) -> Mapping[str, Any] | None:
    """None where the file has none, or cannot be read. Raises OSError where it is not there."""
    side = path.with_name(path.name + MANIFEST)
    if side.exists():
        return _object(side.read_bytes())
    ending = path.suffix.lower()
    if ending == ".json":
        document = _object(path.read_bytes()) or {}
        return document.get("manifest") if "scores" in document else None
    if ending == ".xlsx":
        return _of_workbook(path.read_bytes())
    if ending == ".parquet":
        return _of_ledgers(path)
    return None


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _of_workbook(data: bytes) -> dict[str, Any] | None:
    try:
        rows = read_workbook(data).get(SHEET)
    except NoWorkbookError:
        return None
    return {row[0]: _value(row[1]) for row in rows if len(row) > 1} if rows else None


def _value(text: str) -> Any:
    """Texts stand there as they are, all else as JSON."""
    if text in ("true", "false", "null") or text[:1] in ("{", "["):
        return json.loads(text)
    return text


def _of_ledgers(path: Path) -> Mapping[str, Any] | None:
    about = _about(path)
    return None if about is None or about["level"]["facts"] else about["manifest"]


def _about(path: Path) -> Mapping[str, Any] | None:
    import duckdb

    from kpidsl.facts.ledger_file import read_about

    try:
        with duckdb.connect() as connection:
            return read_about(connection, str(path))
    except RefusedError:
        return None


def changed_facts(manifest: Mapping[str, Any], folder: Path) -> tuple[str, ...]:
    """The files of facts that are gone or have changed, by their names; `folder`: from where the run was asked for.

    Tables of databases have no file; they are taken as they are.
    """
    run = manifest["run"]
    given = {Path(path).name: folder / path for _, _, path in (event.partition("=") for event in run["events"])}
    beside = (folder / run["facts"]).parent
    paths = {name: given.get(name, beside / name) for name in manifest["facts"] if not is_address(name)}
    return tuple(name for name, path in paths.items()
                 if not path.is_file() or file_hash(str(path)) != manifest["facts"][name])  # fmt: skip
