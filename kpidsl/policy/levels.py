"""A level of a policy: what is assessed once a period, its names resolved and its lines checked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from kpidsl.policy.arithmetic import comparable
from kpidsl.policy.bands import check_bands, check_choose
from kpidsl.policy.bodies import check_ledger
from kpidsl.policy.claims import check_claim
from kpidsl.policy.declarations import check_declarations, check_owners, declare
from kpidsl.policy.files import Merged
from kpidsl.policy.infer import infer
from kpidsl.policy.model import GRADE, LEDGER, LET, RANK, Below, Symbol, kind_of, names_used
from kpidsl.policy.results import check_result
from kpidsl.policy.scope import KEPT, Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Argument, Finding, Phrase, Word
from kpidsl.text.source import Source, Span
from kpidsl.values import kinds as k
from kpidsl.values.kinds import Kind
from kpidsl.values.node import Node, node


@node
class Frame(Node):
    """What a level has from outside: the subject and its groups, the period, names and results of others."""

    subject: str
    groups: tuple[str, ...]
    unit: str
    shared: Mapping[str, Symbol]
    below: Below


@node
class Level(Node):
    """A level resolved; `order` is that in which its names can be worked out, `needs` what each hangs on itself."""

    content: Merged
    frame: Frame
    scope: Scope
    order: tuple[str, ...]
    needs: Mapping[str, Sequence[str]]
    total: t.Ledger

    @property
    def results(self) -> dict[str, Kind]:
        """What a longer period can know of this one."""
        return {s.name: s.kind for s in self.scope.symbols.values() if s.role in KEPT and s.kind is not None}


def resolve_level(content: Merged, frame: Frame, findings: list[Finding]) -> Level:
    total = content.totals[-1] if content.totals else _sum(content)
    symbols = declare(content, frame.shared, total, findings)
    needs = _needs(symbols, frame.below)
    order = _evaluation_order(symbols, needs, findings)
    scope = Scope(symbols, findings, frame.unit, frame.below)
    for name in order:
        symbol = symbols[name]
        if isinstance(symbol.node, t.Let):
            symbols[name] = replace(symbol, kind=_let_kind(symbol.node, scope))
    check_declarations(content, scope)
    check_owners(content.events, frame.subject, scope)
    written = (*content.ledgers, *content.totals, *content.payouts)
    for ledger in written:
        check_ledger(ledger, "", scope, k.MONEY if ledger.role == "PAYOUT" else k.POINTS)
    for found in t.walk((*content.lets, *written)):
        if isinstance(found, t.Bands):
            check_bands(found, scope)
        elif isinstance(found, t.Choose):
            check_choose(found, scope)
    for claim in content.claims:
        check_claim(claim, scope)
    for result in content.results:
        check_result(result, list(frame.groups), scope)
    return Level(content, frame, scope, order, needs, total)


def _sum(content: Merged) -> t.Ledger:
    """The total that nobody writes: the sum of the sections and loose rules."""
    heads = [line.span for line in (*content.heads, *content.headers, *content.ledgers)]
    span = heads[0] if heads else Span(Source("", ""), 0, 0)
    return t.Ledger(span, "TOTAL", t.Ident(span, t.TOTAL), None, None, False, tuple(content.ledgers))


def _needs(symbols: Mapping[str, Symbol], below: Below) -> dict[str, list[str]]:
    """What each let, ledger, grade and rank hangs on itself: others of these."""
    computed = {name: symbol.node for name, symbol in symbols.items() if symbol.role in (LET, LEDGER, GRADE, RANK)}
    exempt = _exempt([node for node in computed.values() if isinstance(node, t.Ledger)])

    def needs(node: Any) -> list[str]:
        """Names that it uses, and the ledgers right under it."""
        if not isinstance(node, t.Ledger):
            return names_used(node, symbols, below)
        rows = [row for row in node.rows if not isinstance(row, t.Let)]
        return [name for row in rows for name in ([row.name.text] if isinstance(row, t.Ledger) else needs(row))]

    return {name: [used for used in (*needs(node), *names_used(exempt.get(name, ()), symbols, below))
                   if used in computed] for name, node in computed.items()}  # fmt: skip


def _exempt(ledgers: Sequence[t.Ledger]) -> dict[str, tuple[t.Exempt, ...]]:
    """By the name of each ledger, when those around it are not applicable, for then neither is it."""
    found: dict[str, tuple[t.Exempt, ...]] = {}
    for around in ledgers:
        own = tuple(row for row in around.rows if isinstance(row, t.Exempt))
        for inner in t.walk(around.rows) if own else ():
            if isinstance(inner, t.Ledger):
                found[inner.name.text] = (*found.get(inner.name.text, ()), *own)
    return found


def _evaluation_order(symbols: Mapping[str, Symbol], needs: Mapping[str, Sequence[str]],
                      findings: list[Finding]) -> tuple[str, ...]:
    """Each after what it needs. A circle is a finding, and ends the order."""
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle: list[str] = list(reversed(error.args[1]))
        names: tuple[Argument, ...] = tuple(name or Word("TOTAL") for name in circle)
        first = symbols[circle[0] or circle[1]].node
        findings.append(Finding("N008", first.name.span, {"names": Phrase(names, " → ")}))
        return ()


def _let_kind(let: t.Let, scope: Scope) -> Kind | None:
    """The kind that the line says, which must fit its value, or that of the value."""
    kind = infer(let.value, scope)
    if let.kind is None:
        return kind
    said = kind_of(let.kind)
    if kind is not None and not comparable(said, kind):
        scope.report("K018", let.kind.span, kind=Word(kind.base), other=Word(said.base), name=let.name.text)
    return said
