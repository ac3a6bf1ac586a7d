"""The rows of one subject out of a large table, read as those of any small one."""

from dataclasses import replace
from typing import Any

from kpidsl.core.program import Table
from kpidsl.facts.bulk_reader import NotBulkError, Reader
from kpidsl.facts.bulk_records import numbered
from kpidsl.facts.bulk_source import Origin
from kpidsl.facts.headers import NOWHERE, match, with_header
from kpidsl.facts.read import Facts
from kpidsl.facts.shapes import literal, shape


def read_subject(connection: Any, origin: Origin, table: Table, column: str, subject: str) -> Facts:
    """`column` is the field that names the subject. Raises NotBulkError, and what the database raises."""
    matched, _ = match(origin.head, table)
    named = next(item for item in matched if item.field.name == column)
    headed = with_header(origin.head, table) is origin.head and named.at != NOWHERE
    if not headed or not numbered(connection, origin.source):
        raise NotBulkError("HEADER", table=origin.head.name)
    own = shape(named, f"c{named.at}")
    assert own is not None
    reader = Reader(connection, table, origin.head, matched, origin.source)
    # a name that is not plainly written may be this one
    wanted = f"{own.cell} = {literal(subject)} OR NOT coalesce({own.plain}, FALSE)"
    rows = connection.execute(f"SELECT number FROM ({origin.source.all_texts()}) WHERE {wanted}").fetchall()
    facts = reader.read([number + reader.first for (number,) in rows])
    return replace(facts, rows=tuple(row for row in facts.rows if row.values[column] == subject))
