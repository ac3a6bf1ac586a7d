"""The report: its figures are those of the exact engine, its texts are texts, and it asks nothing of anybody."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from literate import ROOT
from pages_read import data, elements, unpacked
from test_policies import FAMILIES, run

from kpidsl.cli.main import group
from kpidsl.cli.scoring import Scored
from kpidsl.core.results import Score
from kpidsl.reports.outline import LedgerView, outline
from kpidsl.reports.page.charts import bins, steps
from kpidsl.reports.page.contents import Page
from kpidsl.reports.page.document import as_file, as_folder
from kpidsl.reports.page.sheets import sheets
from kpidsl.reports.page.texts import Texts, spoken
from kpidsl.reports.standing import standing_lines

HOSTILE_POLICY = """policy "</script><script>alert(1)</script>" edition "=HYPERLINK(1)"
  subject manager within area
facts
  manager : text
  area    : text
  got     : number
rule gain "<img src=x onerror=alert(1)>'\\u202e" worth 10
  source "\\"><b>"
  add got
rank place by total highest first ties share
""".replace("\\u202e", "\u202e").replace('\\"', "'")
HOSTILE_FACTS = """manager,area,got
"<script>alert(""1"")</script>",</td>,3
=HYPERLINK("http://x"),'"><svg onload=1>,12
\u202eabc\u2066,{{7*7}},4
"""


def page_of(scored: Scored) -> Page:
    return Page(tuple((level.program, level.outcome.scores) for level in scored.levels), scored.sources,
                scored.manifest, "zh")  # fmt: skip


def number(told: str | list[str]) -> Fraction:
    return Fraction((told if isinstance(told, str) else told[1]).removeprefix("+"))


@pytest.mark.parametrize(("policy", "facts"), [family[:2] for family in FAMILIES])
def test_figures_are_those_of_the_exact_engine(policy: str, facts: str) -> None:
    """Every entry of every account, in both languages; every cell of the table."""
    scored = run(policy, facts)
    page = page_of(scored)
    found = data(as_file(page))
    for at, sheet in enumerate(page.sheets):
        check_table(found[f"table-{at}"], sheet.scores)
        chunks = [found[f"accounts-{at}-{chunk}"] for chunk in range((len(sheet.scores) + 99) // 100)]
        accounts = [(account, chunk["texts"]) for chunk in chunks for account in chunk["accounts"]]
        for score, (account, texts) in zip(sheet.scores, accounts, strict=True):
            views = [outline(score, sheet.program, (), lang) for lang in ("zh", "en")]
            told = list(flat(account["ledgers"], texts))
            assert told == list(viewed(views[0].ledgers, views[1].ledgers))
            check_amounts(account["ledgers"], score)
            check_losses(account, score)
            standing = [list(filter(str.strip, standing_lines(score, lang))) for lang in ("zh", "en")]
            assert [spoken(line, texts) for line in account["standing"]] == list(zip(*standing, strict=True))


def flat(ledgers: Sequence[dict[str, Any]], texts: Any) -> Iterator[Any]:
    """Titles, results, texts and notes, as a page says them."""
    for ledger in ledgers:
        yield spoken(ledger["title"], texts), spoken(ledger["result"], texts)
        yield [spoken(note, texts) for note in ledger.get("exempt", ())]
        for entry in ledger["entries"]:
            yield spoken(entry[0], texts), spoken(entry[3], texts), [spoken(note, texts) for note in entry[4]]
            yield from flat(entry[6:], texts)


def viewed(zh: Sequence[LedgerView], en: Sequence[LedgerView]) -> Iterator[Any]:
    """The same, as the other reports say it."""
    for one, other in zip(zh, en, strict=True):
        yield (one.title, other.title), (one.result, other.result)
        yield list(zip(one.exempt, other.exempt, strict=True))
        for a, b in zip(one.entries, other.entries, strict=True):
            yield (a.clause, b.clause), (a.text, b.text), list(zip(a.notes, b.notes, strict=True))
            if a.part is not None and b.part is not None:
                yield from viewed((a.part,), (b.part,))


def check_amounts(ledgers: Sequence[dict[str, Any]], score: Score) -> None:
    """What each entry moved and left, to the last digit; and that they add up to the account."""
    for ledger in ledgers:
        account = score.accounts[ledger["name"]]
        own = [entry for entry in account.entries if entry.verb != "round" or entry.amount]
        assert [number(entry[1]) for entry in ledger["entries"]] == [entry.amount for entry in own]
        balances = [None if entry[2] == "" else number(entry[2]) for entry in ledger["entries"]]
        assert balances == [entry.balance for entry in own]
        assert account.balance is None or sum(entry.amount for entry in own) == account.balance
        check_amounts([part for entry in ledger["entries"] for part in entry[6:]], score)


def check_losses(account: dict[str, Any], score: Score) -> None:
    if "losses" in account:
        full, moved, came_to = (Fraction(text.removeprefix("+")) for text in account["sums"])
        assert full + moved == came_to == score.total.balance
        assert account["bars"][-1][1] == account["sums"][2]


def check_table(columns: Sequence[dict[str, Any]], scores: Sequence[Score]) -> None:
    for column in columns:
        values = [None if cell < 0 else column["values"][cell] for cell in column["cells"]]
        if column["kind"] in ("rule", "total", "payout"):
            name = "" if column["name"] == "total" else column["name"]
            assert [value and Fraction(value) for value in values] == [s.accounts[name].balance for s in scores]
            assert column["values"] == sorted(column["values"], key=Fraction)
        elif column["kind"] == "subject":
            assert values == [score.subject for score in scores]
        elif column["kind"] == "grade":
            results = [score.results[column["name"]] for score in scores]
            assert [value or "" for value in values] == [getattr(result, "grade", "") for result in results]


def test_texts_come_back_as_they_were() -> None:
    texts = Texts()
    pairs = [("第 3 名（共 12 个）", "place 3 of 12"), ("第 4 名（共 12 个）", "place 4 of 12"), ("a", "a"), ("", ""),
             ("2 与 1", "1 and 2, of 9"), ("1 1 2", "2 1 1"), ("≈-3.5 (-7/2)", "≈-3.5 (-7/2)"),
             ("x\u202e1", "x\u202e1")]
    told = [texts.say(*pair) for pair in pairs]
    shown = [tuple(text.replace("\u202e", "⟨U+202E⟩") for text in pair) for pair in pairs]
    assert [spoken(each, texts.pairs) for each in told] == shown
    assert len(texts.pairs) == len(pairs) - 1


def test_bins_hold_all_values_once() -> None:
    for values in ([Fraction(1, 3)], [Fraction(0), Fraction(100)], [Fraction(n, 7) for n in range(-50, 90)]):
        found = bins(values)
        assert sum(bin.count for bin in found) == len(values)
        assert found[0].low <= min(values)
        assert found[-1].high >= max(values)
        for bin in found[:-1]:
            assert bin.count == sum(bin.low <= value < bin.high for value in values)


def test_steps_of_a_waterfall_meet() -> None:
    found = steps(Fraction(100), [Fraction(-30), Fraction(-90), Fraction(5)], Fraction(-15))
    assert found == [(167, 1000), (1000, 750), (750, 0), (0, 42), (167, 42)]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / "p.kpi").write_text(HOSTILE_POLICY, encoding="utf-8")
    (tmp_path / "f.csv").write_text(HOSTILE_FACTS, encoding="utf-8")
    return tmp_path


def report(folder: Path, *more: str) -> bytes:
    done = CliRunner().invoke(group, ["report", str(folder / "p.kpi"), str(folder / "f.csv"), *more, "--lang", "en"])
    assert done.exit_code == 0, done.output
    return (folder / "out.html").read_bytes() if more[-1].endswith(".html") else b""


def test_texts_of_policy_and_facts_stay_texts(hostile: Path) -> None:
    html = report(hostile, "-o", str(hostile / "out.html"))
    found = elements(html)
    assert {tag for tag, _, _ in found} <= {
        "html", "head", "meta", "title", "style", "body", "a", "header", "div", "nav", "span", "button", "h1", "h2",
        "h3", "p", "bdi", "noscript", "main", "article", "section", "dl", "dt", "dd", "figure", "figcaption", "svg",
        "rect", "text", "line", "table", "caption", "thead", "tbody", "tr", "th", "td", "ol", "li", "code", "script",
    }
    assert not [name for _, attributes, _ in found for name in attributes if name.startswith("on")]
    assert [attributes.get("type") for tag, attributes, _ in found if tag == "script"] == [
        "application/json", "text/plain", "text/plain", None]  # fmt: skip
    assert all(attributes["href"].startswith("#") for tag, attributes, _ in found if tag == "a")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html.decode())
    assert "⟨U+202E⟩" in html.decode()
    names = [text for tag, _, text in found if tag == "bdi"]
    assert '<script>alert("1")</script>' in names
    assert '=HYPERLINK("http://x")' in names


def test_nothing_is_loaded_and_only_its_own_script_runs(hostile: Path) -> None:
    found = elements(report(hostile, "-o", str(hostile / "out.html")))
    policy = next(a["content"] for tag, a, _ in found if a.get("http-equiv") == "Content-Security-Policy")
    for kind in ("style", "script"):
        own = next(text for tag, a, text in found if tag == kind and "type" not in a)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not [a for _, a, _ in found if {"src", "style", "data", "action"} & set(a)]


def test_equal_runs_give_equal_pages(hostile: Path) -> None:
    assert report(hostile, "-o", str(hostile / "out.html")) == report(hostile, "-o", str(hostile / "out.html"))


def test_a_folder_holds_the_same_data(hostile: Path) -> None:
    one = data(report(hostile, "-o", str(hostile / "out.html")))
    report(hostile, "-o", f"{hostile}/site/")
    files = sorted((hostile / "site/data").iterdir())
    many = {file.stem: unpacked(file.read_text().split('"')[3]) for file in files}
    assert many == one
    assert "text/plain" not in (hostile / "site/index.html").read_text(encoding="utf-8")


def test_a_reject_stops_it(hostile: Path) -> None:
    (hostile / "f.csv").write_text("manager,area,got\na,b,3\nc,d,x\n", encoding="utf-8")
    arguments = ["report", str(hostile / "p.kpi"), str(hostile / "f.csv"), "-o", str(hostile / "out.html")]
    assert CliRunner().invoke(group, arguments).exit_code == 1
    assert not (hostile / "out.html").exists()
    assert CliRunner().invoke(group, [*arguments, "--keep-going"]).exit_code == 1
    assert (hostile / "out.html").exists()


def test_the_period_before_stands_beside() -> None:
    page = page_of(run("manager-rules-2007.kpi", "manager-rules-2007.csv"))
    found = sheets(page.levels)
    assert [(sheet.name, None if sheet.before is None else found[sheet.before].name) for sheet in found[:3]] == [
        ("2007-01", None), ("2007-02", "2007-01"), ("2007-03", "2007-02")]  # fmt: skip
    account = data(as_file(page))["accounts-1-0"]["accounts"][0]
    before = {score.subject: score for score in found[0].scores}[found[1].scores[0].subject]
    name, was, change = account["rules"][0][4:]
    assert Fraction(was) == before.accounts[name].balance
    assert Fraction(change) == found[1].scores[0].accounts[name].balance - before.accounts[name].balance


def test_files_of_a_folder_are_named_for_its_page() -> None:
    page = page_of(run("grid-2014-linpu.kpi", "grid-2014-linpu-05.csv"))
    assert sorted(as_folder(page)) == ["data/accounts-0-0.js", "data/table-0.js", "index.html"]
    assert len(page.files) == 2


def test_many_scores_make_a_folder(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpidsl.cli.pages.MOST_IN_ONE", 2)
    arguments = ["report", str(hostile / "p.kpi"), str(hostile / "f.csv"), "-o", str(hostile / "out.html"), "-q"]
    assert CliRunner().invoke(group, arguments).exit_code == 0
    assert (hostile / "out/index.html").exists()
    assert not (hostile / "out.html").exists()


def explained(*arguments: str) -> bytes:
    policy, facts = ROOT / "policies/manager-rules-2007.kpi", ROOT / "examples/manager-rules-2007.csv"
    done = CliRunner().invoke(group, ["explain", str(policy), str(facts), "--format", "html", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout.encode()


def test_a_page_of_one_subject_has_nobody_else() -> None:
    html = explained("--subject", "西区-02", "--at", "2008Q2")
    assert "西区-01" not in html.decode()
    found = data(html)
    tables = [piece for name, piece in found.items() if name.startswith("table")]
    assert {tuple(table[0]["values"]) for table in tables} == {("西区-02",)}
    assert len(tables) == 18 + 6 + 1
    start = next(a["href"] for tag, a, _ in elements(html) if tag == "a" and "needs-script" in a.get("class", ""))
    assert start == "#/s/2008Q2/%E8%A5%BF%E5%8C%BA-02"


def test_a_page_of_a_group_has_all_of_it() -> None:
    found = data(explained("--group", "西区", "--at", "2008Q2"))
    assert found["table-0"][0]["values"] == ["西区-01", "西区-02", "西区-03"]
    assert "table-1" not in found
