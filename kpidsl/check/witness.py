"""Facts that lead a value into a region, and facts as an example of a policy gives them."""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

from kpidsl.check.draws import Drawn, Draws, unset, worked
from kpidsl.check.hanging import Names, below, direct, hanging, reach
from kpidsl.core import nodes as n
from kpidsl.core.program import Field, Program
from kpidsl.core.results import Case
from kpidsl.engines.environment import FailedError, Trace
from kpidsl.engines.evaluate import evaluate
from kpidsl.text.findings import Argument, Phrase, Word
from kpidsl.values.domains import Domain
from kpidsl.values.kinds import Base, Kind, Value
from kpidsl.values.node import changed
from kpidsl.values.numerals import written

TRIES = 400
Facts = Phrase
"""A row as an example would give it: collected = 79, target = 100."""


def witness(program: Program, subject: n.Expr | None, region: Domain) -> Facts | None:
    """A row of facts for which `subject` comes into `region`; None where none is found."""
    if subject is None:
        return None
    alone = changed(program, above=None)
    draws = Draws(alone)
    for _ in range(TRIES):
        drawn = draws.drawn()
        env = worked(alone, drawn)[0].env
        try:
            value = evaluate(subject, env, Trace())
        except FailedError:
            continue
        if isinstance(value, Fraction) and region.holds(value):
            return facts_text(program, subject, drawn)
    return None


def facts_text(program: Program, of: object, drawn: Drawn, at: int = 0, but: Collection[str] = ()) -> Facts:
    """Those parameters, facts and events on which a value of level `at` hangs; then those of each shorter period.

    `but`: names that are left out.
    """
    level = program.levels[at]
    used = reach(direct(of, level), hanging(level)).difference(but)
    rows = [*_assigned((item for item in unset(level) if item.name in used), drawn.params),
            *_rows(level, used, drawn.cases[at])]  # fmt: skip
    for shorter, case in zip(program.levels[:at], drawn.cases, strict=False):
        taken = _rows(shorter, below(level, shorter, used).difference(but), case)
        if taken and shorter.unit is not None:
            rows.append(Phrase((Word(f"EACH_{shorter.unit}"), Phrase(("(", Phrase(tuple(taken), ", "), ")"), ""))))
    return Phrase(tuple(rows), ", ")


def _rows(level: Program, used: Names, case: Case) -> list[Argument]:
    telling = [item for item in level.facts.fields if item.name in used and item.name != level.dated]
    rows = _assigned(telling, case.facts)
    for table in level.events:
        if table.name in used:
            telling = [item for item in table.fields if item.kind.base is not Base.TEXT and item.name != table.dated]
            said = [Phrase(tuple(_assigned(telling, event.values)), ", ") for event in case.events[table.name]]
            rows += [Phrase((f"{table.name} (", each, ")"), "") for each in said] if telling else \
                [f"{table.name} × {len(said)}"] if said else []  # fmt: skip
    return rows


def _assigned(fields: Iterable[Field], cells: Mapping[str, Value]) -> list[Argument]:
    return [Phrase((item.name, "=", said(cells[item.name], item.kind))) for item in fields]


def said(value: Value, kind: Kind) -> Argument:
    if value is None or isinstance(value, bool):
        return Word("MISSING" if value is None else "YES" if value else "NO")
    return written(value, kind, ("", "", ""))
