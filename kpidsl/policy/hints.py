"""What a writer probably meant, to be told with a finding; empty where nothing suggests itself."""

from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Argument, Phrase, Ready, Word
from kpidsl.text.words import word_table
from kpidsl.values.kinds import Base, Kind
from kpidsl.values.numerals import percent

# Chinese keywords that writers run together with the names beside them.
_BETWEEN_NAMES = ("AND", "OR", "IS_PRESENT", "IS_MISSING", "WHEN", "IS_ONE_OF")


def unglued(node: t.Name, scope: Scope) -> str | Ready:
    """The name with spaces, where it is names that are known with a keyword between or behind them."""
    for token in _BETWEEN_NAMES:
        word = word_table().words[token]["zh"]
        left, found, right = node.text.partition(word)
        if found and scope.knows(left) and (not right or scope.knows(right)):
            return Ready(f"{left} {word} {right}".strip(), node.span)
    return ""


def as_percent(node: t.Expr, kind: Kind, other: Kind) -> Argument:
    """What a bare number beside a percent was probably meant to be: 80 as 80%. What is less than 2 is more likely a
    share: 0.8 as 80%, 1 as 100%.
    """
    if not isinstance(node, t.Quantity) or kind.base is not Base.NUMBER or other.base not in (Base.PERCENT, Base.PP):
        return ""
    if other.base is Base.PP:
        text: Argument = Phrase((node.span.text, Word("PP")))
    else:
        text = node.span.text + "%" if abs(node.value) >= 2 else percent(node.value, "%")
    return Ready(text, node.span) if abs(node.value) >= 2 else text


def unit_for(unit: t.Quantity, own: Kind, kind: Kind) -> Argument:
    """A step in the kind of what it counts. A whole number of percents, of days or of money is plainly meant so."""
    text = unit.span.text.rstrip("%％").removesuffix("pp").removesuffix("百分点").strip()
    words = {Base.PP: "PP", Base.MONEY: "YUAN", Base.DAYS: "DAYS"}
    if kind.base is not Base.PERCENT and kind.base not in words:
        return ""
    near: Argument = text + "%" if kind.base is Base.PERCENT else Phrase((text, Word(words[kind.base])))
    shares = (Base.PERCENT, Base.PP)
    plain = (own.base is Base.NUMBER and unit.value >= 1) or (own.base in shares and kind.base in shares)
    return Ready(near, unit.span) if plain else near
