"""What is gathered from rows that belong to a subject, or to one of its rows: queries that a layer is joined with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kpidsl.core import columns
from kpidsl.core.columns import quoted

ROW, NUMBER = quoted(columns.ROW), quoted(columns.NUMBER)


@dataclass
class Gathering:
    """What is gathered from `rows`, a table with the number of each row's subject: columns as SQL over it, over the
    subject's own columns too where it `reads_below`, and over what is gathered for each of the rows: `inner`.
    """

    rows: str
    reads_below: bool
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    inner: dict[str, "Inner"] = field(default_factory=dict)

    def query(self, below: str) -> str:
        joined = f" JOIN {below} ON {below}.{ROW} = rows.{ROW}" if self.reads_below else ""
        named = ", ".join(f"{text} AS {quoted(name)}" for name, (text, _) in self.columns.items())
        source = with_inner(self.rows, self.inner, below)
        return f"SELECT rows.{ROW} AS k, {named} FROM {source} AS rows{joined} GROUP BY rows.{ROW}"

    def on(self, alias: str, below: str) -> str:
        return f"{alias}.k = {below}.{ROW}"

    def texts(self, text: str) -> Iterator[str]:
        yield from _texts(text, self.inner)


@dataclass(frozen=True)
class Inner:
    """A value for each of the rows `around`, gathered from those of the same subject's `rows` for which `on` holds."""

    around: str
    rows: str
    on: str
    text: str
    empty: str
    reads_below: bool
    inner: Mapping[str, "Inner"]

    def query(self, below: str) -> str:
        joined = f" JOIN {below} ON {below}.{ROW} = around.{ROW}" if self.reads_below else ""
        rows = f"{with_inner(self.rows, self.inner, below)} AS rows ON rows.{ROW} = around.{ROW} AND {self.on}"
        key = f"around.{ROW}, around.{NUMBER}"
        return f"SELECT {key}, {self.text} AS v FROM {self.around} AS around{joined} JOIN {rows} GROUP BY {key}"


def _texts(text: str, inner: Mapping[str, Inner]) -> Iterator[str]:
    """What is gathered for each row, as far as SQL over it uses this."""
    for name, found in inner.items():
        if quoted(name) in text:
            yield from (found.text, found.on, *_texts(f"{found.text} {found.on}", found.inner))


def with_inner(rows: str, inner: Mapping[str, Inner], below: str) -> str:
    """The rows with what is gathered for each of them."""
    if not inner:
        return rows
    parts, joins = ["own.*"], ""
    for at, (name, found) in enumerate(inner.items(), 1):
        value = f"j{at}.v" if found.empty == "NULL" else f"coalesce(j{at}.v, {found.empty})"
        parts.append(f"{value} AS {quoted(name)}")
        same = f"j{at}.{ROW} = own.{ROW} AND j{at}.{NUMBER} = own.{NUMBER}"
        joins += f" LEFT JOIN ({found.query(below)}) AS j{at} ON {same}"
    return f"(SELECT {', '.join(parts)} FROM {rows} AS own{joins})"
