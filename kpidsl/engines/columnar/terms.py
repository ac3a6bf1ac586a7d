"""What an expression comes to in SQL: its value, and when it has none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kpidsl.core.left import LeftError
from kpidsl.engines.columnar.conditions import FALSE, NOWHERE, TRUE, Condition, chosen, every, opposite, some
from kpidsl.engines.columnar.numbers import Number


class Words(NamedTuple):
    """SQL of a text or a day."""

    text: str
    depth: int = NOWHERE


@dataclass(frozen=True)
class Term:
    """`none`: an outcome said that it is missing. `lacks`: something that it needs is missing, and `absent`: because
    nobody is at fault, as with the score of what is not applicable. `fails`: it cannot be worked out otherwise.
    """

    value: Number | Condition | Words
    none: Condition = FALSE
    lacks: Condition = FALSE
    absent: Condition = FALSE
    fails: Condition = FALSE

    @property
    def broken(self) -> Condition:
        return some(self.lacks, self.fails)

    @property
    def number(self) -> Number:
        assert isinstance(self.value, Number)
        return self.value

    @property
    def condition(self) -> Condition:
        assert isinstance(self.value, Condition)
        return self.value

    @property
    def words(self) -> Words:
        assert isinstance(self.value, Words)
        return self.value


class UnsupportedError(LeftError):
    """What this engine does not take."""


def present(of: Term) -> Term:
    """As an operation needs it: to be missing is to lack."""
    return of if of.none == FALSE else replace(of, none=FALSE, lacks=some(of.lacks, every(opposite(of.fails), of.none)))


def worked(value: Number | Condition | Words, operands: Sequence[Term]) -> Term:
    """A value for which all operands are needed, in their order: the first that is broken says why."""
    lacks, absent, fails, whole = FALSE, FALSE, FALSE, TRUE
    for operand in map(present, operands):
        lacks = some(lacks, every(whole, operand.lacks))
        absent = some(absent, every(whole, operand.absent))
        fails = some(fails, every(whole, operand.fails))
        whole = every(whole, opposite(operand.broken))
    return Term(value, FALSE, lacks, absent, fails)


def failing(of: Term, when: Condition) -> Term:
    """Fails too when all its operands are there and this holds."""
    return replace(of, fails=some(of.fails, every(opposite(of.lacks), when)))


def first(value: Number | Condition | Words, cases: Sequence[tuple[Term, Term]], otherwise: Condition) -> Term:
    """With the flags of the first case whose test holds; `otherwise`: whether it fails where none does."""

    def flag(name: str, last: Condition) -> Condition:
        told: list[tuple[Condition, Condition]] = []
        for test, outcome in cases:
            needed = present(test)
            if needed.broken != FALSE and name != "none":
                told.append((needed.broken, getattr(needed, name)))
            elif needed.broken != FALSE:
                told.append((needed.broken, FALSE))
            told.append((test.condition, getattr(outcome, name)))
            if test.condition == TRUE:
                return chosen(told[:-1], told[-1][1])
        return chosen(told, last)

    return Term(value, flag("none", FALSE), flag("lacks", FALSE), flag("absent", FALSE), flag("fails", otherwise))
