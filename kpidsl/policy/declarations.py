"""What is declared: facts, events, params and tables, each held against its kind."""

from collections.abc import Iterable

from kpidsl.policy.arithmetic import comparable
from kpidsl.policy.files import Merged
from kpidsl.policy.infer import Scope, as_percent, check_option, infer, is_zero, table_axes
from kpidsl.policy.model import (
    EVENTS,
    FACT,
    GRADE,
    LEDGER,
    LET,
    PARAM,
    RANK,
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
            findings.append(_twice(symbol.node.name, other.node.name, other.word))
    return symbols


def _twice(name: t.Ident, first: t.Ident, role: str) -> Finding:
    path, line = first.span.source.path, first.span.line
    return Finding("N002", name.span, {"name": name.text, "role": Word(role), "path": path, "line": line})


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
    for result in merged.results:
        yield Symbol(result.name.text, GRADE if isinstance(result, t.Grade) else RANK, None, result)
    for ledger in all_ledgers(merged.ledgers):
        yield Symbol(ledger.name.text, LEDGER, k.POINTS, ledger)
        yield from (Symbol(row.name.text, LET, None, row) for row in ledger.rows if isinstance(row, t.Let))


def check_declarations(merged: Merged, scope: Scope) -> None:
    for fact in merged.facts:
        _check_fact(fact, scope)
    for param in merged.params:
        _check_bounds(param.name.text, param.kind, param.bounds, scope)
        if param.value is not None:
            _check_value(param.value, kind_of(param.kind), param.bounds, param.name.text, scope)
    for events in merged.events:
        _check_columns(events, scope)
    for table in merged.tables:
        _check_table(table, scope)
    _check_labels(merged.facts, scope)


def _check_fact(fact: t.Fact, scope: Scope) -> None:
    _check_bounds(fact.name.text, fact.kind, fact.bounds, scope)
    if fact.default is not None:
        _check_value(fact.default, kind_of(fact.kind), fact.bounds, fact.name.text, scope)


def _check_bounds(name: str, kind: t.Kind, bounds: tuple[t.Bound, ...], scope: Scope) -> None:
    of = kind_of(kind)
    for bound in bounds:
        if not of.numeric or constant(bound.value) is None:
            scope.report("K013", bound.span, kind=Word(of.base))
        else:
            check_literal(bound.value, of, name, scope)
    limits = range_of(of, bounds) if of.numeric else None
    if limits and limits.empty:
        scope.report("K014", bounds[0].span.to(bounds[-1].span))


def check_literal(node: t.Expr, kind: Kind, name: str, scope: Scope) -> None:
    """A literal of the given kind, for what is called `name`; a name is the option that it spells."""
    if isinstance(node, t.Name | t.Text) and kind.textual:
        check_option(node.text, node.span, kind, scope)
        return
    if isinstance(node, t.Name):
        scope.report("K024", node.span, text=node.text)
        return
    own = infer(node, scope)
    if own is not None and not comparable(kind, own) and not (kind.numeric and is_zero(node)):
        scope.report("K021", node.span, text=node.span.text, kind=Word(own.base), name=name, other=Word(kind.base),
                     near=as_percent(node, own, kind))  # fmt: skip


def _check_value(node: t.Expr, kind: Kind, bounds: tuple[t.Bound, ...], name: str, scope: Scope) -> None:
    """A value that a fact or parameter has by itself must be one that it may have."""
    check_literal(node, kind, name, scope)
    limits, value = range_of(kind, bounds), constant(node)
    if kind.numeric and value is not None and not limits.holds(value):
        scope.report("K019", node.span, text=node.span.text, name=name)


def _check_columns(events: t.Events, scope: Scope) -> None:
    seen: dict[str, t.Ident] = {}
    for row in events.rows:
        _check_fact(row, scope)
        first = seen.setdefault(row.name.text, row.name)
        if first is not row.name:
            scope.findings.append(_twice(row.name, first, FACT))
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
    seen: dict[type, dict[str, int]] = {t.TableRow: {}, t.TableHeader: {}}
    width = len(axes[1]) if len(axes) == 2 else 1
    for row in table.rows:
        keys = (row.key,) if isinstance(row, t.TableRow) else row.keys
        for key in keys:
            if key.text in seen[type(row)]:
                scope.report("P013", key.span, name=key.text, line=seen[type(row)][key.text])
            seen[type(row)].setdefault(key.text, key.span.line)
        if isinstance(row, t.TableRow):
            if len(row.cells) != width:
                scope.report("P014", row.span, given=len(row.cells), wanted=width)
            for cell in row.cells:
                if not isinstance(cell, t.Missing):
                    check_literal(cell, kind, table.name.text, scope)


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
