"""Rows that a printed query cannot use: each is there, says why, and touches no other."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from generated.compare import program_of
from queries import in_duckdb, in_postgres, plain, printed
from servers import server

from kpidsl.core.program import Program
from kpidsl.core.results import Case, Event
from kpidsl.reports.words import phrase

LONG = "一个很长很长很长很长很长很长很长很长很长的名称"
POLICY = f"""policy "Rows"
  subject who within area
  round each rule to 2 decimals half up

facts
  who  : text
  area : one of north, south
  got  : count from 0 to 1000
  goal : number from 0
  {LONG}甲 "fault" : count default 1
  {LONG}乙 : percent optional

events visits
  who   : text
  hours : number from 0

rule r worth 10
  add got / goal

rule s worth 20
  add 1 per 1 of {LONG}甲
  add 1 per 1% of {LONG}乙 when {LONG}乙 is present
  add 1 per 1 of sum of hours in visits

rank place by total within area highest first ties share
"""
ROWS = [
    ("good", "north", 3, "1.5", 2, "0.05"), ("better", "north", 9, "1.5", None, None),
    ("", "north", 3, "1.5", 2, None), ("far", "north", 1001, "1.5", 2, None), ("none", "north", None, "1.5", 2, None),
    ("fine", "north", 3, "1.5", None, "0.0000000001"), ("east", "east", 3, "1.5", 2, None),
    ("twice", "north", 999, "1.5", 2, None), ("twice", "north", 999, "1.5", 2, None),
    ("zero", "north", 999, "0", 2, None), ("events", "north", 999, "1.5", 2, None),
]  # fmt: skip
VISITS = [("good", "0.5"), ("events", "-1"), ("", "1"), ("nobody", "1")]
GOOD = {"good": ("2.00", "7.50", 1), "better": ("6.00", "1.00", 2)}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "duckdb":
        with duckdb.connect() as connection:
            yield "duckdb", lambda tables, text: in_duckdb(connection, tables, text)
        return
    psycopg = pytest.importorskip("psycopg")
    with server() as address:
        if address is None:
            pytest.skip("no PostgreSQL here, and KPIDSL_POSTGRES names none")
        with psycopg.connect(address) as connection:
            yield "postgres", lambda tables, text: in_postgres(connection, tables, text)


def test_rows_that_cannot_be_used(database: Any) -> None:
    program = program_of(POLICY)
    assert isinstance(program, Program)
    dialect, run = database
    facts = {item.name: None for item in program.facts.fields}
    events = {item.name: None for item in program.events[0].fields}
    facts_table, visits = plain(program, [Case(2, facts, {"visits": [Event(2, events)]})])
    kinds = dict(zip(facts_table.columns, ("TEXT", "TEXT", "BIGINT", "DECIMAL(20, 2)", "BIGINT", "DECIMAL(20, 10)"),
                     strict=True))  # fmt: skip
    tables = [facts_table._replace(columns=kinds, rows=ROWS),
              visits._replace(columns={"who": "TEXT", "hours": "DECIMAL(20, 2)"}, rows=VISITS)]  # fmt: skip
    rows = run(tables, printed(program, None, dialect))
    assert len(rows) == len(ROWS)
    status = {row[0]: row[-1] for row in rows}
    for who, *_, r, s, _, place, said in rows:
        if who in GOOD:
            assert (str(r), str(s), place, said) == (*GOOD[who], phrase("en", "row scored"))
        else:
            assert (r, s, place) == (None, None, None)
    assert "missing" in status[None]
    assert "got" in status["far"]
    assert "got" in status["none"]
    assert LONG in status["fine"]
    assert "area" in status["east"]
    assert "more than one" in status["twice"]
    assert "visits" in status["events"]
    assert "cannot be worked out" in status["zero"]
