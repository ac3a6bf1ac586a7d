"""Every code of the catalogue has a smallest case in tests/findings/ that prints it in both languages."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from literate import ROOT
from pages import pages

from kpidsl.cli.main import group
from kpidsl.syntax.layout import LONGEST_TEXT
from kpidsl.text.wording import LABELS, catalogue
from kpidsl.text.words import LANGS, Lang

CASES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests/findings").glob("*.md")}
# What no small UTF-8 block can be: a file of too many characters, and one that is no text.
AS_BYTES = {"L006": b"#" * (LONGEST_TEXT + 1), "L007": b"\xff"}
# What needs a workbook: tests/test_workbooks.py.
IN_WORKBOOKS = {"D047"}
# What needs a database, or a million rows: tests/test_databases.py, tests/test_database_results.py.
IN_DATABASES = {"D062", "D063", "D064", "D066"}
# These only follow from a fault of a row.
WITH_OTHERS = {"D023": {"D011"}, "D048": {"D011"}, "D085": {"D011"}, "D035": {"D039"}, "D022": {"D023"}}


def test_every_code_has_a_case() -> None:
    assert {*CASES, *AS_BYTES, *IN_WORKBOOKS, *IN_DATABASES} == {*catalogue()}


def test_every_code_has_its_page() -> None:
    """`make examples` writes them."""
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs/findings").glob("*.md")}
    assert written == pages()


def test_the_reference_names_every_code() -> None:
    reference = (ROOT / "docs/language.md").read_text(encoding="utf-8")
    assert not [code for code in catalogue() if code not in reference and not code.startswith("D01")]


@pytest.mark.parametrize("code", sorted(CASES))
def test_case_prints_its_code_in_both_languages_and_no_other(code: str) -> None:
    assert CASES[code].startswith(f"# {code}: ")
    for lang in LANGS:
        severity = LABELS[lang][catalogue()[code].get("severity", "error")]
        assert f"{severity} {code}{LABELS[lang]['colon']}" in CASES[code]
    printed = re.findall(r"(?:error|warning|错误|警告) ([A-Z]\d{3})\b", CASES[code])
    assert {*printed} == {code} | WITH_OTHERS.get(code, set())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", sorted(AS_BYTES))
def test_file_of_bytes_prints_its_code(code: str, lang: Lang, tmp_path: Path) -> None:
    policy = tmp_path / "policy.kpi"
    policy.write_bytes(AS_BYTES[code])
    result = CliRunner(catch_exceptions=False).invoke(group, ["check", str(policy), "--lang", lang])
    assert result.exit_code == 1
    assert f" {code}{LABELS[lang]['colon']}" in result.output
