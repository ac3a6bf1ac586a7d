"""Markdown, JSON and workbooks hold every figure of the exact engine's ledgers; for pages see test_report.py."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from test_policies import FAMILIES, run

from kpidsl.cli.scoring import Level
from kpidsl.core.results import Account, Score
from kpidsl.reports.account_json import as_json
from kpidsl.reports.inert import markdown
from kpidsl.reports.markdown import as_markdown
from kpidsl.reports.outline import outline
from kpidsl.reports.words import phrase, signed
from kpidsl.reports.workbook import as_xlsx
from kpidsl.values.numerals import exact, readable

CASES = [(policy, facts) for policy, facts, _ in FAMILIES]


def scored(policy: str, facts: str) -> Iterator[tuple[Level, Score]]:
    for level in run(policy, facts).levels:
        for score in level.outcome.scores[:8]:
            yield level, score


def accounts(level: Level, score: Score) -> list[Account]:
    return [score.accounts[ledger.name] for ledger in level.program.ledgers]


@pytest.mark.parametrize(("policy", "facts"), CASES)
def test_json(policy: str, facts: str) -> None:
    for level, score in scored(policy, facts):
        found = json.loads(as_json([(score, level.program)], {}))["explained"][0]["ledgers"]
        for account in accounts(level, score):
            own = found[account.name or "total"]
            assert own["balance"] == (None if account.balance is None else exact(account.balance))
            assert [(entry["clause"], entry["amount"], entry["balance"]) for entry in own["entries"]] == \
                [(entry.clause, exact(entry.amount), None if entry.balance is None else exact(entry.balance))
                 for entry in account.entries]  # fmt: skip


@pytest.mark.parametrize(("policy", "facts"), CASES)
def test_markdown(policy: str, facts: str) -> None:
    for level, score in scored(policy, facts):
        lines = list(as_markdown(outline(score, level.program, (), "zh"), (), "zh"))
        rows = {tuple(cell.strip() for cell in line.strip("|").split(" | ")[:3]) for line in lines if line[:1] == "|"}
        for account in accounts(level, score):
            for entry in (e for e in account.entries if e.verb != "round" or e.amount):
                balance = "" if entry.balance is None else readable(entry.balance)
                assert (markdown(entry.clause), markdown(signed(entry.amount)), markdown(balance)) in rows


@pytest.mark.parametrize(("policy", "facts"), CASES)
def test_workbooks(policy: str, facts: str) -> None:
    levels = [level for level in run(policy, facts).levels if level.outcome.scores]
    data = as_xlsx([(level.program, level.outcome.scores) for level in levels], {}, "zh")
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    for level in levels:
        name = f"{phrase('zh', 'ledger sheet')} {level.program.label}".strip()
        header, *rows = book.get_sheet_by_name(name).to_python()
        at = {word: header.index(phrase("zh", word)) for word in ("entry head", "amount", "balance", "exactly head")}
        wanted = [line for score in level.outcome.scores for account in accounts(level, score)
                  for line in (*account.entries, account)]  # fmt: skip
        assert len(rows) == len(wanted)
        for row, line in zip(rows, wanted, strict=True):
            _same(row, line, at)


def _same(row: list[Any], line: Any, at: dict[str, int]) -> None:
    """A row of the sheet has the figures of an entry, or of the account that it closes."""
    amount = line.balance if isinstance(line, Account) else line.amount
    if amount is None:
        assert row[at["amount"]] == ""
        return
    assert row[at["amount"]] == pytest.approx(float(amount), abs=1e-12)
    shown = row[at["exactly head"]]
    assert shown in ("", exact(amount))
    if not isinstance(line, Account):
        assert row[at["entry head"]] == line.clause
        assert row[at["balance"]] == ("" if line.balance is None else pytest.approx(float(line.balance), abs=1e-12))
