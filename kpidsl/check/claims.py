"""What a policy says of all facts: proved from ranges, refuted by facts that the exact engine confirms, or neither."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING

from kpidsl.check.draws import Drawn, Draws, of_row, worked
from kpidsl.check.witness import TRIES, Facts, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, ranges, stretch
from kpidsl.engines.environment import FailedError, Trace
from kpidsl.engines.evaluate import evaluate
from kpidsl.text.findings import Argument, Finding, Phrase, Word
from kpidsl.text.source import Span
from kpidsl.values import domains as d
from kpidsl.values.kinds import Value
from kpidsl.values.node import changed

if TYPE_CHECKING:
    from kpidsl.check.solver import Formulas, Verdict

CONTRARY = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}


def claims(program: Program) -> Iterator[Finding]:
    for level, known in zip(program.levels, ranges(program), strict=True):
        conditions = [claim for claim in level.claims if isinstance(claim, n.Claim)]
        open_claims = [claim for claim in conditions if not _proved(claim.holds, known)]
        formulas = formulas_of(level, known) if open_claims else None
        for claim in open_claims:
            verdict = formulas.holds(claim.holds) if formulas else None
            if verdict is not None and verdict.proved:
                continue
            facts = _refutation(claim, level) if level is program else None
            if facts is None and level is program and verdict is not None:
                facts = _confirmed(claim, level, verdict.facts)
            place = claim.place if isinstance(claim.place, Span) else None
            asked = "solver" if formulas else ""
            code, near = ("P067", asked) if facts is None else ("P066", facts)
            yield Finding(code, place, {"near": near, "solver": _told(verdict)})


def formulas_of(level: Program, known: Ranges) -> "Formulas | None":
    """The solver is an extra: without it, less is proved."""
    try:
        from kpidsl.check.solver import Formulas
    except ImportError:
        return None
    return Formulas(level, known)


def _told(verdict: "Verdict | None") -> Argument:
    """Why there is no proof: no solver, no time, or facts of it that the exact engine does not confirm; and how long it
    was looked for.
    """
    if verdict is None:
        return Word("NO_SOLVER")
    return spent(Word("NO_TIME" if verdict.facts is None else "UNCONFIRMED"), verdict.seconds)


def spent(reason: Word, seconds: float) -> Argument:
    """A reason, with the whole seconds that it took to come to it, rounded up."""
    whole = max(1, ceil(seconds))
    time = Phrase((Word("NO_MORE_THAN"), str(whole), Word("SECONDS" if whole > 1 else "SECOND")))
    return Phrase((reason, time), "")


def _proved(holds: n.Expr, known: Ranges, negated: bool = False) -> bool:
    """Whether ranges alone show that a condition holds, or, `negated`, that it does not."""
    match holds:
        case n.Logic(op="not", arguments=(inner,)):
            return _proved(inner, known, not negated)
        case n.Logic(op=op, arguments=arguments):
            each = [_proved(argument, known, negated) for argument in arguments]
            return all(each) if (op == "and") != negated else any(each)
        case n.Comparison(op=op):
            against = holds if negated else changed(holds, op=CONTRARY.get(op, ""))
            difference = d.add(known.of(holds.left), d.negative(known.of(holds.right)))
            limits = stretch(changed(against, right=n.Literal(holds.place, d.ZERO)))
            return limits is not None and holds.kind.numeric and d.meet(difference, limits).empty
    return False


def _confirmed(claim: n.Claim, program: Program, facts: Mapping[str, Value] | None) -> Facts | None:
    """The facts that the solver found, if the exact engine has the claim fail for them too."""
    if facts is None:
        return None
    drawn = of_row(program, facts)
    return facts_text(program, claim.holds, drawn) if _fails(claim, program, drawn) else None


def _refutation(claim: n.Claim, program: Program) -> Facts | None:
    """Facts for which the claim does not hold; None where none were found."""
    draws = Draws(changed(program, above=None))
    for _ in range(TRIES):
        drawn = draws.drawn()
        if _fails(claim, program, drawn):
            return facts_text(program, claim.holds, drawn)
    return None


def _fails(claim: n.Claim, program: Program, drawn: Drawn) -> bool:
    env = worked(changed(program, above=None), drawn)[0].env
    try:
        return evaluate(claim.holds, env, Trace()) is False
    except FailedError:
        return False
