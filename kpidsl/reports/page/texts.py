"""Texts of many subjects kept small: each text once, in both languages, with blanks for its numbers."""

import re
from typing import TypeAlias

from kpidsl.reports.inert import visible

_NUMBER = re.compile(r"\d(?:[\d,./]*\d)?")
BLANK = "\x01"
"""Followed by a character that says which number goes here, counted from FIRST. No visible text has it."""
FIRST = 0x30

Said: TypeAlias = "int | list[int | str]"
"""The number of a text; where it has blanks, then what goes into them."""


class Texts:
    """Grows as texts are put into it. `pairs`: Chinese and English; only one where they are equal."""

    def __init__(self) -> None:
        self.pairs: list[str | tuple[str, str]] = []
        self._numbers: dict[str | tuple[str, str], int] = {}
        self._told: dict[tuple[str, str], Said] = {}

    def say(self, zh: str, en: str) -> Said:
        """How the page refers to a text."""
        known = self._told.get((zh, en))
        if known is None:
            known = self._told[zh, en] = self._new(visible(zh), visible(en))
        return known

    def _new(self, zh: str, en: str) -> Said:
        numbers: list[str] = _NUMBER.findall(zh)
        frames = _framed(zh, numbers), _framed(en, numbers)
        pair = frames if frames[0] != frames[1] else frames[0]
        at = self._numbers.setdefault(pair, len(self.pairs))
        if at == len(self.pairs):
            self.pairs.append(pair)
        return [at, *numbers] if numbers else at


def _framed(text: str, numbers: list[str]) -> str:
    """`text` with a blank for each of the numbers; one that is not among them stays."""
    left = list(enumerate(numbers))

    def blank(found: re.Match[str]) -> str:
        at = next((i for i, (_, number) in enumerate(left) if number == found[0]), None)
        return found[0] if at is None else BLANK + chr(FIRST + left.pop(at)[0])

    return _NUMBER.sub(blank, text)


def spoken(said: Said, pairs: list[str | tuple[str, str]]) -> tuple[str, str]:
    """The text in both languages, as the page puts it together again."""
    at, *numbers = said if isinstance(said, list) else [said]
    assert isinstance(at, int)
    pair = pairs[at]
    zh, en = (pair, pair) if isinstance(pair, str) else pair

    def fill(frame: str) -> str:
        return re.sub(f"{BLANK}(.)", lambda found: str(numbers[ord(found[1]) - FIRST]), frame, flags=re.DOTALL)

    return fill(zh), fill(en)
