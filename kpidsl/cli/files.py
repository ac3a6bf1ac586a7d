"""Files and tables of databases as they are read for a run: each once, with its hash."""

import hashlib
import sys
from pathlib import Path

from kpidsl.facts.places import place
from kpidsl.facts.sheets import Sheet, read_sheets


class Files:
    """`hashes`: of what was read, by its path or address."""

    def __init__(self, encoding: str | None) -> None:
        self.hashes: dict[str, str] = {}
        self._encoding = encoding
        self._sheets: dict[str, list[Sheet]] = {}

    def sheets(self, path: str) -> list[Sheet]:
        """Of a file, a table of a database, or standard input. Raises RefusedError and OSError."""
        if path not in self._sheets:
            self._sheets[path] = self._read(path)
        return self._sheets[path]

    def _read(self, path: str) -> list[Sheet]:
        address = place(path)
        if address is None:
            data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
            self.hashes[path] = hashlib.sha256(data).hexdigest()
            return read_sheets(path, data, self._encoding)
        from kpidsl.facts.databases import read_database
        from kpidsl.facts.digests import sheet_hash

        sheet = read_database(address)
        self.hashes[sheet.name] = sheet_hash(sheet)
        return [sheet]
