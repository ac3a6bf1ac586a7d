"""The report as its readers have it: looked at, searched, opened, switched and printed, in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browser
import pytest
from click.testing import CliRunner
from literate import ROOT
from test_report import HOSTILE_FACTS, HOSTILE_POLICY

from kpidsl.cli.main import group

pytestmark = pytest.mark.skipif(browser.executable() is None, reason="no Chromium; KPIDSL_BROWSER may name one")
GRID = (ROOT / "policies/grid-2014.kpi", ROOT / "examples/grid-2014-05.csv")
MANAGERS = (ROOT / "policies/manager-rules-2007.kpi", ROOT / "examples/manager-rules-2007.csv")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.started() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


def made(folder: Path, name: str, policy: Path, facts: Path) -> Path:
    """The report of that name, made once."""
    output = f"{folder / name}{'' if name.endswith('.html') else '/'}"
    if not Path(output).exists():
        done = CliRunner().invoke(group, ["report", str(policy), str(facts), "-o", output, "--lang", "zh"])
        assert done.exit_code == 0, done.output
    return Path(output) if name.endswith(".html") else Path(output) / "index.html"


@pytest.fixture
def looked_at(chromium: Any) -> Iterator[Any]:
    """Opens a page; nothing may be said against it on the console."""
    opened = []

    def look(path: Path, place: str = "", **options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.extend([] if request.url.startswith("file:") else [request.url]))
        page.goto(path.as_uri() + place)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html.ready")
        opened.append((context, said))
        return page

    yield look
    for context, said in opened:
        context.close()
        assert not said


def names(page: Any) -> list[str]:
    return page.locator("#scores tbody th").all_inner_texts()


@pytest.fixture
def grid(folder: Path, looked_at: Any) -> Any:
    return looked_at(made(folder, "grid.html", *GRID))


def test_search_and_filters(grid: Any) -> None:
    assert len(names(grid)) == 28
    region = grid.locator("#controls label", has_text="区域").locator("select").first
    grid.get_by_label("查找").fill("瓜沥-0")
    assert names(grid) == [f"瓜沥-0{n}" for n in range(1, 8)]
    assert grid.locator("#count").inner_text() == "7 / 28 个"
    grid.get_by_label("查找").fill("nobody")
    assert "没有符合条件的" in grid.locator("#scores tbody").inner_text()
    grid.get_by_label("查找").fill("")
    region.select_option(label="临浦")
    assert {name[:2] for name in names(grid)} == {"临浦"}
    region.select_option(label="全部")
    grid.get_by_label("有失分的指标").select_option(label="4G换卡")
    lost = [float(text) for text in grid.locator("#scores tbody td:nth-child(2)").all_inner_texts()]
    assert len(lost) == 17
    assert lost == sorted(lost, reverse=True)
    assert min(lost) > 0


def test_sorting_by_a_header(grid: Any) -> None:
    header = grid.locator("#scores th", has_text="总分")
    header.get_by_role("button").click()
    assert grid.locator("#scores th[aria-sort=descending]").inner_text().strip() == "总分"
    totals = [float(text) for text in grid.locator("#scores tbody td:nth-child(3)").all_inner_texts()]
    assert totals == sorted(totals, reverse=True)
    grid.keyboard.press("Enter")     # the focus stays on it
    assert grid.locator("#scores th[aria-sort=ascending]").inner_text().strip() == "总分"


def test_a_ledger_opens_and_leads_to_the_policy(grid: Any) -> None:
    grid.get_by_role("link", name="城区-05", exact=True).first.click()
    grid.wait_for_selector("#account h2:has-text('城区-05')")
    assert grid.locator("#account .figures").inner_text().split() == ["总分", "79.22"]
    assert not grid.locator("#summary").is_visible()
    grid.locator("#account .rules a", has_text="成员收集").click()
    entry = grid.locator("#ledger-成员收集 details").nth(1)
    assert "乘以 分段 成员真实性" in entry.inner_text()
    entry.locator("summary").focus()
    grid.keyboard.press("Enter")
    text = entry.inner_text()
    assert "不取：" in text
    assert "取：< 80% : 0" in text
    entry.get_by_role("link").click()
    grid.wait_for_selector("#summary", state="visible")
    assert grid.locator(".policy li:target").inner_text().strip() == "乘以 分段 成员真实性"
    grid.go_back()
    grid.wait_for_selector("#account h2", state="visible")


def test_losses_sum_to_full_marks_less_the_score(grid: Any) -> None:
    grid.goto(grid.url.split("#")[0] + "#/s//城区-05")
    grid.wait_for_selector("#account .losses")
    assert grid.locator("#account p.sum").inner_text() == "满分 90，增减合计 -10.78，得分 79.22"
    assert grid.locator("#account .waterfall tr").last.inner_text().split() == ["得分", "79.22"]


def test_language_switches_in_place(grid: Any) -> None:
    grid.goto(grid.url.split("#")[0] + "#/s//城区-05/成员收集")
    grid.wait_for_selector("#account h2")
    before = grid.url
    grid.get_by_role("button", name="English").click()
    assert grid.url == before
    assert "multiply by bands 成员真实性" in grid.locator("#ledger-成员收集").inner_text()
    assert "乘以" not in grid.locator("#account").inner_text()
    grid.get_by_role("link", name="Scores", exact=True).click()
    assert grid.locator("#controls option").first.inner_text() == "all"
    assert "indicator" not in grid.locator("#policy").inner_text()
    assert "rule 成员收集" in grid.locator("#policy").inner_text()
    grid.get_by_role("button", name="中文").click()
    assert "指标 成员收集" in grid.locator("#policy").inner_text()


def test_printing(grid: Any, tmp_path: Path) -> None:
    """The report with its table; on a subject's page that subject, with all that its entries say."""
    whole, one = tmp_path / "whole.pdf", tmp_path / "one.pdf"
    grid.pdf(path=whole)
    grid.goto(grid.url.split("#")[0] + "#/s//城区-05")
    grid.wait_for_selector("#account .ledger")
    shown = "[...document.querySelectorAll('#account details')].every((one) => one.open)"
    grid.evaluate("window.addEventListener('beforeprint', () => { window.opened = " + shown + "; })")
    grid.pdf(path=one)
    assert whole.read_bytes().startswith(b"%PDF")
    assert one.stat().st_size > 10_000
    assert grid.evaluate("window.opened")
    assert grid.locator("#account details[open]").count() == 0


def test_periods(folder: Path, looked_at: Any) -> None:
    page = looked_at(made(folder, "managers.html", *MANAGERS), "#/s/2008Q2/西区-02")
    assert "上期（2008Q1）" in page.locator("#account .rules").inner_text()
    page.get_by_label("期间").select_option("2008Q1")
    page.wait_for_selector("#account .edition:has-text('2008Q1')")
    assert "83.67" in page.locator("#account .rules").inner_text()
    page.get_by_role("link", name="回到得分表").click()
    page.wait_for_selector("#scores", state="visible")
    assert "2008Q1" in page.locator("#summary .lead:visible").inner_text()
    assert len(names(page)) == 6


def test_without_scripts_the_summary_and_the_first_rows_are_there(folder: Path, looked_at: Any) -> None:
    page = looked_at(made(folder, "grid.html", *GRID), java_script_enabled=False)
    assert page.locator(".histogram").is_visible()
    assert len(names(page)) == 28
    assert "JavaScript" in page.locator("header").inner_text()
    assert not page.locator("#sheet, .languages").first.is_visible()


def test_a_folder_works_without_a_server(folder: Path, looked_at: Any) -> None:
    page = looked_at(made(folder, "site", *GRID), "#/s//城区-05")
    assert page.locator("#account .figures").inner_text().split() == ["总分", "79.22"]


def test_narrow_pages_do_not_scroll_sideways(folder: Path, looked_at: Any) -> None:
    for place in ("", "#/s//城区-05"):
        page = looked_at(made(folder, "grid.html", *GRID), place, viewport={"width": 390, "height": 800})
        if place:
            page.get_by_role("button", name="全部展开").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_hostile_texts_are_only_texts(folder: Path, looked_at: Any) -> None:
    (folder / "p.kpi").write_text(HOSTILE_POLICY, encoding="utf-8")
    (folder / "f.csv").write_text(HOSTILE_FACTS, encoding="utf-8")
    page = looked_at(made(folder, "hostile.html", folder / "p.kpi", folder / "f.csv"))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    assert names(page) == ['<script>alert("1")</script>', '=HYPERLINK("http://x")', "abc"]
    for at in range(3):
        page.locator("#scores tbody a").nth(at).click()
        page.wait_for_selector("#account .ledger")
        assert "<img src=x onerror=alert(1)>'⟨U+202E⟩" in page.locator("#account").inner_text()
        page.go_back()
        page.wait_for_selector("#scores", state="visible")


def test_a_page_of_one_subject_opens_with_its_account(folder: Path, looked_at: Any) -> None:
    output = folder / "one.html"
    asked = ("--subject", "城区-05", "--rule", "成员收集", "--lang", "zh")
    arguments = ["explain", *map(str, GRID), *asked, "-o", str(output)]
    assert CliRunner().invoke(group, arguments).exit_code == 0
    page = looked_at(output)
    assert page.locator("#account h2").inner_text().split() == ["客户经理", "城区-05"]
    assert page.evaluate("document.activeElement.closest('section').id") == "ledger-成员收集"
    page.get_by_role("link", name="办法原文").click()
    page.wait_for_selector("#policy", state="visible")
    assert not page.locator("#subjects").is_visible()
    page.get_by_role("link", name="账目").click()
    page.wait_for_selector("#account h2", state="visible")
