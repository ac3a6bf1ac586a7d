"""Mends that are ready: what they promise they do, over all seeded slips, and they touch nothing else."""

import json
import os
import stat
from os.path import realpath
from pathlib import Path

import hypothesis.strategies as st
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from literate import ROOT
from test_faults import ALL, Fault

from kpidsl.cli.check import _check
from kpidsl.cli.drafts import Draft, read_draft
from kpidsl.cli.fix import fixed_for
from kpidsl.cli.main import group
from kpidsl.cli.terminal import read_source
from kpidsl.syntax.parse import parse
from kpidsl.text.findings import Finding
from kpidsl.text.mends import edited, edits
from kpidsl.text.slips import one_slip
from kpidsl.text.source import Source, Span
from kpidsl.text.wording import texts

FAULTS = [fault for family in ALL.values() for fault in family]
# Of the seeded slips: those whose finding has a mend, and those of them where it gives the very text back. The others
# say the same in another layout, or with the factors the other way about.
WITH_MEND, SAME_TEXT = 35, 28


def checked(path: Path, text: str) -> list[Finding]:
    """What is found in `path` if it held `text`."""

    def read(asked: str) -> Source:
        return Source(asked, text) if realpath(asked) == realpath(path) else read_source(asked)

    return _check(str(path), read)


def unread(path: Path, text: str) -> int:
    return len(parse(Source(str(path), text))[1])


def slipped(fault: Fault) -> tuple[Path, str]:
    path = ROOT / fault.file
    return path, path.read_text(encoding="utf-8").replace(fault.old, fault.new)


def key(finding: Finding) -> tuple[str, str]:
    return finding.code, texts(finding, "en")["what"]


def test_every_mend_of_a_slip_leaves_a_file_without_its_finding() -> None:
    mended, same = 0, 0
    for fault in FAULTS:
        path, text = slipped(fault)
        found = [finding for finding in checked(path, text) if edits(finding)]
        for finding in found:
            new = edited(text, edits(finding))
            assert key(finding) not in map(key, checked(path, new)), fault.name
            assert unread(path, new) <= unread(path, text), fault.name
        fixed = fixed_for(str(path), {realpath(path): Draft(str(path), text, "utf-8")}, _check)
        mended += bool(found)
        same += fixed.drafts[realpath(path)].raw == path.read_text(encoding="utf-8")
        assert bool(fixed.done) is bool(found)
        assert not fixed.failed, fault.name
    assert (mended, same, len(FAULTS)) == (WITH_MEND, SAME_TEXT, 165)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([ROOT / "policies/grid-2014.kpi", ROOT / "policies/manager-rules-2007.kpi"]))
def test_no_text_is_worse_after_its_mends(draw: st.DataObject, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(text) - 1))
        cut = draw.draw(st.integers(0, 2))
        text = text[:at] + draw.draw(st.sampled_from(["", "%", "1", "。", "；", "[", "满", "a", text[at : at + 30]])) \
            + text[at + cut :]  # fmt: skip
    for finding in checked(path, text):
        if edits(finding):
            checked(path, edited(text, edits(finding)))
    fixed = fixed_for(str(path), {realpath(path): Draft(str(path), text, "utf-8")}, _check)
    after = fixed.drafts[realpath(path)].text
    assert unread(path, after) <= unread(path, text)
    assert bool(fixed.done) is (after != text)


BANDS = """考核办法 "等级" 版本 2014-05
  考核对象 客户经理

数据项
  客户经理　：文本　＃ 全角
  得分 : 分数

指标 质量 分值 10
  加 得分

定级 等级 依 总分
  ≥ １１０　：A
  【100， 109】：B
  < 100 : C
"""


def fix(*arguments: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(group, ["check", "--fix", *arguments, "--lang", "en"])


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("utf-8", "\r\n"), ("utf-8-sig", "\r\n"),
                                               ("gb18030", "\r\n"), ("utf-8", "\r")])  # fmt: skip
def test_all_else_of_the_file_stays_byte_by_byte(encoding: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / "p.kpi"
    text = BANDS.replace("\n", end)
    path.write_bytes(text.encode(encoding))
    assert fix(str(path)).exit_code == 0
    assert path.read_bytes() == text.replace("109】", "１１０）").encode(encoding)


def test_a_draft_knows_its_places_whatever_ends_its_lines() -> None:
    draft = Draft("p", "a\r\nb\rc\nd", "utf-8")
    source = Source("p", draft.text)
    assert draft.mended(edits(ready(Span(source, 2, 7), "x\ny"))).raw == "a\r\nx\r\ny"
    assert draft.mended(edits(ready(Span(source, 1, 2), ""))).raw == "ab\rc\nd"


def ready(span: Span, text: str) -> Finding:
    from kpidsl.text.findings import Ready

    return Finding("N001", span, {"name": "", "near": Ready(text, span)})


def test_the_file_keeps_its_mode_and_its_link_and_one_that_is_clean_is_not_written(tmp_path: Path) -> None:
    path, link = tmp_path / "p.kpi", tmp_path / "link.kpi"
    path.write_text(BANDS, encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    assert fix(str(link)).exit_code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "１１０）" in path.read_text(encoding="utf-8")
    os.utime(path, (1, 1))
    assert "written" not in fix(str(path)).output
    assert path.stat().st_mtime == 1
    assert sorted(tmp_path.iterdir()) == [link, path]


def test_standard_input_is_no_file_that_could_be_changed() -> None:
    result = fix("-")
    assert result.exit_code == 2
    assert "standard input" in result.output


def test_machines_get_the_edits(tmp_path: Path) -> None:
    path = tmp_path / "p.kpi"
    path.write_text(BANDS, encoding="utf-8")

    def told(form: str) -> str:
        return CliRunner().invoke(group, ["check", str(path), "--format", form, "--lang", "en"]).stdout

    (found,) = json.loads(told("json"))
    (change,) = found["edits"]
    text = BANDS[: change["start"]] + change["new"] + BANDS[change["end"] :]
    assert text == BANDS.replace("109】", "１１０）")
    assert (change["old"], change["line"], change["column"], change["end_column"]) == ("【100， 109】", 13, 3, 13)
    (result,) = json.loads(told("sarif"))["runs"][0]["results"]
    (changed,) = result["fixes"][0]["artifactChanges"]
    assert changed == {"artifactLocation": {"uri": str(path)}, "replacements": [{
        "deletedRegion": {"startLine": 13, "startColumn": 3, "endLine": 13, "endColumn": 13},
        "insertedContent": {"text": "【100， １１０）"}}]}  # fmt: skip
    assert "%0Acheck --fix: 【100， 109】 → 【100， １１０）" in told("github")
    left = CliRunner().invoke(group, ["check", str(path), "--fix", "--format", "json", "--lang", "en"])
    assert json.loads(left.stdout) == []
    assert "mended (P025)" in left.stderr
    assert read_draft(str(path)).text == text


@pytest.mark.parametrize(("word", "known"), [("collcted", "collected"), ("未走访末续签数", "未走访未续签数"),
                                             ("colelcted", "collected"), ("满意度", "满意率")])  # fmt: skip
def test_one_slip(word: str, known: str) -> None:
    assert one_slip(word, known)
    assert one_slip(known, word)


@pytest.mark.parametrize(("word", "known"), [("不满意率", "满意率"), ("应收总额", "实收总额"), ("及格", "合格"),
                                             ("二季度收入", "一季度收入"), ("城区-05", "城区-07"),
                                             ("collected", "collected"), ("第1周回流", "第2周回流"),
                                             ("cllcted", "collected")])  # fmt: skip
def test_another_thing_is_no_slip(word: str, known: str) -> None:
    assert not one_slip(word, known)
    assert not one_slip(known, word)
