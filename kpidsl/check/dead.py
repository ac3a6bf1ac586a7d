"""Text that changes no score: rows never chosen, conditions never true, limits never reached, names never used."""

from collections.abc import Iterator

from kpidsl.check.regions import number, text
from kpidsl.check.shadowed import conjuncts, shadowed
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, ranges, stretch
from kpidsl.policy.model import Policy, all_ledgers
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Finding, Word
from kpidsl.text.source import Span
from kpidsl.values import domains as d
from kpidsl.values.domains import Domain
from kpidsl.values.kinds import NUMBER


def dead(policy: Policy, program: Program) -> Iterator[Finding]:
    for level, known in zip(program.levels, ranges(program), strict=True):
        for cases in level.blocks:
            yield from _rows(cases, known) if cases.subject is not None else _choices(cases, known)
        for ledger in level.ledgers:
            yield from _lines(ledger, known)
        yield from _worths(level, known)
    yield from (found for found in (*_unused(policy, program), *_left_out(program)) if _is_own(found, policy))


def _is_own(finding: Finding, policy: Policy) -> bool:
    """Whether it is in the file that was asked for, and nothing of that waits for another: a frame declares for those
    who extend it.
    """
    waits = any(ledger.open for level in policy.levels for ledger in all_ledgers(level.ledgers))
    return isinstance(finding.place, Span) and finding.place.source.path == policy.files[-1].path and not waits


def _rows(cases: n.Cases, known: Ranges) -> Iterator[Finding]:
    """Rows that no possible value reaches; that earlier rows hold them already is told elsewhere."""
    assert cases.subject is not None
    possible = known.possible(cases.subject)
    for row in cases.rows:
        limits = stretch(row.test)
        if limits is not None and not limits.empty and d.meet(possible, limits).empty:
            yield _finding("P060", row.place, values=text(possible, cases.kind or NUMBER))


def _lines(ledger: n.Ledger, known: Ranges) -> Iterator[Finding]:
    for at, line in enumerate(ledger.lines):
        yield from _never_holds(line.when, known)
        if line.verb == "override" and line.when is None and at:
            yield _finding("P077", line.place, verb=Word("OVERRIDE"))
        before = known.before.get(line.place)
        limit = known.of(line.amount) if line.verb in ("at most", "at least") else None
        if before is None or limit is None:
            continue
        if _never_binds(line.verb, before, limit):
            yield _finding("P062", line.place, values=text(before, NUMBER), verb=Word(_TOKENS[line.verb]))
        elif line.when is None and _always_binds(line.verb, before, limit):
            yield _finding("P068", line.place, values=text(before, NUMBER), verb=Word(_TOKENS[line.verb]))


def _choices(cases: n.Cases, known: Ranges) -> Iterator[Finding]:
    for row in cases.rows:
        yield from _never_holds(row.test, known)
    yield from shadowed(cases, known)


def _never_holds(condition: n.Expr | None, known: Ranges) -> Iterator[Finding]:
    for test in conjuncts(condition):
        limits = stretch(test)
        if limits is not None and isinstance(test, n.Comparison) and d.meet(known.possible(test.left), limits).empty:
            yield _finding("P061", test.place, values=text(known.possible(test.left), test.kind))
            return
    held: dict[n.Expr, Domain] = {}
    for test in conjuncts(condition):
        limits = stretch(test)
        if limits is not None and isinstance(test, n.Comparison):
            before = held.get(test.left, known.possible(test.left))
            held[test.left] = d.meet(before, limits)
            if held[test.left].empty:
                yield _finding("P061", test.place, values=text(before, test.kind))
                return


_TOKENS = {"at most": "AT_MOST", "at least": "AT_LEAST"}


def _never_binds(verb: str, before: Domain, limit: Domain) -> bool:
    """Whether the balance can never be beyond the limit, be the limit the lowest that it can be."""
    if verb == "at most":
        return before.high.value is not None and limit.low.value is not None and before.high.value <= limit.low.value
    return before.low.value is not None and limit.high.value is not None and before.low.value >= limit.high.value


def _always_binds(verb: str, before: Domain, limit: Domain) -> bool:
    """Whether the balance is always at the limit or beyond it."""
    if verb == "at most":
        return before.low.value is not None and limit.high.value is not None and before.low.value >= limit.high.value
    return before.high.value is not None and limit.low.value is not None and before.high.value <= limit.low.value


def _worths(level: Program, known: Ranges) -> Iterator[Finding]:
    """Of parts and rules; of a rule not what a part of it is told already. An open rule is written by another file."""
    told: set[str] = set()
    for ledger in sorted(level.ledgers, key=lambda ledger: ledger.role != "part"):
        found = [*_worth(ledger, known)] if ledger.role in ("part", "rule") and not ledger.unfilled else []
        taken = {line.amount.name for line in ledger.lines if line.verb == "carry" and isinstance(line.amount, n.Ref)}
        told |= {ledger.name} if found or taken & told else set()
        yield from () if taken & told else found


def _worth(ledger: n.Ledger, known: Ranges) -> Iterator[Finding]:
    """Full marks that are out of reach, or always passed."""
    balance = known.known[ledger.name]
    if ledger.worth is None:
        return
    if balance.high.value is not None and balance.high.value < ledger.worth:
        yield _finding("P063", ledger.place, name=ledger.label, worth=number(ledger.worth, NUMBER),
                       most=number(balance.high.value, NUMBER))  # fmt: skip
    if balance.low.value is not None and balance.low.value > ledger.worth:
        yield _finding("P064", ledger.place, name=ledger.label, worth=number(ledger.worth, NUMBER),
                       least=number(balance.low.value, NUMBER))  # fmt: skip


def _unused(policy: Policy, program: Program) -> Iterator[Finding]:
    """Declared and used by nothing. Of facts, the subject, its groups and the period are used by the run itself."""
    used = _used(program)
    used |= {setting.name.text for example in policy.examples for row in example.rows
             if isinstance(row, t.Expect) for setting in row.settings}  # fmt: skip
    for level in policy.levels:
        kept = {level.subject, *level.within, level.dated.text if level.dated else ""}
        for fact in level.facts:
            if fact.scored and fact.name.text not in used | kept:
                yield _finding("P065", fact.span, name=fact.name.text, role=Word("FACTS"), near="fact")
        lets = [symbol.node for symbol in level.symbols.values() if isinstance(symbol.node, t.Let)]
        for role, lines in (("EVENTS", level.events), ("LET", lets)):
            for line in lines:
                if line.name.text not in used:
                    yield _finding("P065", line.span, name=line.name.text, role=Word(role))
    for role, declared in (("PARAM", policy.params), ("TABLE", policy.tables)):
        for item in declared:
            if item.name.text not in used:
                yield _finding("P065", item.span, name=item.name.text, role=Word(role))


def _left_out(program: Program) -> Iterator[Finding]:
    """Rules and sections that no total, grade, rank or payout takes in."""
    used = _used(program)
    for level in program.levels:
        for ledger in level.ledgers:
            if ledger.role in ("rule", "section") and ledger.name not in used:
                yield _finding("P078", ledger.place, role=Word(ledger.role.upper()), name=ledger.name)


def _used(program: Program) -> set[str]:
    names: set[str] = set()
    for level in program.levels:
        for found in n.walk(level.definitions):
            match found:
                case n.Column(name=name) | n.Ref(name=name) | n.Aggregate(rows=name) | n.Previous(name=name):
                    names.add(name)
                case n.Cases(table=name):
                    names.add(name)
    return names


def _finding(code: str, place: n.Place, **args: str | Word | int) -> Finding:
    return Finding(code, place if isinstance(place, Span) else None, args)

