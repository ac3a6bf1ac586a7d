"""Bands without a row for a value that can come: the region, an example, and facts that lead there."""

from collections.abc import Iterator

from kpidsl.check.closings import closings
from kpidsl.check.regions import between, example, number, text, uncovered
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, ranges, stretch
from kpidsl.text.findings import Argument, Finding
from kpidsl.text.source import Span
from kpidsl.values import domains as d
from kpidsl.values.domains import ANY, Domain
from kpidsl.values.kinds import NUMBER
from kpidsl.values.node import Node, node


@node
class Hole(Node):
    """What no row of `cases` holds, of what its subject can be as far as the ranges tell: one region or several."""

    cases: n.Cases
    regions: tuple[Domain, ...]
    level: Program

    @property
    def certain(self) -> bool:
        """Whether a value surely comes there: a fact can be whatever its range holds. Between two rows, a hole is more
        likely than that no value ever falls there.
        """
        gaps = [gap for gap in uncovered(ANY, _limits(self.cases)) if between(gap)]
        inside = any(not d.meet(region, gap).empty for region in self.regions for gap in gaps)
        return isinstance(self.cases.subject, n.Column) or inside


def holes(program: Program) -> list[Hole]:
    """Holes of blocks whose ends are all constant, in every level. Cheap where rows cover all numbers."""
    open_blocks = [[cases for cases in level.blocks if cases.subject is not None and _has_gap(cases)]
                   for level in program.levels]  # fmt: skip
    if not any(open_blocks):
        return []
    found = zip(program.levels, ranges(program), open_blocks, strict=True)
    blocks = [Hole(cases, _regions(cases, known), level) for level, known, blocks in found for cases in blocks]
    return [hole for hole in blocks if hole.regions]


def _has_gap(cases: n.Cases) -> bool:
    limits = _limits(cases)
    return bool(limits) and bool(uncovered(ANY, limits))


def _limits(cases: n.Cases) -> list[Domain]:
    """The values of each row; nothing where an end is not constant."""
    limits = [stretch(row.test) for row in cases.rows]
    return [limit for limit in limits if limit is not None] if None not in limits else []


def _regions(cases: n.Cases, known: Ranges) -> tuple[Domain, ...]:
    assert cases.subject is not None
    return tuple(uncovered(known.possible(cases.subject), _limits(cases)))


def refused(program: Program) -> list[Finding]:
    """The holes for which a policy is not run."""
    return [_finding(hole, None) for hole in holes(program) if hole.certain]


def told(program: Program) -> Iterator[Finding]:
    """Every hole: with facts that lead there where some are found, else as what was not proved."""
    from kpidsl.check.witness import witness  # a run does not look for them

    for hole in holes(program):
        tried = hole.regions if hole.level is program else ()
        facts = next((found for region in tried if (found := witness(program, hole.cases.subject, region))), None)
        if facts is not None or hole.certain:
            yield _finding(hole, facts)
        else:
            yield Finding("P058", _place(hole.cases), _args(hole))
    for level in program.levels:
        for cases in level.blocks:
            if may_choose_none(cases):
                yield Finding("P059", _place(cases))


COMPLEMENTS = ({">=", "<"}, {">", "<="}, {"=", "!="})


def may_choose_none(cases: n.Cases) -> bool:
    """Whether rows whose ends are calculated, or conditions, leave something over as far as can be seen."""
    return not cases.table and (cases.subject is None or not _limits(cases)) and not _is_caught(cases)


def _is_caught(cases: n.Cases) -> bool:
    """Whether the last row takes what is left, or two rows are each other's contrary."""
    tests = [row.test for row in cases.rows]
    sides = [test for test in tests if isinstance(test, n.Comparison)]
    meeting = any(one.left == other.left and one.right == other.right and {one.op, other.op} in COMPLEMENTS
                  for one in sides for other in sides)  # fmt: skip
    negated = [test.arguments[0] for test in tests if isinstance(test, n.Logic) and test.op == "not"]
    rest = isinstance(tests[-1], n.Literal) and tests[-1].value is True
    return rest or meeting or any(test in negated for test in tests)


def _finding(hole: Hole, facts: Argument | None) -> Finding:
    return Finding("P025", _place(hole.cases), {**_args(hole), "near": facts or ""})


def _args(hole: Hole) -> dict[str, Argument]:
    kind = hole.cases.kind or NUMBER
    return {"values": tuple(text(region, kind) for region in hole.regions),
            "example": tuple(number(example(region), kind) for region in hole.regions),
            "ready": closings(hole.cases, hole.regions)}  # fmt: skip


def _place(cases: n.Cases) -> Span | None:
    return cases.place if isinstance(cases.place, Span) else None
