"""What a policy says of all facts: proved from ranges, refuted by facts that the exact engine confirms, or neither."""

import random
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kpidsl.check.witness import TRIES, Facts, draw_case, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, ranges, stretch
from kpidsl.core.results import Case
from kpidsl.engines.environment import FailedError, Trace
from kpidsl.engines.evaluate import evaluate
from kpidsl.engines.exact import work
from kpidsl.text.findings import Finding, Word
from kpidsl.text.source import Span
from kpidsl.values import domains as d
from kpidsl.values.kinds import Value
from kpidsl.values.node import changed

if TYPE_CHECKING:
    from kpidsl.check.solver import Formulas, Verdict

CONTRARY = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}


def claims(program: Program) -> Iterator[Finding]:
    for level, known in zip(program.levels, ranges(program), strict=True):
        open_claims = [claim for claim in level.claims if not _proved(claim.holds, known)]
        formulas = formulas_of(level, known) if open_claims else None
        for claim in open_claims:
            verdict = formulas.holds(claim.holds) if formulas else None
            if verdict is not None and verdict.proved:
                continue
            facts = _refutation(claim, level) if level is program else None
            if facts is None and level is program and verdict is not None:
                facts = _confirmed(claim, level, verdict.facts)
            place = claim.place if isinstance(claim.place, Span) else None
            yield Finding("P067" if facts is None else "P066", place, {"near": facts or "", "solver": _told(verdict)})


def formulas_of(level: Program, known: Ranges) -> "Formulas | None":
    """The solver is an extra: without it, less is proved."""
    try:
        from kpidsl.check.solver import Formulas
    except ImportError:
        return None
    return Formulas(level, known)


def _told(verdict: "Verdict | None") -> Word:
    """Why there is no proof: no solver, no time, or facts of it that the exact engine does not confirm."""
    if verdict is None:
        return Word("NO_SOLVER")
    return Word("NO_TIME" if verdict.facts is None else "UNCONFIRMED")


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
    case = Case(0, facts, {table.name: [] for table in program.events})
    return facts_text(program, claim.holds, case) if _fails(claim, program, case) else None


def _refutation(claim: n.Claim, program: Program) -> Facts | None:
    """Facts for which the claim does not hold; None where none were found."""
    draw = random.Random(2014)
    for _ in range(TRIES):
        case = draw_case(program, draw)
        if _fails(claim, program, case):
            return facts_text(program, claim.holds, case)
    return None


def _fails(claim: n.Claim, program: Program, case: Case) -> bool:
    env = work(changed(program, above=None), [[case]])[0][0].env
    try:
        return evaluate(claim.holds, env, Trace()) is False
    except FailedError:
        return False
