"""Two subjects that are equal but for one fact, for the solver: whether a score ever moves up, or down, with it."""

from collections.abc import Mapping
from dataclasses import dataclass

import z3

from kpidsl.check.solver import Formula, Formulas, Term
from kpidsl.core.program import Field
from kpidsl.values.kinds import Base, Value

SECONDS = 1


@dataclass(frozen=True)
class Twins:
    """Whether it was proved that a value never moves so; else the two rows that the solver has against it, if any."""

    proved: bool
    rows: tuple[Mapping[str, Value], Mapping[str, Value]] | None
    seconds: float


def never(formulas: Formulas, name: str, fact: Field, up: bool) -> Twins:
    """Whether a definition never moves up, or never down, as the fact rises and all else stays."""
    term = formulas.known[name]
    less, more = (_of(fact, at) for at in ("less", "more"))
    low, high = (_with(term, fact, value) for value in (less, more))
    there = formulas.facts[fact.name].ok
    limits = [z3.substitute(limit, (_variable(fact), value)) for limit in formulas.limits for value in (less, more)]
    both = z3.And(low.ok, z3.Not(low.none), high.ok, z3.Not(high.none), there, *limits)
    apart = z3.And(z3.Not(less), more) if fact.kind.base is Base.YES_NO else less < more
    moved = high.value > low.value if up else high.value < low.value
    verdict, model = formulas.ask(z3.And(both, apart, moved), SECONDS)
    if model is None:
        return Twins(verdict.proved, None, verdict.seconds)
    rows = [formulas.row(model, {fact.name: value}) for value in (less, more)]
    return Twins(False, (rows[0], rows[1]), verdict.seconds)


def _variable(fact: Field) -> Formula:
    return _of(fact, "") if fact.kind.base is not Base.COUNT else z3.Int(fact.name)


def _of(fact: Field, which: str) -> Formula:
    """The fact itself, or what it is in one of the two rows."""
    name = f"{fact.name} {which}".strip()
    if fact.kind.base is Base.YES_NO:
        return z3.Bool(name)
    return z3.Int(name) if fact.kind.base is Base.COUNT or fact.kind.dates else z3.Real(name)


def _with(term: Term, fact: Field, value: Formula) -> Term:
    variable = _variable(fact)
    return Term(*(z3.substitute(part, (variable, value)) for part in term))
