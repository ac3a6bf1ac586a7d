"""Workbooks as offices have them: percents, failed formulas, several sheets, hidden sheets, noise of binary numbers."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from grid import POLICY as POLICY_PATH
from grid import policy, scored
from literate import ROOT

from kpidsl.cli.main import group
from kpidsl.core.lower import lower
from kpidsl.facts.sheets import read_sheets
from kpidsl.reports.template import template
from kpidsl.text.words import LANGS

POLICY = """考核办法 "甲"
  考核对象 客户经理

数据项
  客户经理 : 文本
  完成率   : 百分比 从 0% 到 100%
  奖分     : 分数 可空

指标 成员 分值 10
  加 分段 完成率
    >= 90% : 满分
    < 90%  : 0
  加 奖分 当 奖分 不为空
"""


def workbook(path: Path, fill: Callable[[Any], None]) -> Path:
    book = xlsxwriter.Workbook(path)
    fill(book)
    book.close()
    return path


def sheet(book: Any, name: str, rows: list[list[Any]], header: str = "完成率") -> Any:
    tab = book.add_worksheet(name)
    for line, row in enumerate([["客户经理", header, "奖分"], *rows]):
        for column, cell in enumerate(row):
            tab.write(line, column, *(cell if isinstance(cell, tuple) else (cell,)))
    return tab


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    (folder / "policy.kpi").write_text(POLICY, encoding="utf-8")
    result = CliRunner(catch_exceptions=False).invoke(group, ["run", str(folder / "policy.kpi"), *arguments])
    return result.exit_code, result.output


def test_cells_read_as_excel_shows_them(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        shares = [book.add_format({"num_format": form}) for form in ("0.00%", "0%", 10)]
        sheet(book, "数据", [["甲", (0.9781, shares[0]), 1], ["乙", (0.3 * 3, shares[1])], ["丙", (0.9, shares[2])]])

    (own,) = read_sheets("f.xlsx", workbook(tmp_path / "f.xlsx", fill).read_bytes())
    assert [row[:2] for row in own.rows] == [("甲", "97.81%"), ("乙", "90%"), ("丙", "90%")]


def test_percents_under_a_percent_header_are_not_divided_again(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        share = book.add_format({"num_format": "0.00%"})
        sheet(book, "数据", [["甲", (0.9781, share)], ["乙", 97.81]], header="完成率(%)")

    code, output = run(tmp_path, str(workbook(tmp_path / "f.xlsx", fill)), "--lang", "zh")
    assert code == 0, output
    assert [line.split()[-1] for line in output.splitlines()[-2:]] == ["10", "10"]


def test_a_failed_formula_is_told_and_not_taken_for_a_blank(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        tab = sheet(book, "数据", [["甲", 0.95], ["乙", 0.95]])
        tab.write_formula(2, 2, "=1/0", None, "#DIV/0!")

    code, output = run(tmp_path, str(workbook(tmp_path / "f.xlsx", fill)), "--lang", "en")
    assert code == 1
    assert "row 3, column 奖分: error D012: “#DIV/0!”" in output


def two_months(book: Any) -> None:
    sheet(book, "4月", [["甲", 0.8]])
    sheet(book, "5月", [["甲", 0.95]])


@pytest.mark.parametrize("lang", LANGS)
def test_of_two_sheets_that_fit_one_must_be_named(tmp_path: Path, lang: str) -> None:
    path = str(workbook(tmp_path / "f.xlsx", two_months))
    code, output = run(tmp_path, path, "--lang", lang)
    assert code == 1
    assert {"zh": "错误 D047：", "en": "error D047: "}[lang] in output
    code, output = run(tmp_path, path, "--lang", lang, "--sheet", "5月")
    assert (code, output.split()[-1]) == (0, "10")


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet(book, "4月", [["甲", 0.8]])
        book.get_worksheet_by_name("4月").hide()
        sheet(book, "5月", [["甲", 0.95]]).activate()

    code, output = run(tmp_path, str(workbook(tmp_path / "f.xlsx", fill)))
    assert (code, output.split()[-1]) == (0, "10")


def test_a_title_above_the_header_and_a_wrong_ending(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        tab = book.add_worksheet("数据")
        for line, row in enumerate([["2014年5月考核数据"], [], ["客户经理", "完成率", "奖分"], ["甲", 0.95, 1]]):
            tab.write_row(line, 0, row)

    code, output = run(tmp_path, str(workbook(tmp_path / "f.csv", fill)), "--lang", "zh")
    assert (code, output.split()[-1]) == (0, "11")


def test_the_example_workbook_names_its_sheets() -> None:
    path = ROOT / "examples/grid-2014-05.xlsx"
    assert [found.tab for found in read_sheets(path.name, path.read_bytes())] == ["数据", "统付签约", "高价值回流"]


def test_a_template_that_is_filled_in_runs_as_it_is(tmp_path: Path) -> None:
    facts = read_sheets("f.xlsx", (ROOT / "examples/grid-2014-05.xlsx").read_bytes())
    program = lower(policy(), {})
    columns = {"": program.facts, **{table.name: table for table in program.events}}
    filled = {}
    for name, table in columns.items():
        own = next(sheet for sheet in facts if sheet.tab == (table.header or "数据"))
        places = [own.header.index(item.header) for item in table.fields]
        filled[name] = [[row[place] for place in places] for row in own.rows]
    path = tmp_path / "filled.xlsx"
    path.write_bytes(template(program, "zh", filled))
    expected = [score.total.balance for score in scored().outcome.scores]
    assert [score.total.balance for score in scored(path).outcome.scores] == expected


def test_a_template_of_months_quarters_and_years_runs_as_it_is(tmp_path: Path) -> None:
    """The year has no facts of its own, so it has no sheet."""
    plain = ROOT / "examples/manager-rules-2007.csv"
    managers = str(ROOT / "policies/manager-rules-2007.kpi")
    program = lower(policy(managers), {})
    filled = {}
    for level, path in zip(program.levels, (plain, plain.with_name("manager-rules-2007.季度.csv")), strict=False):
        own = read_sheets(path.name, path.read_bytes())[0]
        places = [own.header.index(item.header) for item in level.facts.fields]
        filled[level.facts.name] = [[row[place] for place in places] for row in own.rows]
    path = tmp_path / "filled.xlsx"
    path.write_bytes(template(program, "zh", filled))
    assert [found.tab for found in read_sheets(path.name, path.read_bytes())] == ["数据", "季度"]
    for found, expected in zip(scored(path, managers).levels, scored(plain, managers).levels, strict=True):
        assert found.outcome.scores == expected.outcome.scores
        assert found.outcome.scores


def test_a_template_has_the_headers_the_kinds_and_the_choices(tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    result = CliRunner().invoke(group, ["template", POLICY_PATH, "-o", str(path), "--lang", "zh"])
    assert result.exit_code == 0, result.output
    tabs = read_sheets(path.name, path.read_bytes())
    assert [tab.tab for tab in tabs] == ["数据", "统付签约", "高价值回流"]
    assert tabs[0].header[:2] == ("客户经理", "区域")
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        comments = package.read("xl/comments1.xml").decode()
    assert "城区,开发区,瓜沥,临浦,义蓬" in sheet
    assert "[0%, 100%]" in comments
    again = CliRunner().invoke(group, ["template", POLICY_PATH, "-o", str(path)])
    assert again.exit_code == 2     # what may have been filled in is not written over
