"""What reports say in each language, from phrases.yaml, and values as readers see them."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

from kpidsl.text.words import Lang, load_yaml
from kpidsl.values.kinds import Base, Kind, Value
from kpidsl.values.numerals import readable, written

UNITS = {Base.MONEY: "yuan", Base.DAYS: "days"}


@cache
def phrases(lang: Lang) -> Mapping[str, str]:
    return {name: forms[lang] for name, forms in load_yaml(Path(__file__).parent / "phrases.yaml").items()}


def phrase(lang: Lang, name: str, /, **filled: object) -> str:
    return phrases(lang)[name].format_map(filled)


def value_text(value: Value, kind: Kind, lang: Lang) -> str:
    said = phrases(lang)
    text = written(value, kind, (said["yes"], said["no"], said["missing"]))
    return text + " " + said[UNITS[kind.base]] if kind.base in UNITS and value is not None else text


def signed(amount: Fraction) -> str:
    """An amount with its sign, as it moves a balance."""
    sign = "+" if amount > 0 else "-" if amount < 0 else ""
    text = readable(abs(amount))
    if not text.startswith("≈"):
        return sign + text
    return "≈" + sign + text.removeprefix("≈").replace("(", f"({sign.strip('+')}")
