"""A policy to the core: ledgers to lines, declarations to tables of facts."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.lower_expressions import Lowering
from kpidsl.policy.model import LET, PARAM, Policy, all_ledgers, kind_of, literal, names_used, parts_of, range_of
from kpidsl.syntax import tree as t
from kpidsl.values.kinds import POINTS, Value
from kpidsl.values.rounding import Mode

VERBS = {"START": "start", "ADD": "add", "DEDUCT": "deduct", "MULTIPLY_BY": "multiply", "AT_MOST": "at most",
         "AT_LEAST": "at least", "OVERRIDE": "override"}  # fmt: skip
MODES = {"HALF_UP": Mode.HALF_UP, "HALF_EVEN": Mode.HALF_EVEN, "ALWAYS_UP": Mode.UP, "ALWAYS_DOWN": Mode.DOWN}
TIES = {"TIES_SHARE": "share", "TIES_DENSE": "dense", "TIES_BY": "by"}
TOTAL = t.TOTAL


def lower(policy: Policy, params: Mapping[str, Value]) -> n.Program:
    """The program of `policy`; `params` gives a value for each parameter that has none of its own."""
    lowering = Lowering(policy)
    given = {param.name.text: _param_value(param, params) for param in policy.params}
    definitions: list[n.Named | n.Ledger] = [_param(param, given[param.name.text]) for param in policy.params]
    held = {chain[-1].name.text: chain for ledger in policy.ledgers for chain in _chains((ledger,))}
    for name in policy.order:
        node = policy.symbols[name].node
        if isinstance(node, t.Let):
            definitions.append(_let(node, policy, lowering))
        elif isinstance(node, t.Ledger):
            definitions.append(_ledger(held[name], policy, lowering))
    definitions.append(_total(policy))
    kinds = {name: symbol.kind for name, symbol in policy.symbols.items() if symbol.kind is not None}
    return n.Program(
        policy.title, policy.edition or "", policy.hash, policy.subject, policy.within, _facts(policy),
        tuple(_events(events, policy) for events in policy.events), tuple(definitions),
        tuple(_result(result, lowering) for result in policy.results), {**kinds, TOTAL: POINTS}, given,
    )  # fmt: skip


def _chains(around: tuple[t.Ledger, ...]) -> Iterator[tuple[t.Ledger, ...]]:
    """The last of `around`, and every ledger in it, each after those that hold it."""
    yield around
    for part in parts_of(around[-1]):
        yield from _chains((*around, part))


def _param_value(param: t.Param, params: Mapping[str, Value]) -> Value:
    given = params.get(param.name.text)
    return literal(param.value) if given is None and param.value is not None else given


def _param(param: t.Param, value: Value) -> n.Named:
    return n.Named(param.span, param.name.text, param.label or param.name.text, kind_of(param.kind),
                   n.Literal(param.span, value))  # fmt: skip


def _let(let: t.Let, policy: Policy, lowering: Lowering) -> n.Named:
    kind = policy.symbols[let.name.text].kind
    assert kind is not None
    return n.Named(let.span, let.name.text, let.label or let.name.text, kind, lowering.expr(let.value, None))


def _ledger(chain: tuple[t.Ledger, ...], policy: Policy, lowering: Lowering) -> n.Ledger:
    """The last of `chain`; where one of those that hold it is not applicable, neither is it."""
    ledger = chain[-1]
    name = ledger.name.text
    lines: list[n.Line] = []
    for row in ledger.rows:
        clause = f"{name}.{1 + sum(line.verb != 'round' for line in lines)}"
        match row:
            case t.Ledger():
                lines.append(_carry(clause, row))
            case t.Posting(verb=verb, amount=amount, when=when):
                condition = lowering.expr(when, ledger.worth) if when is not None else None
                lines.append(n.Line(row.span, clause, VERBS[verb], lowering.expr(amount, ledger.worth), condition))
                if ledger.role != "SECTION":
                    lines += _round(policy, "ROUND_EACH_LINE", name, clause)
    scope = {"RULE": "ROUND_EACH_RULE", "SECTION": "ROUND_EACH_SECTION"}.get(ledger.role, "")
    lines += _round(policy, scope, name, name)
    exempt = tuple(lowering.expr(row.when, around.worth) for around in chain
                   for row in around.rows if isinstance(row, t.Exempt))  # fmt: skip
    cited = [row.text for row in ledger.rows if isinstance(row, t.Cited)]
    return n.Ledger(
        ledger.span, name, ledger.label or name, ledger.role.lower(), name, "; ".join(dict.fromkeys(cited)),
        ledger.worth, tuple(lines), exempt, ledger.open,
    )  # fmt: skip


def _total(policy: Policy) -> n.Ledger:
    lines = [_carry(f"total.{at}", ledger) for at, ledger in enumerate(policy.ledgers, 1)]
    lines += _round(policy, "ROUND_TOTAL", TOTAL, "total")
    worths = [ledger.worth for ledger in _worthy(policy.ledgers)]
    worth = sum((w for w in worths if w is not None), Fraction(0)) if worths else None
    return n.Ledger(policy.files[-1].lines[0].span, TOTAL, TOTAL, "total", "total", "", worth, tuple(lines))


def _worthy(ledgers: tuple[t.Ledger, ...]) -> list[t.Ledger]:
    """The rules that full marks are counted by; an open one is not scored, so it does not count."""
    rules = [ledger for ledger in all_ledgers(ledgers) if ledger.role == "RULE" and not ledger.open]
    return [rule for rule in rules if rule.worth is not None]


def _carry(clause: str, ledger: t.Ledger) -> n.Line:
    return n.Line(ledger.span, clause, "carry", n.Ref(ledger.span, ledger.name.text))


def _round(policy: Policy, scope: str, name: str, clause: str) -> list[n.Line]:
    """The line that rounds the running balance of ledger `name`, where the header asks for it."""
    rounding = policy.roundings.get(scope)
    if rounding is None:
        return []
    balance = n.Ref(rounding.span, name)
    step = Fraction(1, 10 ** int(rounding.decimals))
    rounded = n.Round(rounding.span, balance, step, MODES[rounding.mode])
    return [n.Line(rounding.span, f"{clause}.round", "round", rounded)]


def _result(result: t.Grade | t.Rank, lowering: Lowering) -> n.Grade | n.Rank:
    name, label = result.name.text, result.label or result.name.text
    if isinstance(result, t.Rank):
        breakers = tuple(lowering.expr(breaker, None) for breaker in result.breakers)
        return n.Rank(result.span, name, label, lowering.expr(result.value, None), tuple(g.text for g in result.within),
                      result.lowest_first, TIES[result.ties], breakers)  # fmt: skip
    bands = [row for row in result.rows if isinstance(row, t.GradeBand)]
    rows = tuple(t.BandRow(row.span, row.band, t.Text(row.grade.span, row.grade.text)) for row in bands)
    cases = lowering.expr(t.Bands(result.value.span, result.value, rows), None)
    assert isinstance(cases, n.Cases)
    overrides = tuple(n.GradeOverride(row.span, row.grade.text, lowering.expr(row.when, None))
                      for row in result.rows if isinstance(row, t.GradeOverride))  # fmt: skip
    return n.Grade(result.span, name, label, cases, overrides)


def _facts(policy: Policy) -> n.Table:
    needs = _needs(policy)
    fields = tuple(_field(fact, tuple(needs.get(fact.name.text, ()))) for fact in policy.facts)
    return n.Table("", "", fields, key=(policy.subject,))


def _events(events: t.Events, policy: Policy) -> n.Table:
    fields = tuple(_field(row, ()) for row in events.rows)
    return n.Table(events.name.text, events.label or events.name.text, fields, owner=policy.subject)


def _field(fact: t.Fact, needed_by: tuple[str, ...]) -> n.Field:
    kind = kind_of(fact.kind)
    default = literal(fact.default) if fact.default is not None else None
    return n.Field(fact.name.text, fact.label or fact.name.text, kind, range_of(kind, fact.bounds),
                   fact.optional, default, fact.scored, needed_by)  # fmt: skip


def _needs(policy: Policy) -> dict[str, list[str]]:
    """Fact -> labels of the rules that use it, by themselves, through their parts or through a `let`."""
    used: dict[str, list[str]] = {}
    for rule in all_ledgers(policy.ledgers):
        if rule.role == "RULE":
            for name in _reach(rule, policy):
                used.setdefault(name, []).append(rule.label or rule.name.text)
    return used


def _reach(node: t.Node, policy: Policy) -> set[str]:
    names: set[str] = set()
    pending: list[t.Node] = [node]
    while pending:
        for name in names_used(pending.pop(), policy.symbols):
            if name not in names:
                names.add(name)
                symbol = policy.symbols.get(name)
                if symbol is not None and symbol.role in (LET, PARAM):
                    pending.append(symbol.node)
    return names
