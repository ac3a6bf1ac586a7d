"""grid-2014: the policy, its English twin, its region's file and the example facts."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from grid import EXAMPLES, POLICY, policy, scored
from literate import ROOT

from kpidsl.core import nodes as n
from kpidsl.core.results import Score
from kpidsl.facts.sheets import read_sheets
from kpidsl.ledger.reconcile import reconcile
from kpidsl.syntax.format import format_text
from kpidsl.syntax.translate import translate
from kpidsl.text.source import Cell
from kpidsl.text.wording import severity

CLAUSES = ["G1", "G1b", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11a", "G11b", "G11c", "G12a", "G12b",
           "G13a", "G13b", "G14", "G15"]  # fmt: skip


def totals(facts: str) -> dict[str, Fraction | None]:
    return {score.subject: score.total.balance for score in scored(EXAMPLES / facts).outcome.scores}


def of(subject: str) -> Score:
    return next(score for score in scored().outcome.scores if score.subject == subject)


def test_every_clause_is_cited() -> None:
    cited = " ".join(ledger.source for ledger in scored().program.ledgers).replace("、", " ").split()
    assert set(CLAUSES) <= set(cited)


def test_every_row_of_every_band_fires_for_somebody() -> None:
    accounts = [account for score in scored().outcome.scores for account in score.accounts.values()]
    choices = [choice for account in accounts for entry in account.entries for choice in entry.choices]
    fired = {(choice.place, choice.rows[choice.chosen]) for choice in choices}
    # below its first point and above its last a line has the value of that point: the same row twice
    assert fired == {(choice.place, row) for choice in choices for row in choice.rows}


def test_every_line_fires_for_somebody_and_not_for_somebody_where_it_has_a_condition() -> None:
    entries = [e for s in scored().outcome.scores for account in s.accounts.values() for e in account.entries]
    lines = [line for ledger in scored().program.ledgers for line in ledger.lines if not ledger.unfilled]
    idle = {line.clause for line in lines} - {e.clause for e in entries if not e.reason}
    assert idle == {"区域自定.1", "total.4"}     # they carry the open rule, which no file fills here
    guarded = {line.clause for line in lines if line.when is not None or line.verb in ("at most", "at least")}
    assert guarded <= {e.clause for e in entries if e.reason in ("when", "within")}


@pytest.mark.parametrize(
    ("subject", "rule", "expected"),
    [
        # G1: signed and prepayments against a target of 1: nothing; 0 + 3,000 yuan; 1 customer of 99,999.99 + 9,000
        ("城区-01", "统付新增", "0"),
        ("城区-02", "统付新增", "15"),
        ("城区-03", "统付新增", "25"),
        # G4: exactly 80% of 70; 78.3% with 15 of the month, with 14
        ("城区-05", "集团组建", "0"),
        ("开发区-05", "集团组建", "10"),
        ("瓜沥-03", "集团组建", "0"),
        # G5: full attainment, genuine exactly 90%, 89.99%, 80%, 79.99%
        ("城区-02", "成员收集", "10"),
        ("城区-03", "成员收集", "9"),
        ("城区-04", "成员收集", "8"),
        ("城区-05", "成员收集", "0"),
        # G6: exactly 40%, a hair below; 62% of 100 users: 11; of 99: held at 5
        ("城区-01", "换卡", "0"),
        ("城区-02", "换卡", "-5"),
        ("城区-03", "换卡", "11"),
        ("城区-04", "换卡", "5"),
        # G7: exactly 30%, a hair below; 51% of 100: 10.5; of 99: 5
        ("开发区-01", "换套餐", "0"),
        ("开发区-02", "换套餐", "-5"),
        ("开发区-03", "换套餐", "10.5"),
        ("开发区-04", "换套餐", "5"),
        # G8: 8 of 20 is 40%: 2 points; 7 of 20: none
        ("城区-03", "存量合约", "2"),
        ("城区-04", "存量合约", "0"),
        # G10: one customer at exactly 20%, one at 19.98%; two weeks running without any
        ("城区-01", "高价值回流分", "5"),
        ("城区-02", "高价值回流分", "0"),
        ("瓜沥-07", "高价值回流分", "10"),
        ("瓜沥-06", "高价值回流分", "-5"),
        # G11b: 17 unvisited customers take 3.4 of 3 points
        ("临浦-02", "业务规范", "0"),
        # G11c: 93%, 92.99%, 92.8%, 92%, 91.99%
        ("临浦-01", "卡客户欠费", "0.5"),
        ("临浦-02", "卡客户欠费", "0"),
        ("临浦-03", "卡客户欠费", "-0.1"),
        ("临浦-04", "卡客户欠费", "-0.5"),
        ("临浦-05", "卡客户欠费", "-0.5"),
        # G12a: 81%, 80.99%, 78%, 77.99%, 70%, 69.99%
        ("临浦-01", "满意度", "3"),
        ("临浦-02", "满意度", "2.99"),
        ("临浦-03", "满意度", "0"),
        ("临浦-04", "满意度", "0"),
        ("临浦-05", "满意度", "0"),
        ("义蓬-01", "满意度", "-1"),
        # G13b: 97.5% and 97.499975%
        ("城区-01", "产品回收", "2.5"),
        ("城区-02", "产品回收", "0"),
        # G15: 8 held at 5, -9.5 at -5
        ("城区-02", "加扣分", "5"),
        ("城区-03", "加扣分", "-5"),
    ],
)
def test_boundaries(subject: str, rule: str, expected: str) -> None:
    assert of(subject).accounts[rule].balance == Fraction(expected)


def test_the_cases_worked_by_hand_pass_and_reach_every_row_and_condition() -> None:
    tested = run("test", "policies/grid-2014-cases.kpi", "--coverage", "--lang", "en")
    assert tested.returncode == 0, tested.stdout.decode()
    passed, rows, guards = tested.stdout.decode().splitlines()[-3:]
    assert passed == "41 passed, 0 failed"
    assert rows == "rows that examples reach: 35 of 35"
    assert guards == "conditions that examples reach: 9 of 9"


def test_every_ledger_reconciles() -> None:
    for score in scored().outcome.scores:
        assert reconcile(score).score == score.total.balance


def test_the_english_twin_has_the_same_tree_and_hash() -> None:
    twin = policy(str(ROOT / "policies/grid-2014.en.kpi"))
    assert twin.hash == policy().hash
    assert twin.files == policy().files


def test_the_english_twin_is_the_translation() -> None:
    chinese = Path(POLICY).read_text(encoding="utf-8")
    english = (ROOT / "policies/grid-2014.en.kpi").read_text(encoding="utf-8")
    assert format_text(translate(chinese, "en")) == english
    assert format_text(translate(english, "zh")) == chinese


def test_encodings_and_workbook_give_the_same_scores() -> None:
    expected = totals("grid-2014-05.csv")
    assert len(expected) == 28
    assert totals("grid-2014-05-gb18030.csv") == expected
    assert totals("grid-2014-05.xlsx") == expected


def test_encodings_and_workbook_give_the_same_entries() -> None:
    first = scored().outcome.scores
    for other in ("grid-2014-05-gb18030.csv", "grid-2014-05.xlsx"):
        second = scored(EXAMPLES / other).outcome.scores
        assert [score.accounts for score in first] == [score.accounts for score in second]


def run(*arguments: str, data: bytes = b"", cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "kpidsl", *arguments]
    return subprocess.run(command, input=data, capture_output=True, cwd=cwd, check=False, env={"KPIDSL_LANG": "zh"})


@pytest.mark.parametrize("facts", ["grid-2014-05.csv", "grid-2014-05-gb18030.csv", "grid-2014-05.xlsx"])
def test_standard_input_is_read_like_the_file(facts: str) -> None:
    path = f"examples/{facts}"
    events = [] if facts.endswith("xlsx") else [
        part for name in ("统付签约", "高价值回流")
        for part in ("--events", f"{name}={path.removesuffix('.csv')}.{name}.csv")]  # fmt: skip
    piped = run("run", "policies/grid-2014.kpi", "-", *events, data=(ROOT / path).read_bytes())
    assert piped.returncode == 0, piped.stderr.decode()
    assert piped.stdout == run("run", "policies/grid-2014.kpi", path).stdout


def test_twelve_faults_are_twelve_findings() -> None:
    findings = scored(EXAMPLES / "grid-2014-05-faults.csv").findings
    assert len(findings) == 12, [f.code for f in findings]
    assert {finding.code for finding in findings} == {
        "D005", "D010", "D011", "D012", "D013", "D014", "D015", "D016", "D017", "D020", "D021"}  # fmt: skip
    assert all(severity(f) == "error" and isinstance(f.place, Cell) for f in findings)


def test_the_region_fills_its_own_rule() -> None:
    region = scored(EXAMPLES / "grid-2014-linpu-05.csv", str(ROOT / "policies/grid-2014-linpu.kpi"))
    own = {score.subject: score for score in region.outcome.scores}
    assert len(own) == 5
    for subject, score in own.items():
        base = of(subject)
        filled = score.accounts["区域短板"].balance
        assert filled is not None
        assert score.total.balance == (base.total.balance or 0) + filled
    assert not any(ledger.unfilled for ledger in region.program.ledgers)


def test_the_example_generator_writes_what_is_committed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(EXAMPLES / "make_grid_2014.py"), str(tmp_path)], check=True)
    for made in tmp_path.iterdir():
        committed = EXAMPLES / made.name
        if made.suffix == ".xlsx":
            sheets = [(sheet.header, sheet.rows) for sheet in read_sheets(made.name, made.read_bytes())]
            assert sheets == [(s.header, s.rows) for s in read_sheets(made.name, committed.read_bytes())]
        else:
            assert made.read_bytes() == committed.read_bytes(), made.name


def test_the_core_keeps_a_place_for_every_line() -> None:
    assert all(isinstance(line, n.Line) and line.place for led in scored().program.ledgers for line in led.lines)
