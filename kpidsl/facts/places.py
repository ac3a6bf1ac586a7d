"""Tables of databases by their address: duckdb:///srv/kpi.duckdb#facts, postgresql://user@host/db#schema.table."""

import re
from os.path import abspath
from pathlib import PurePath

from kpidsl.text.findings import Finding, RefusedError
from kpidsl.values.node import Node, node

FILES = ("duckdb", "sqlite")
SERVER = "postgresql"
FORMS = ("duckdb://PATH#TABLE", "sqlite://PATH#TABLE", "postgresql://USER@HOST/DATABASE#SCHEMA.TABLE")
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://([^#]*)(?:#(.*))?", re.DOTALL)
_NAME = re.compile(r'(?:"((?:[^"]|"")+)"|([^".]+))(?:\.|$)')
_PASSWORDS = re.compile(r"^([^/@:]*:)[^@]*(?=@)|(\bpassword=)[^&]*")


@node
class Place(Node):
    """A table of a database: `at` is the path of its file as it stands there, or what a server is reached by.

    `table` is its name, and that of its schema before it where that is said.
    """

    scheme: str
    at: str
    table: tuple[str, ...]

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.at}#{'.'.join(map(_written, self.table))}"

    @property
    def shown(self) -> str:
        """The address as it may be told to anybody: without a password."""
        return f"{self.scheme}://{_told(self.scheme, self.at)}#{'.'.join(map(_written, self.table))}"

    @property
    def sql(self) -> str:
        """The table's name as SQL writes it."""
        return ".".join('"' + name.replace('"', '""') + '"' for name in self.table)

    def beside(self, name: str) -> "Place":
        """Another table of the same schema."""
        return Place(self.scheme, self.at, (*self.table[:-1], name))

    def is_same(self, text: str) -> bool:
        """Whether a path or an address, as it is told, means this table."""
        other = place(text) if is_address(text) else None
        if other is None or other.scheme != self.scheme or other.name.casefold() != self.name.casefold():
            return False
        if self.scheme == SERVER:
            return other.shown.rpartition("#")[0] == self.shown.rpartition("#")[0]
        return abspath(other.at) == abspath(self.at)

    @property
    def name(self) -> str:
        return self.table[-1]


def file_name(text: str) -> str:
    """What a file, or the table of an address, is called without the folder that it is in."""
    return text.rpartition("/")[2] if is_address(text) else PurePath(text).name


def is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None


def place(text: str) -> Place | None:
    """The table that an address names; None for the path of a file. Raises RefusedError."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    scheme, at, name = found.groups()
    table = _names(name or "")
    most = {"duckdb": 2, "sqlite": 1, SERVER: 0 if "@" in (name or "") else 2}
    if not at or not 1 <= len(table) <= most.get(scheme, 0):
        shown = text if scheme in FILES else f"{scheme}://…"     # there may be a password in it
        raise RefusedError([Finding("D060", None, {"address": shown, "known": FORMS})])
    return Place(scheme, at, table)


def _told(scheme: str, at: str) -> str:
    return at if scheme in FILES else _PASSWORDS.sub(r"\1\2…", at)


def _names(text: str) -> tuple[str, ...]:
    """The parts of schema.table; a part with a full stop in it stands between quotation marks."""
    parts, at = [], 0
    while at < len(text):
        found = _NAME.match(text, at)
        if found is None:
            return ()
        parts.append(found.group(1).replace('""', '"') if found.group(1) else found.group(2))
        at = found.end()
    return tuple(parts)


def _written(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if "." in name or '"' in name else name
