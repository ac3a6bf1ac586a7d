"""Numbers, shares, dates and yes/no as offices write them, to exact values. Nothing is guessed in silence."""

import re
from datetime import date
from fractions import Fraction

from kpidsl.values.calendar import FIRST, LAST, read_period
from kpidsl.values.kinds import Base, Kind, Value

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00(:00)?)?|(\d{4})(\d{2})(\d{2})")
_SHEET_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "####")
YES, NO = ("是", "yes", "y", "true", "√", "1"), ("否", "no", "n", "false", "×", "0")
LONGEST = 40
# A share without a sign above this is more likely hundredths that lost theirs.
LARGEST_BARE_SHARE = 10
UNIT_HEADERS = {"%": Fraction(1, 100), "元": Fraction(1), "万元": Fraction(10000), "天": Fraction(1)}


class UnreadableError(Exception):
    """A text that is no value of the kind; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


# Full-width forms to half-width ones, and no more: ① is not 1, and ² is not 2.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0xFFE5: 0xA5}


# Characters of format and control, which no sheet shows: zero-width spaces, direction marks, byte order marks, …
_FORMAT = r"\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_UNSEEN = re.compile(rf"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f{_FORMAT}]")
UNFOLDED = re.compile(rf"[\x00-\x1f\x7f-\xa0\u2028\u2029\u3000\uff01-\uff5e\uffe5{_FORMAT}]|  |^ | $")


def fold(text: str) -> str:
    """Half-width, in one line, single-spaced, and without characters that cannot be seen."""
    if not UNFOLDED.search(text):
        return text
    return " ".join(_UNSEEN.sub("", text.translate(_HALF_WIDTH)).split())


def tidy(text: str) -> str:
    """A cell folded, and without the apostrophe by which Excel marks a text."""
    return fold(text).removeprefix("'").strip()


def read(text: str, kind: Kind, scale: Fraction | None = None) -> Value:
    """The value of a tidied text; `scale` is what the header says a bare number is to be multiplied by."""
    if text[:1] == "#" and text.upper().startswith(_SHEET_ERRORS):
        raise UnreadableError("D012")
    match kind.base:
        case Base.TEXT:
            return text
        case Base.ONE_OF:
            if text not in kind.options:
                raise UnreadableError("D014")
            return text
        case Base.YES_NO:
            return _yes_no(text)
        case Base.DATE:
            return _day(text)
        case Base.MONTH | Base.QUARTER | Base.YEAR:
            return _period(text, kind.base)
        case Base.PERCENT | Base.PP:
            return _share(text, scale)
        case Base.COUNT:
            value = _number(text)
            if value.denominator != 1:
                raise UnreadableError("D013")
            return value
        case Base.MONEY:
            bare = text.removeprefix("¥").removesuffix("元").strip()
            return _number(bare) * (scale if scale is not None and bare == text else 1)
        case Base.DAYS:
            return _number(text.removesuffix("天").strip())
    return _number(text)


def is_bare_share(text: str, kind: Kind) -> bool:
    """Whether a share is written without its sign, so that only the header tells 0.86 from 86%."""
    return kind.base in (Base.PERCENT, Base.PP) and _PLAIN.fullmatch(text) is not None


def _number(text: str) -> Fraction:
    text = text.replace("−", "-")
    if len(text) > LONGEST:
        raise UnreadableError("D011")
    if _PLAIN.fullmatch(text):
        return Fraction(text)
    if _GROUPED.fullmatch(text):
        return Fraction(text.replace(",", ""))
    if "," in text and _PLAIN.fullmatch(text.replace(",", "")):
        raise UnreadableError("D015")
    if _SCIENTIFIC.fullmatch(text):
        raise UnreadableError("D016")
    raise UnreadableError("D011")


def _share(text: str, scale: Fraction | None) -> Fraction:
    for sign in ("%", "pp", "个百分点", "百分点"):
        if text.endswith(sign):
            return _number(text.removesuffix(sign).strip()) / 100
    value = _number(text)
    if scale is not None and 0 < abs(value) <= 1:
        raise UnreadableError("D024")
    if scale is not None:
        return value * scale
    if abs(value) > LARGEST_BARE_SHARE:
        raise UnreadableError("D017")
    return value


def _yes_no(text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise UnreadableError("D018")


def _period(text: str, unit: Base) -> date:
    found = read_period(text, unit)
    if found is None:
        raise UnreadableError("D034")
    return found


def _day(text: str) -> date:
    match = _DAY.fullmatch(text)
    if not match:
        raise UnreadableError("D019")
    year, month, day = (int(part) for part in (match.group(1, 2, 3) if match.group(1) else match.group(6, 7, 8)))
    try:
        found = date(year, month, day)
    except ValueError:
        raise UnreadableError("D019") from None
    if not FIRST <= found <= LAST:
        raise UnreadableError("D019")
    return found
