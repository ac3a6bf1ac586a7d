"""Conditions of SQL, with those that always or never hold taken out."""

from typing import NamedTuple

NOWHERE = -1
"""The depth of what uses no column of the subject."""


class Condition(NamedTuple):
    """SQL that is true or false wherever it can be worked out; `depth`: the layer whose columns it uses.

    What it is joined from are its `parts`, with the `word` between them.
    """

    text: str
    depth: int = NOWHERE
    word: str = ""
    parts: tuple["Condition", ...] = ()


TRUE, FALSE = Condition("TRUE"), Condition("FALSE")


def every(*conditions: Condition) -> Condition:
    return _joined("AND", TRUE, FALSE, conditions)


def some(*conditions: Condition) -> Condition:
    return _joined("OR", FALSE, TRUE, conditions)


def _joined(word: str, neutral: Condition, deciding: Condition, conditions: tuple[Condition, ...]) -> Condition:
    parts = [part for condition in conditions for part in (condition.parts if condition.word == word else (condition,))]
    if deciding in parts:
        return deciding
    kept = tuple(condition for condition in dict.fromkeys(parts) if condition != neutral)
    if any(opposite(condition) in kept for condition in kept):
        return deciding
    if len(kept) < 2:
        return kept[0] if kept else neutral
    text = "(" + f" {word} ".join(item.text for item in kept) + ")"
    return Condition(text, max(item.depth for item in kept), word, kept)


def opposite(of: Condition) -> Condition:
    if of in (TRUE, FALSE):
        return FALSE if of == TRUE else TRUE
    return of.parts[0] if of.word == "NOT" else Condition(f"(NOT {of.text})", of.depth, "NOT", (of,))


def chosen(cases: list[tuple[Condition, Condition]], otherwise: Condition) -> Condition:
    """What the first case that holds says."""
    if all(said == otherwise for _, said in cases):
        return otherwise
    text = " ".join(f"WHEN {when.text} THEN {said.text}" for when, said in cases)
    depth = max(item.depth for case in cases for item in (*case, otherwise))
    return Condition(f"CASE {text} ELSE {otherwise.text} END", depth)
