"""The command line speaks the reader's language: help, and what is wrong with a call."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from literate import ROOT

from kpidsl.cli.main import COMMANDS, group
from kpidsl.cli.spoken import asked_language, said

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row, of which there are none in a text that is Chinese."""


def shown(*words: str) -> str:
    return CliRunner(catch_exceptions=False).invoke(group, [*words], prog_name="kpidsl").output


def ours() -> Iterator[str]:
    """What the commands have to say, as it is written."""
    for name in COMMANDS:
        command = group.get_command(click.Context(group, info_name="kpidsl"), name)
        assert command is not None
        yield from (text for text in (command.help, command.short_help) if text)
        yield from (param.help for param in command.params if isinstance(param, click.Option) and param.help)
    for path in (ROOT / "kpidsl/cli").glob("*.py"):
        for found in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(found, ast.Call) and ast.unparse(found.func) == "click.UsageError":
                yield from (arg.value for arg in found.args if isinstance(arg, ast.Constant))


def test_every_text_has_chinese_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPIDSL_LANG", "en")
    texts = [*ours()]
    assert len(texts) > 90
    assert not [text for text in texts if ENGLISH.search(said(text, "zh"))]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_in_the_language_that_is_asked_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPIDSL_LANG", "zh")
    text = shown(*filter(None, [name]), "--help")
    assert text.startswith("用法：")
    assert not ENGLISH.search(text)
    if name:
        assert shown(name, "--lang", "en", "--help").startswith("Usage: kpidsl")


@pytest.mark.parametrize("words", [
    "run", "run p.kpi", "run p.kpi f.csv g.csv", "run p.kpi f.csv --foo", "run p.kpi f.csv -o", "runn", "--foo",
    "run p.kpi f.csv --engine x", "run p.kpi f.csv --memory x", "run p.kpi f.csv -o x.txt", "run p.kpi f.csv --quiet=x",
    "explain p.kpi f.csv --subject Li -o x.csv", "explain p.kpi --subject Li", "ledger f.parquet -o x.txt",
    "report p.kpi f.csv", "run p.kpi f.csv",
])  # fmt: skip
def test_a_wrong_call_is_told_in_the_language_that_is_asked_for(words: str, tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIDSL_LANG", "zh")
    text = shown(*words.split())
    assert not ENGLISH.search(text), text
    assert re.search("[一-鿿]", text)
    monkeypatch.setenv("KPIDSL_LANG", "en")
    assert not re.search("[一-鿿]", shown(*words.split()))


def test_the_language_is_the_one_asked_for_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPIDSL_LANG", "zh")
    assert asked_language(["run", "--lang", "en"]) == asked_language(["--lang=en", "run"]) == "en"
    assert asked_language(["run", "--lang"]) == asked_language(["run", "--lang", "fr"]) == "zh"
