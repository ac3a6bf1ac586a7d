"""What a policy says of all facts: proved from ranges, refuted by facts that the exact engine confirms, or neither."""

import random
from collections.abc import Iterator

from kpidsl.check import domains as d
from kpidsl.check.ranges import Ranges, ranges, stretch
from kpidsl.check.witness import TRIES, Facts, draw_case, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.engines.environment import FailedError, Trace
from kpidsl.engines.evaluate import evaluate
from kpidsl.engines.exact import work
from kpidsl.text.findings import Finding
from kpidsl.text.source import Span
from kpidsl.values.node import changed

CONTRARY = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}


def claims(program: Program) -> Iterator[Finding]:
    for level, known in zip(program.levels, ranges(program), strict=True):
        for claim in level.claims:
            if _proved(claim.holds, known):
                continue
            facts = _refutation(claim, level) if level is program else None
            place = claim.place if isinstance(claim.place, Span) else None
            if facts is not None:
                yield Finding("P066", place, {"near": facts, "title": claim.title})
            else:
                yield Finding("P067", place, {"title": claim.title})


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


def _refutation(claim: n.Claim, program: Program) -> Facts | None:
    """Facts for which the claim does not hold; None where none were found."""
    draw = random.Random(2014)
    alone = changed(program, above=None)
    for _ in range(TRIES):
        case = draw_case(alone, draw)
        env = work(alone, [[case]])[0][0].env
        try:
            holds = evaluate(claim.holds, env, Trace())
        except FailedError:
            continue
        if holds is False:
            return facts_text(program, claim.holds, case.facts)
    return None
