"""A policy to the core: what it declares to tables of facts and named values, level by level."""

from collections.abc import Mapping

from kpidsl.core import nodes as n
from kpidsl.core.lower_expressions import Lowering
from kpidsl.core.lower_ledgers import chains, lower_ledger, lower_result
from kpidsl.core.program import Field, Program, Table
from kpidsl.policy.model import LET, PARAM, Policy, all_ledgers, kind_of, literal, names_used, range_of
from kpidsl.syntax import tree as t
from kpidsl.values.kinds import Base, Value


def lower(policy: Policy, params: Mapping[str, Value]) -> Program:
    """The program of `policy`; `params` gives a value for each parameter that has none of its own."""
    lowering = Lowering(policy)
    given = {param.name.text: _param_value(param, params) for param in policy.params}
    definitions: list[n.Definition] = [_param(param, given[param.name.text], lowering) for param in policy.params]
    tops = (*policy.ledgers, policy.total, *policy.payouts)
    held = {chain[-1].name.text: chain for ledger in tops for chain in chains((ledger,))}
    held[t.TOTAL] = (policy.total,)
    for name in policy.order:
        match policy.symbols[name].node:
            case t.Let() as let:
                definitions.append(_let(let, policy, lowering))
            case t.Ledger():
                definitions.append(lower_ledger(held[name], policy, lowering))
            case t.Grade() | t.Rank() as result:
                definitions.append(lower_result(result, lowering))
    claims = tuple(_claim(claim, lowering) for claim in policy.claims)
    return Program(
        policy.title, policy.edition or "", policy.hash, policy.subject, policy.within, _facts(policy),
        tuple(_events(events, policy) for events in policy.events), tuple(definitions), _outline(policy),
        {name: symbol.kind for name, symbol in policy.symbols.items() if symbol.kind is not None}, given,
        Base(policy.unit) if policy.unit else None, policy.dated.text if policy.dated else "",
        lower(policy.above, params) if policy.above else None, _headers(policy), policy.needs, lowering.windows,
        tuple(lowering.blocks), claims,
    )  # fmt: skip


def _headers(policy: Policy) -> dict[str, str]:
    facts = [symbol.node for symbol in policy.symbols.values() if isinstance(symbol.node, t.Fact)]
    return {fact.name.text: fact.label or fact.name.text for fact in (*facts, *policy.facts)}


def _claim(claim: t.Claim | t.Trend, lowering: Lowering) -> n.Claim | n.Trend:
    if isinstance(claim, t.Trend):
        return n.Trend(claim.span, claim.title or "", claim.fact.text, claim.ledger.text, claim.rises)
    said = lowering.expr(claim.condition, None)
    holds = said if claim.always else n.Logic(claim.span, "not", (said,))
    return n.Claim(claim.span, claim.title or "", holds)


def _outline(policy: Policy) -> tuple[str, ...]:
    """What is shown: ledgers, each before those in it, then the total, the grades and ranks, and what is paid."""
    ledgers = [ledger.name.text for ledger in all_ledgers(policy.ledgers)]
    own = [ledger.name.text for ledger in all_ledgers([policy.total])] if policy.total.rows != policy.ledgers else []
    results = [result.name.text for result in policy.results]
    payouts = [ledger.name.text for ledger in all_ledgers(policy.payouts)]
    return (*ledgers, *own[1:], t.TOTAL, *results, *payouts)


def _param_value(param: t.Param, params: Mapping[str, Value]) -> Value:
    given = params.get(param.name.text)
    return literal(param.value, kind_of(param.kind)) if given is None and param.value is not None else given


def _param(param: t.Param, value: Value, lowering: Lowering) -> n.Named:
    literal_or_none = n.Literal(param.span, value) if value is not None or not param.rows else None
    return n.Named(param.span, param.name.text, param.label or param.name.text, kind_of(param.kind),
                   lowering.since(param, literal_or_none), range_of(kind_of(param.kind), param.bounds))  # fmt: skip


def _let(let: t.Let, policy: Policy, lowering: Lowering) -> n.Named:
    kind = policy.symbols[let.name.text].kind
    assert kind is not None
    return n.Named(let.span, let.name.text, let.label or let.name.text, kind, lowering.expr(let.value, None))


def _facts(policy: Policy) -> Table:
    """The facts of a longer period are a table of its name."""
    needs = _needs(policy)
    fields = tuple(_field(fact, tuple(needs.get(fact.name.text, ()))) for fact in policy.facts)
    dated = policy.dated.text if policy.dated else ""
    key = (policy.subject, dated) if dated else (policy.subject,)
    column = next((field for field in fields if field.name == dated), None)
    header = column.header if column and policy.below else ""
    return Table(column.name if header and column else "", header, fields, key, dated=dated)


def _events(events: t.Events, policy: Policy) -> Table:
    fields = tuple(_field(row, ()) for row in events.rows)
    return Table(events.name.text, events.label or events.name.text, fields, owner=policy.subject,
                   dated=events.by.text if events.by else "")  # fmt: skip


def _field(fact: t.Fact, needed_by: tuple[str, ...]) -> Field:
    kind = kind_of(fact.kind)
    default = literal(fact.default, kind) if fact.default is not None else None
    return Field(fact.name.text, fact.label or fact.name.text, kind, range_of(kind, fact.bounds),
                   fact.optional, default, fact.scored, needed_by)  # fmt: skip


def _needs(policy: Policy) -> dict[str, list[str]]:
    """Fact -> labels of the rules and payouts that use it, by themselves, through their parts or through a `let`."""
    used: dict[str, list[str]] = {}
    for rule in (*all_ledgers(policy.ledgers), *policy.payouts):
        if rule.role in ("RULE", "PAYOUT"):
            for name in _reach(rule, policy):
                used.setdefault(name, []).append(rule.label or rule.name.text)
    return used


def _reach(node: t.Node, policy: Policy) -> set[str]:
    names: set[str] = set()
    pending: list[t.Node] = [node]
    while pending:
        for name in names_used(pending.pop(), policy.symbols, policy.below):
            if name not in names:
                names.add(name)
                symbol = policy.symbols.get(name)
                if symbol is not None and symbol.role in (LET, PARAM):
                    pending.append(symbol.node)
    return names
