"""What is declared: facts, events, params and tables, each held against its kind."""

from collections.abc import Iterable

from kpidsl.policy.files import Merged
from kpidsl.policy.infer import Scope, check_option, compare_kinds, infer, table_axes
from kpidsl.policy.model import (
    EVENTS,
    FACT,
    LEDGER,
    LET,
    PARAM,
    TABLE,
    Symbol,
    all_ledgers,
    constant,
    kind_of,
    range_of,
)
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Finding, Word, nearest
from kpidsl.values import kinds as k
from kpidsl.values.kinds import Kind


def declare(merged: Merged, findings: list[Finding]) -> dict[str, Symbol]:
    """Every name of the policy; lets have no kind yet. A name declared twice is a finding."""
    symbols: dict[str, Symbol] = {}
    for symbol in _symbols(merged):
        other = symbols.setdefault(symbol.name, symbol)
        if other is not symbol:
            line = other.node.name.span.line
            findings.append(Finding("N002", symbol.node.name.span, {"name": symbol.name, "role": Word(other.role),
                                                                    "line": line}))  # fmt: skip
    return symbols


def _symbols(merged: Merged) -> Iterable[Symbol]:
    for fact in merged.facts:
        yield Symbol(fact.name.text, FACT, kind_of(fact.kind), fact)
    for events in merged.events:
        yield Symbol(events.name.text, EVENTS, None, events)
    for param in merged.params:
        yield Symbol(param.name.text, PARAM, kind_of(param.kind), param)
    for table in merged.tables:
        yield Symbol(table.name.text, TABLE, kind_of(table.kind), table)
    for let in merged.lets:
        yield Symbol(let.name.text, LET, None, let)
    for ledger in all_ledgers(merged.ledgers):
        yield Symbol(ledger.name.text, LEDGER, k.POINTS, ledger)
        yield from (Symbol(row.name.text, LET, None, row) for row in ledger.rows if isinstance(row, t.Let))


def check_declarations(merged: Merged, scope: Scope) -> None:
    for fact in merged.facts:
        _check_fact(fact, scope)
    for param in merged.params:
        _check_bounds(param.kind, param.bounds, scope)
        if param.value is not None:
            _check_literal(param.value, kind_of(param.kind), scope)
    for events in merged.events:
        _check_columns(events, scope)
    for table in merged.tables:
        _check_table(table, scope)
    _check_labels(merged.facts, scope)


def _check_fact(fact: t.Fact, scope: Scope) -> None:
    _check_bounds(fact.kind, fact.bounds, scope)
    if fact.default is not None:
        _check_literal(fact.default, kind_of(fact.kind), scope)


def _check_bounds(kind: t.Kind, bounds: tuple[t.Bound, ...], scope: Scope) -> None:
    of = kind_of(kind)
    for bound in bounds:
        if not of.numeric or constant(bound.value) is None:
            scope.report("K013", bound.span, kind=Word(of.base))
        else:
            _check_literal(bound.value, of, scope)
    limits = range_of(of, bounds) if of.numeric else None
    if limits and limits.low is not None and limits.high is not None and limits.low > limits.high:
        scope.report("K014", bounds[0].span.to(bounds[-1].span))


def _check_literal(node: t.Expr, kind: Kind, scope: Scope) -> None:
    """A literal of the given kind; a name is the option that it spells."""
    if isinstance(node, t.Name):
        if kind.textual:
            check_option(node.text, node.span, kind, scope)
        else:
            infer(node, scope)
        return
    stand_in = t.Let(node.span, t.Ident(node.span, ""), None, None, node)
    probe = Scope({"": Symbol("", PARAM, kind, stand_in)}, scope.findings)
    compare_kinds(t.Name(node.span, ""), node, probe)


def _check_columns(events: t.Events, scope: Scope) -> None:
    seen: set[str] = set()
    for row in events.rows:
        _check_fact(row, scope)
        if row.name.text in seen:
            scope.report("N002", row.name.span, name=row.name.text, role=Word(FACT), line=events.span.line)
        seen.add(row.name.text)
    _check_labels(list(events.rows), scope)


def _check_labels(facts: list[t.Fact], scope: Scope) -> None:
    """Two facts may not be read from the same column."""
    seen: set[str] = set()
    for fact in facts:
        header = fact.label or fact.name.text
        if header in seen:
            scope.report("P011", fact.span, label=header)
        seen.add(header)


def _check_table(table: t.Table, scope: Scope) -> None:
    kind = kind_of(table.kind)
    axes = table_axes(table)
    if len(table.by) > 2 or len(axes) != len(table.by):
        scope.report("P012", table.span, name=table.name.text, by=len(table.by))
        return
    width = len(axes[1]) if len(axes) == 2 else 1
    for row in table.rows:
        keys = (row.key,) if isinstance(row, t.TableRow) else row.keys
        known = axes[0] if isinstance(row, t.TableRow) else axes[1]
        for key in keys:
            if known.count(key.text) > 1:
                scope.report("P013", key.span, name=key.text)
        if isinstance(row, t.TableRow):
            if len(row.cells) != width:
                scope.report("P014", row.span, given=len(row.cells), wanted=width)
            for cell in row.cells:
                _check_literal(cell, kind, scope)


def check_subject(merged: Merged, subject: t.Subject, scope: Scope) -> None:
    """The subject and its groups are facts, and every table of events names the subject."""
    facts = {fact.name.text: fact for fact in merged.facts}
    for name in (subject.name, *subject.within):
        if name.text not in facts:
            scope.report("P006", name.span, name=name.text, near=nearest(name.text, facts))
        elif not _names_rows(facts[name.text]):
            scope.report("P007", name.span, name=name.text)
    for events in merged.events:
        columns = [row.name.text for row in events.rows]
        if subject.name.text not in columns:
            scope.report("P008", events.span, name=events.name.text, subject=subject.name.text)


def _names_rows(fact: t.Fact) -> bool:
    """Whether the fact can tell subjects apart: a text that is never empty."""
    return kind_of(fact.kind).textual and not fact.optional and fact.default is None
