"""Words that are one slip of the pen apart, and those that look so and name different things."""

import re
from itertools import takewhile

_DIGITS = re.compile(r"\d+")
# One of these in the place of another is another thing: the second quarter for the first, receivable for received.
_LABELS = frozenset("一二三四五六七八九十甲乙丙丁东西南北上下左右前后本去今明高低多少增减加扣应实收支内外新老大中小"
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ")  # fmt: skip
_NEGATIONS = frozenset("不非未无否没")
SHORTEST = 3
"""Of two characters one is half the word: such a word may be another one."""


def one_slip(word: str, known: str) -> bool:
    """Whether one character was mistaken, put in or left out, or two neighbours changed places."""
    if min(len(word), len(known)) < SHORTEST or other_number(word, known):
        return False
    same = _alike(word, known)
    behind = _alike(word[same:][::-1], known[same:][::-1])
    one, other = word[same : len(word) - behind], known[same : len(known) - behind]
    if len(one) == len(other) == 2:
        return one == other[::-1]
    if {len(one), len(other)} == {0, 1}:
        return one + other not in _NEGATIONS
    return len(one) == len(other) == 1 and not {one, other} <= _LABELS


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def other_number(word: str, known: str) -> bool:
    """Whether the two differ only in their numbers: 城区-05 is no slip for 城区-07; 城区-5 may be one for 城区-05."""
    numbers, others = ([int(digits) for digits in _DIGITS.findall(text)] for text in (word, known))
    return numbers != others and _DIGITS.sub("", word) == _DIGITS.sub("", known)
