"""Written forms of exact numbers, for people: 92.5%, 1,234, 3/7."""

from datetime import date
from fractions import Fraction

from kpidsl.values.calendar import label
from kpidsl.values.kinds import PERIODS, Base, Kind, Value
from kpidsl.values.rounding import Mode, round_to

APPROXIMATE_DIGITS = 6
LARGEST_SHOWN = 10**6
PERCENT_LIKE = (Base.PERCENT, Base.PP)


def decimal_places(value: Fraction) -> int | None:
    """How many decimals write `value` exactly; None where no finite number does."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def fixed(value: Fraction, places: int) -> str:
    """`value`, which must be a multiple of 10**-places, with exactly that many decimals."""
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def exact(value: Fraction) -> str:
    """A decimal where one is exact, a fraction otherwise. Reads back as the same number."""
    places = decimal_places(value)
    return fixed(value, places) if places is not None else f"{value.numerator}/{value.denominator}"


def readable(value: Fraction) -> str:
    """The exact decimal where it is short; otherwise a rounded one, marked, with the exact fraction."""
    return _short(value) or _approximate(value, value, APPROXIMATE_DIGITS, "")


def percent(value: Fraction, sign: str) -> str:
    """`value` in hundredths with `sign`, its exact fraction alongside where decimals do not end."""
    short = _short(value * 100)
    return short + sign if short else _approximate(value * 100, value, APPROXIMATE_DIGITS - 2, sign)


def _short(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    places = decimal_places(value)
    return fixed(value, places) if places is not None and places <= 2 * APPROXIMATE_DIGITS else ""


def _approximate(shown: Fraction, value: Fraction, digits: int, sign: str) -> str:
    """Rounded and marked; with the exact fraction where that is short enough to calculate with by hand."""
    rounded = f"≈{fixed(round_to(shown, Fraction(1, 10**digits), Mode.HALF_UP), digits)}{sign}"
    return f"{rounded} ({value.numerator}/{value.denominator})" if value.denominator < LARGEST_SHOWN else rounded


def written(value: Value, kind: Kind, words: tuple[str, str, str]) -> str:
    """A value as a reader sees it; `words` are those for yes, no and missing."""
    match value:
        case None:
            return words[2]
        case bool():
            return words[0] if value else words[1]
        case str():
            return value
        case date():
            return label(kind.base, value) if kind.base in PERIODS else value.isoformat()
    if kind.base in PERCENT_LIKE:
        return percent(value, "%" if kind.base is Base.PERCENT else "pp")
    return readable(value)
