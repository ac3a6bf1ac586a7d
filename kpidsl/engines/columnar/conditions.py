"""Conditions of SQL, with those that always or never hold taken out."""

from typing import NamedTuple

NOWHERE = -1
"""The depth of what uses no column of the subject."""


class Condition(NamedTuple):
    """SQL that is true or false wherever it can be worked out; `depth`: the layer whose columns it uses."""

    text: str
    depth: int = NOWHERE


NOT = "(NOT "
TRUE, FALSE = Condition("TRUE"), Condition("FALSE")


def every(*conditions: Condition) -> Condition:
    return _joined("AND", TRUE, FALSE, conditions)


def some(*conditions: Condition) -> Condition:
    return _joined("OR", FALSE, TRUE, conditions)


def _joined(word: str, neutral: Condition, deciding: Condition, conditions: tuple[Condition, ...]) -> Condition:
    if deciding in conditions:
        return deciding
    kept = [condition for condition in dict.fromkeys(conditions) if condition != neutral]
    if any(opposite(condition) in kept for condition in kept):
        return deciding
    if len(kept) < 2:
        return kept[0] if kept else neutral
    return Condition("(" + f" {word} ".join(item.text for item in kept) + ")", max(item.depth for item in kept))


def opposite(of: Condition) -> Condition:
    if of in (TRUE, FALSE):
        return FALSE if of == TRUE else TRUE
    if of.text.startswith(NOT):
        return Condition(of.text[len(NOT) : -1], of.depth)
    return Condition(f"{NOT}{of.text})", of.depth)


def chosen(cases: list[tuple[Condition, Condition]], otherwise: Condition) -> Condition:
    """What the first case that holds says."""
    if all(said == otherwise for _, said in cases):
        return otherwise
    text = " ".join(f"WHEN {when.text} THEN {said.text}" for when, said in cases)
    depth = max(item.depth for case in cases for item in (*case, otherwise))
    return Condition(f"CASE {text} ELSE {otherwise.text} END", depth)
