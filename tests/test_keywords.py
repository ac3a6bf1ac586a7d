"""The keywords: the reference lists them all, and no two of them can be taken for another."""

import re
from itertools import product

import pytest
from literate import ROOT

from kpidsl.syntax.tokens import tokenize
from kpidsl.text.source import Source
from kpidsl.text.words import LANGS, Lang, word_table

WORDS = word_table().words
# “count of” is a keyword itself. A kind ends its declaration or stands before a range, “of” only before what is
# measured, after a number or its unit: no line holds a count and an “of” side by side.
RUN_TOGETHER = {("en", "COUNT", "OF")}


def lexed(text: str) -> list[str]:
    return [token.type for token in tokenize(Source("", text), 0, len(text), [])]


def test_the_reference_lists_every_keyword() -> None:
    reference = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    table = re.split(r"\n## \d+\. Keywords\n", reference)[1]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `")]
    assert [tuple(cell.strip(" `") for cell in row) for row in rows] == [(w["en"], w["zh"]) for w in WORDS.values()]


def test_the_chinese_guide_lists_every_keyword() -> None:
    guide = (ROOT / "docs" / "language.zh.md").read_text(encoding="utf-8")
    assert not [w for w in WORDS.values() if f"| `{w['zh']}` | `{w['en']}` |" not in guide]


def test_no_two_keywords_share_a_word() -> None:
    forms = [form for forms in WORDS.values() for form in forms.values()]
    assert len(set(forms)) == len(forms)


@pytest.mark.parametrize("lang", LANGS)
def test_keywords_side_by_side_stay_apart(lang: Lang) -> None:
    pairs = product(WORDS, repeat=2)
    merged = {(lang, a, b) for a, b in pairs if lexed(f"{WORDS[a][lang]} {WORDS[b][lang]}") != [a, b]}
    assert merged == {pair for pair in RUN_TOGETHER if pair[0] == lang}
