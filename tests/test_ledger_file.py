"""A file of ledgers has every entry of the exact engine, whichever engine wrote it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from literate import ROOT
from test_policies import FAMILIES, GIVEN, PERIODS, run

from kpidsl.cli import one
from kpidsl.cli.main import group
from kpidsl.core.entries import kept_of, replay
from kpidsl.core.nodes import Ledger
from kpidsl.core.results import Score
from kpidsl.facts.ledger_file import read_about
from kpidsl.facts.long_form import long_form
from kpidsl.reports.words import phrase
from kpidsl.values.numerals import exact

LONG = ("row", "ledger", "entry", "clause", "verb", "reason", "amount", "balance")


def written(policy: str, facts: str, engine: str, folder: Path) -> list[Path]:
    """The files of ledgers of each level."""
    folder.mkdir()
    given = [f"--param={param}" for param in GIVEN.get(policy, ())]
    given += ["--period", PERIODS[policy]] if policy in PERIODS else []
    arguments = ["run", str(ROOT / "policies" / policy), str(ROOT / "examples" / facts), *given, "--lang", "zh",
                 "--engine", engine, "--ledger", str(folder / "ledgers.parquet"), "-o", str(folder / "scores.csv")]
    result = CliRunner(catch_exceptions=False).invoke(group, arguments)
    assert result.exit_code == 0, result.output
    return sorted(folder.glob("*.parquet"))


def entries(path: Path, columns: str = ", ".join(LONG)) -> list[Any]:
    with duckdb.connect() as connection:
        query = long_form(read_about(connection, str(path)), f"read_parquet('{path}')", None)
        return connection.execute(f"SELECT {columns} FROM ({query}) ORDER BY row, position").fetchall()


def said(score: Score) -> Iterator[tuple[Any, ...]]:
    """The accounts of the exact engine as the long form has them."""
    for account in score.accounts.values():
        label = account.label or phrase("zh", "total")
        if account.reason in ("exempt", "open"):
            yield score.row, label, 0, account.clause, None, account.reason, None, None
        for at, entry in enumerate(account.entries, 1):
            balance = None if entry.balance is None else exact(entry.balance)
            yield score.row, label, at, entry.clause, entry.verb, entry.reason, exact(entry.amount), balance


@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
def test_every_entry_is_there(policy: str, facts: str, tmp_path: Path) -> None:
    by_exact = written(policy, facts, "exact", tmp_path / "exact")
    by_columnar = written(policy, facts, "columnar", tmp_path / "columnar")
    levels = run(policy, facts).levels
    assert [path.name for path in by_exact] == [path.name for path in by_columnar]
    assert len(by_exact) == len(levels)
    for left, right in zip(by_exact, by_columnar, strict=True):
        assert entries(left, "*") == entries(right, "*")
    for level in levels:
        name = f"ledgers.{level.program.label}" if level.program.label else "ledgers"
        path = tmp_path / "exact" / f"{name}.parquet"
        found = [line for score in level.outcome.scores for line in said(score)]
        assert sorted(entries(path), key=str) == sorted(found, key=str)


@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
def test_what_is_kept_tells_the_rest(policy: str, facts: str) -> None:
    """There and back again: from entries to what is kept of them, and from that to the entries."""
    for level in run(policy, facts).levels:
        ledgers = [item for item in level.program.definitions if isinstance(item, Ledger)]
        for score in level.outcome.scores:
            kept = {name: value for ledger in level.program.ledgers
                    for name, value in kept_of(ledger, score.accounts[ledger.name]).items()}  # fmt: skip
            balances = {name: account.balance for name, account in score.accounts.items()}
            found = replay(ledgers, kept, balances)
            for name, account in score.accounts.items():
                assert found[name].reason == account.reason
                assert [(line.reason, line.amount, line.balance) for line in found[name].lines] == \
                    [(entry.reason, entry.amount, entry.balance) for entry in account.entries]  # fmt: skip


@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
def test_one_subject_is_explained_from_the_file_as_among_all(policy: str, facts: str, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Also where the facts are so many that only the subject's own are read."""
    path = written(policy, facts, "exact", tmp_path / "exact")[0].with_name("ledgers.parquet")
    given = [f"--param={param}" for param in GIVEN.get(policy, ())]
    given += ["--period", PERIODS[policy]] if policy in PERIODS else []
    monkeypatch.setattr(one, "is_large", lambda _: True)
    scores = run(policy, facts).levels[0].outcome.scores
    for subject in dict.fromkeys(score.subject for score in (*scores[:2], scores[-1])):
        asked = ["--subject", subject, "--lang", "zh"]
        paths = [str(ROOT / "policies" / policy), str(ROOT / "examples" / facts)]
        wanted = CliRunner(catch_exceptions=False).invoke(group, ["explain", *paths, *given, *asked])
        found = CliRunner(catch_exceptions=False).invoke(group, ["explain", str(path), *asked])
        assert found.exit_code == 0, found.output
        assert found.output == wanted.output


def test_events_beside_the_facts_must_be_unchanged_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ROOT.glob("examples/grid-2014-05*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    paths = [str(ROOT / "policies/grid-2014.kpi"), "grid-2014-05.csv"]
    asked = ["run", *paths, "-q", "-o", "o.csv", "--ledger", "l.parquet"]
    assert CliRunner(catch_exceptions=False).invoke(group, asked).exit_code == 0
    explain = ["explain", "l.parquet", "--subject", "城区-03", "--lang", "en"]
    assert CliRunner(catch_exceptions=False).invoke(group, explain).exit_code == 0
    events = tmp_path / "grid-2014-05.统付签约.csv"
    events.write_text(events.read_text("utf-8-sig").replace("99,999.99", "49,999.99"), "utf-8-sig")
    result = CliRunner(catch_exceptions=False).invoke(group, explain)
    assert result.exit_code == 1
    assert "grid-2014-05.统付签约.csv: error D071" in result.output


REJECTED = """policy "A" edition 2014
  subject manager
facts
  manager : text
  goal    : count above 0
events visits
  manager : text
  weight  : points from 0 to 10
rule members worth 10
  start full
  deduct sum of weight in visits
"""


@pytest.mark.parametrize(("subject", "said"), [
    ("rejected", "facts.csv, row 3, column goal: error D020"),
    ("misspelt", "facts.csv: error D085: there is no score of “misspelt” in the file of ledgers"),
    ("nobody", "facts.csv: error D044: there is no score of “nobody”"),
])  # fmt: skip
def test_who_was_rejected_in_a_large_run_has_no_score_afterwards(subject: str, said: str, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Though only their own rows are read: a row of events with another name put them in doubt, too."""
    (tmp_path / "p.kpi").write_text(REJECTED)
    (tmp_path / "facts.csv").write_text("manager,goal\ngood,1\nrejected,0\nmisspelt,1\n")
    (tmp_path / "facts.visits.csv").write_text("manager,weight\ngood,1\nmisspellt,1\n")
    monkeypatch.chdir(tmp_path)
    asked = ["run", "p.kpi", "facts.csv", "-q", "--keep-going", "-o", "o.csv", "--ledger", "l.parquet"]
    assert CliRunner(catch_exceptions=False).invoke(group, asked).exit_code == 1
    monkeypatch.setattr(one, "is_large", lambda _: True)
    explain = ["explain", "l.parquet", "--subject", subject, "--lang", "en"]
    result = CliRunner(catch_exceptions=False).invoke(group, explain)
    assert result.exit_code == 1
    assert result.output.startswith(said)
    assert "D051" not in result.output
