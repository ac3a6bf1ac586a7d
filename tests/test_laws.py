"""Laws that hold for all texts and all facts."""

import json
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import hypothesis.strategies as st
import pytest
from grid import POLICY, scored
from hypothesis import given, settings
from literate import ROOT

from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Case, Event, Row, Score
from kpidsl.engines.exact import run
from kpidsl.ledger.losses import losses
from kpidsl.ledger.reconcile import reconcile, statement_of
from kpidsl.reports.account_json import as_json
from kpidsl.syntax.format import format_text
from kpidsl.syntax.parse import parse
from kpidsl.syntax.translate import translate
from kpidsl.text.source import Source
from kpidsl.text.words import LANGS
from kpidsl.values.kinds import Base, Value
from kpidsl.values.rounding import Mode, round_to

POLICIES = sorted((ROOT / "policies").glob("*.kpi"))
_BLOCK = re.compile(r"^```kpi [^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = [block for folder in ("docs", "tests/cases", "tests/findings") for path in sorted((ROOT / folder).glob("*.md"))
         for block in _BLOCK.findall(path.read_text(encoding="utf-8"))]  # fmt: skip
FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=10_000)


# ---- facts


def cell(item: Field) -> st.SearchStrategy[Value]:
    """Any value that the field admits, its bounds among the likeliest."""
    low = item.range.low if item.range.low is not None else Fraction(-100)
    high = item.range.high if item.range.high is not None else low + 3000
    edges = st.sampled_from([low, high, (low + high) / 2, *(Fraction(p, 100) for p in (30, 40, 80, 90, 93, 100))])
    whole = st.integers(int(low), int(high)).map(Fraction)
    shares = st.integers(int(low * 10_000), int(high * 10_000)).map(lambda n: Fraction(n, 10_000))
    numbers = whole if item.kind.base is Base.COUNT else st.one_of(edges, shares)
    choices: dict[Base, st.SearchStrategy[Value]] = {
        Base.TEXT: st.text("甲乙丙", min_size=1, max_size=3),
        Base.ONE_OF: st.sampled_from(item.kind.options or ("",)),
        Base.YES_NO: st.booleans(),
        Base.DATE: st.dates(date(2013, 1, 1), date(2014, 12, 31)),
        Base.MONTH: st.just(date(2014, 5, 1)),
    }
    values = choices.get(item.kind.base, numbers.filter(item.range.holds))
    return st.one_of(values, st.none()) if item.optional else values


def row(table: Table) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({item.name: cell(item) for item in table.fields})


def case(program: Program) -> st.SearchStrategy[Case]:
    events = {table.name: st.lists(row(table).map(lambda values: Event(2, values)), max_size=4)
              for table in program.events}  # fmt: skip
    return st.builds(Case, st.just(2), row(program.facts), st.fixed_dictionaries(events))


def grid() -> Program:
    return scored().program


def region() -> Program:
    return scored(ROOT / "examples/grid-2014-linpu-05.csv", str(ROOT / "policies/grid-2014-linpu.kpi")).program


@pytest.mark.parametrize("program", [grid, region])
def test_every_ledger_sums_to_its_score_and_every_total_to_its_rules(program: Callable[[], Program]) -> None:
    @settings(max_examples=150, deadline=None)
    @given(case(program()))
    def law(facts: Case) -> None:
        outcome = run(program(), [[facts]])[0]
        assert len(outcome.scores) + len({u.row for u in outcome.unscored}) == 1
        for score in outcome.scores:
            sums_up(score)

    law()


def sums_up(score: Score) -> None:
    """Added up here once more, from the entries alone."""
    for account in score.accounts.values():
        if account.balance is None:
            continue
        assert sum((entry.amount for entry in account.entries), Fraction(0)) == account.balance
        for entry in account.entries:
            if entry.verb == "carry" and not entry.reason:
                assert entry.amount == score.accounts[entry.ledger].balance
    rules = [a.balance for a in score.accounts.values() if a.role == "rule" and a.balance is not None]
    assert sum(rules, Fraction(0)) == score.total.balance
    assert reconcile(score).score == score.total.balance
    for account in score.accounts.values():
        if account.balance is not None:
            lost = sum((loss.amount for loss in losses(account, score)), Fraction(0))
            assert statement_of(account, score).full + lost == account.balance


# ---- numbers


@given(FRACTIONS, st.sampled_from([Fraction(1), Fraction(1, 100), Fraction(1, 5), Fraction(3000)]),
       st.sampled_from(list(Mode)))  # fmt: skip
def test_rounding_gives_the_multiple_that_its_mode_names(value: Fraction, step: Fraction, mode: Mode) -> None:
    rounded = round_to(value, step, mode)
    off = rounded - value
    assert (rounded / step).denominator == 1
    assert abs(off) < step
    if mode in (Mode.HALF_UP, Mode.HALF_EVEN):
        assert abs(off) <= step / 2
    if mode is Mode.HALF_UP and abs(off) == step / 2:
        assert abs(rounded) > abs(value)
    if mode is Mode.HALF_EVEN and abs(off) == step / 2:
        assert (rounded / step) % 2 == 0
    assert {Mode.UP: abs(rounded) >= abs(value), Mode.DOWN: abs(rounded) <= abs(value), Mode.FLOOR: off <= 0,
            Mode.CEILING: off >= 0}.get(mode, True)  # fmt: skip


# ---- texts


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_translation_there_and_back_gives_the_same_text_and_the_same_tree(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree, findings = parse(Source("", text))
    assert not findings
    for there, back in (("en", "zh"), ("zh", "en")):
        other = translate(text, there)
        assert parse(Source("", other)) == (tree, [])
        assert translate(translate(other, back), there) == other


@pytest.mark.parametrize("text", SHOWN, ids=range(len(SHOWN)))
def test_every_policy_that_is_shown_translates_and_lays_out(text: str) -> None:
    """Those of the documents and the cases; between them they use every form. Those with faults are left out."""
    tree, findings = parse(Source("", text))
    if findings:
        return
    for lang in LANGS:
        other = translate(text, lang)
        assert parse(Source("", other)) == (tree, [])
        assert translate(translate(other, "zh" if lang == "en" else "en"), lang) == other
    laid_out = format_text(text)
    assert parse(Source("", laid_out)) == (tree, [])
    assert format_text(laid_out) == laid_out


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_policies_are_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_text(text) == text


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(POLICIES))
def test_layout_keeps_the_tree_and_the_comments_and_is_stable(draw: st.DataObject, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    width = draw.draw(st.sampled_from([1, 3]))
    loose = "\n".join(" " * ((len(line) - len(line.lstrip())) * width) + line.lstrip() for line in text.split("\n"))
    loose = loose.replace("  ", draw.draw(st.sampled_from(["   ", " \u3000 ", "  "]))) if width == 3 else loose
    tree, findings = parse(Source("", loose))
    assert not findings
    laid_out = format_text(loose)
    again, found = parse(Source("", laid_out))
    assert (again, again.comments, found) == (tree, tree.comments, [])
    assert format_text(laid_out) == laid_out


def test_full_width_punctuation_and_digits_mean_the_same() -> None:
    text = Path(POLICY).read_text(encoding="utf-8")
    code = "\n".join(line.split("#")[0].rstrip() for line in text.split("\n"))
    quoted = code.split('"')
    wide = str.maketrans("0123456789%:,()[]<>=+-*/", "０１２３４５６７８９％：，（）【】＜＞＝＋－×÷")
    for at in range(0, len(quoted), 2):
        dates = quoted[at].replace(" 2014-05", " \0").replace(">=", "≥").replace("<=", "≤")
        names = [word if word[:1].isalpha() else word.translate(wide) for word in dates.split(" ")]
        quoted[at] = " ".join(names).replace("\0", "2014-05")
    assert parse(Source("", '"'.join(quoted)))[0] == parse(Source("", code))[0]


def test_an_explanation_as_json_holds_the_ledger_to_the_last_digit() -> None:
    run_ = scored()
    for score in run_.outcome.scores:
        told = json.loads(as_json([(score, run_.program)], run_.manifest))["explained"][0]
        assert Fraction(told["total"]) == score.total.balance
        lost = sum((Fraction(loss["amount"]) for loss in told["losses"]), Fraction(0))
        assert Fraction(told["statement"]["full"]) + lost == score.total.balance
        for name, account in score.accounts.items():
            ledger = told["ledgers"][name or "total"]
            assert [Fraction(entry["amount"]) for entry in ledger["entries"]] == [e.amount for e in account.entries]
            assert (ledger["balance"] and Fraction(ledger["balance"])) == account.balance
