"""Texts of cells: folded, and read as offices write them."""

import unicodedata
from datetime import date
from fractions import Fraction

import pytest

from kpidsl.values import kinds as k
from kpidsl.values.kinds import Base, Kind, Value
from kpidsl.values.reading import UnreadableError, fold, read, tidy

YUAN = Kind(Base.MONEY, currency="YUAN")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("甲", "甲"), ("  甲 ", "甲"), ("１，２３４", "1,234"), ("８６％", "86%"), ("（东）", "(东)"),
        ("\u3000甲\u3000乙", "甲 乙"),
        ("甲\n乙", "甲 乙"), ("a  b", "a b"), ("\ufeff甲\u200b", "甲"), ("\u202e12", "12"), ("￥5", "¥5"), ("①", "①"),
        ("2²", "2²"), ("Ⅲ", "Ⅲ"), ("a\x00b\x1b", "ab"), ("\t甲\xa0", "甲"), ("", ""), (" ", ""),
    ],
)  # fmt: skip
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_what_cannot_be_seen_is_taken_out() -> None:
    unseen = [chr(c) for c in range(0x3100) if unicodedata.category(chr(c)) == "Cf" and chr(c) not in ARABIC]
    assert not [f"{ord(c):04X}" for c in unseen if fold(f"a{c}b") != "ab"]


# Signs before Arabic numbers and letters, which are seen in their way.
ARABIC = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1,234", k.COUNT, Fraction(1234)), ("-3", k.COUNT, Fraction(-3)), ("12.50", k.NUMBER, Fraction(25, 2)),
        (".5", k.NUMBER, Fraction(1, 2)), ("86.00%", k.PERCENT, Fraction(86, 100)),
        ("86%", k.PERCENT, Fraction(86, 100)),
        ("0.86", k.PERCENT, Fraction(86, 100)), ("2.5pp", k.PP, Fraction(25, 1000)),
        ("2个百分点", k.PP, Fraction(2, 100)),
        ("¥3,000.50元", YUAN, Fraction("3000.5")), ("30天", k.DAYS, Fraction(30)), ("是", k.YES_NO, True),
        ("No", k.YES_NO, False),
        ("2014-05-31", k.DATE, date(2014, 5, 31)), ("2014/5/3", k.DATE, date(2014, 5, 3)),
        ("2014年5月3日", k.DATE, date(2014, 5, 3)),
        ("20140503", k.DATE, date(2014, 5, 3)), ("甲", k.TEXT, "甲"),
    ],
)  # fmt: skip
def test_reading(text: str, kind: Kind, value: Value) -> None:
    assert read(tidy(text), kind) == value


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("一", k.COUNT, "D011"), ("26①", k.COUNT, "D011"), ("1" * 50, k.COUNT, "D011"), ("#N/A", k.COUNT, "D012"),
        ("1.5", k.COUNT, "D013"), ("丙", Kind(Base.ONE_OF, options=("甲",)), "D014"), ("1,23", k.NUMBER, "D015"),
        ("1e5", k.NUMBER, "D016"), ("86", k.PERCENT, "D017"), ("也许", k.YES_NO, "D018"),
        ("2014-02-30", k.DATE, "D019"),
    ],
)  # fmt: skip
def test_refusing(text: str, kind: Kind, code: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(tidy(text), kind)
    assert refused.value.code == code


def test_a_header_with_a_percent_sign() -> None:
    scale = Fraction(1, 100)
    assert read("86", k.PERCENT, scale) == read("86%", k.PERCENT, scale) == Fraction(86, 100)
    assert read("0", k.PERCENT, scale) == 0
    with pytest.raises(UnreadableError):
        read("0.86", k.PERCENT, scale)
