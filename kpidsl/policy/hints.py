"""What a writer probably meant, to be told with a finding; empty where nothing suggests itself."""

from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Phrase, Word
from kpidsl.text.words import word_table
from kpidsl.values.kinds import Base, Kind

# Chinese keywords that writers run together with the names beside them.
_BETWEEN_NAMES = ("AND", "OR", "IS_PRESENT", "IS_MISSING", "WHEN", "IS_ONE_OF")


def unglued(text: str, scope: Scope) -> str:
    """`text` with spaces, where it is names that are known with a keyword between or behind them."""
    for token in _BETWEEN_NAMES:
        word = word_table().words[token]["zh"]
        left, found, right = text.partition(word)
        if found and scope.knows(left) and (not right or scope.knows(right)):
            return f"{left} {word} {right}".strip()
    return ""


def as_percent(node: t.Expr, kind: Kind, other: Kind) -> str | Phrase:
    """What a bare number beside a percent was probably meant to be: 80 as 80%."""
    if not isinstance(node, t.Quantity) or kind.base is not Base.NUMBER:
        return ""
    if other.base is Base.PP:
        return Phrase((node.span.text, Word("PP")))
    return node.span.text + "%" if other.base is Base.PERCENT else ""


def unit_for(unit: t.Quantity, kind: Kind) -> str | Phrase:
    """The number of `unit` with the unit that `kind` is measured in."""
    text = unit.span.text.rstrip("%％").removesuffix("pp").removesuffix("百分点").strip()
    if kind.base is Base.PERCENT:
        return text + "%"
    words = {Base.PP: "PP", Base.MONEY: "YUAN", Base.DAYS: "DAYS"}
    return Phrase((text, Word(words[kind.base]))) if kind.base in words else ""
