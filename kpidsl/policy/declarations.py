"""What is declared: facts, events, params and tables, each held against its kind."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from kpidsl.policy.arithmetic import comparable
from kpidsl.policy.doubles import doubled
from kpidsl.policy.files import Declared, Merged
from kpidsl.policy.hints import as_percent
from kpidsl.policy.infer import infer
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
    day,
    is_year,
    is_zero,
    kind_of,
    range_of,
)
from kpidsl.policy.names import check_option
from kpidsl.policy.scope import Scope
from kpidsl.policy.tables import editions
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Finding, Word, nearest
from kpidsl.values import kinds as k
from kpidsl.values.kinds import Base, Kind, Range


def declare(merged: Merged, shared: Mapping[str, Symbol], total: t.Ledger,
            findings: list[Finding]) -> dict[str, Symbol]:
    """Every name of a level, with those that it has in common with the one below. Of lets, only the kinds that are
    said are known yet. A name declared twice is a finding.
    """
    symbols = dict(shared)
    for symbol in _symbols(merged, total):
        other = symbols.setdefault(symbol.name, symbol)
        if other is not symbol:
            findings.append(_twice(symbol.node, other.node, other.word))
    return symbols


def _twice(again: Declared | t.Fact | t.Events, first: Declared | t.Fact | t.Events, role: str) -> Finding:
    """Of two that are declared by one name. A fact has a line for itself, which may be the same line."""
    name, place = again.name, first.name.span
    ready = doubled(again.span, first.span) if isinstance(again, t.Fact) else ""
    return Finding("N002", name.span, {"name": name.text or Word("TOTAL"), "role": Word(role),
                                       "path": place.source.path, "line": place.line, "ready": ready})  # fmt: skip


def _symbols(merged: Merged, total: t.Ledger) -> Iterable[Symbol]:
    for fact in merged.facts:
        yield Symbol(fact.name.text, FACT, kind_of(fact.kind), fact)
    for events in merged.events:
        yield Symbol(events.name.text, EVENTS, None, events)
    for param in merged.params:
        yield Symbol(param.name.text, PARAM, kind_of(param.kind), param)
    for table in merged.tables:
        yield Symbol(table.name.text, TABLE, kind_of(table.kind), table)
    for let in merged.lets:
        yield _let(let)
    for result in merged.results:
        yield _result(result)
    if not merged.totals:
        yield Symbol(t.TOTAL, LEDGER, k.POINTS, total)
    for kind, tops in ((k.POINTS, (*merged.ledgers, *merged.totals)), (k.MONEY, merged.payouts)):
        for ledger in all_ledgers(tops):
            yield Symbol(ledger.name.text, LEDGER, kind, ledger)
            yield from (_let(row) for row in ledger.rows if isinstance(row, t.Let))


def _let(let: t.Let) -> Symbol:
    return Symbol(let.name.text, LET, kind_of(let.kind) if let.kind else None, let)


def _result(result: t.Grade | t.Rank) -> Symbol:
    if isinstance(result, t.Rank):
        return Symbol(result.name.text, RANK, k.COUNT, result)
    grades = dict.fromkeys(row.grade.text for row in result.rows if isinstance(row, t.GradeBand))
    return Symbol(result.name.text, GRADE, Kind(Base.ONE_OF, options=tuple(grades)), result)


def check_declarations(merged: Merged, scope: Scope) -> None:
    for fact in merged.facts:
        _check_fact(fact, scope)
    for param in merged.params:
        _check_bounds(param.name.text, param.kind, param.bounds, scope)
        for value in (*([param.value] if param.value is not None else []), *(row.value for row in param.rows)):
            _check_value(value, param, scope)
        if param.value is not None and param.rows:
            scope.report("P044", param.rows[0].span, name=param.name.text)
        _check_dates([row.since for row in param.rows], scope)
    for events in merged.events:
        _check_columns(events, scope)
    for table in merged.tables:
        _check_table(table, scope)
    _check_labels(merged.facts, scope)


def _check_fact(fact: t.Fact, scope: Scope) -> None:
    _check_bounds(fact.name.text, fact.kind, fact.bounds, scope)
    if fact.default is not None:
        _check_value(fact.default, fact, scope)


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
    if kind == k.YEAR and is_year(node):
        return
    own = infer(node, scope)
    if own is not None and not comparable(kind, own) and not (kind.numeric and is_zero(node)):
        scope.report("K021", node.span, text=node.span.text, kind=Word(own.base), name=name, other=Word(kind.base),
                     near=as_percent(node, own, kind))  # fmt: skip


def _check_value(node: t.Expr, of: t.Fact | t.Param, scope: Scope) -> None:
    """A value that a fact or parameter has by itself."""
    check_literal(node, kind_of(of.kind), of.name.text, scope)
    check_range(node, of, scope)


def check_range(node: t.Expr | t.Missing, of: t.Fact | t.Param, scope: Scope) -> None:
    """A value that a policy gives a fact or parameter must be one that it may have."""
    kind, value = kind_of(of.kind), None if isinstance(node, t.Missing) else constant(node)
    limits = range_of(kind, of.bounds) if kind.numeric else Range()
    if value is not None and not limits.empty and not limits.holds(value):
        scope.report("K019", node.span, text=node.span.text, name=of.name.text)


def _check_columns(events: t.Events, scope: Scope) -> None:
    dates = [row.name.text for row in events.rows if kind_of(row.kind).dates]
    if events.by is not None and not scope.unit:
        scope.report("P037", events.by.span)
    elif (events.by.text not in dates) if events.by else (scope.unit and dates):
        scope.report("P036", (events.by or events).span, name=events.name.text, known=tuple(dates))
    seen: dict[str, t.Fact] = {}
    for row in events.rows:
        _check_fact(row, scope)
        first = seen.setdefault(row.name.text, row)
        if first is not row:
            scope.findings.append(_twice(row, first, FACT))
    _check_labels(list(events.rows), scope)


def _check_labels(facts: list[t.Fact], scope: Scope) -> None:
    """Two facts may not be read from the same column."""
    seen: set[str] = set()
    for fact in facts:
        header = fact.label or fact.name.text
        if header in seen:
            scope.report("P011", fact.span, label=header)
        seen.add(header)


def _check_dates(dates: list[t.Calendar], scope: Scope) -> None:
    """Dates from which something holds: there must be periods to hold in, and each is later than the one before."""
    if dates and not scope.unit:
        scope.report("P037", dates[0].span)
    days = [day(since) for since in dates]
    for at, (before, after) in enumerate(pairwise(days), 1):
        if before and after and after <= before:
            scope.report("P046", dates[at].span, text=dates[at].text)
    for since, found in zip(dates, days, strict=True):
        if found is None:
            scope.report("K017", since.span, text=since.text)


def _check_table(table: t.Table, scope: Scope) -> None:
    _check_dates([row.since for row in table.rows if isinstance(row, t.TableSince)], scope)
    if any(isinstance(row, t.TableSince) for row in table.rows[1:]) and not isinstance(table.rows[0], t.TableSince):
        scope.report("P046", table.rows[0].span, text=table.rows[0].span.text)
    for edition in editions(table):
        _check_cells(table, edition.header, edition.rows, scope)


def _check_cells(table: t.Table, header: t.TableHeader | None, rows: Sequence[t.TableRow], scope: Scope) -> None:
    kind = kind_of(table.kind)
    if len(table.by) > 2 or (header is None) == (len(table.by) == 2):
        scope.report("P012", table.span, name=table.name.text, by=len(table.by))
        return
    _check_keys(header.keys if header else (), scope)
    _check_keys([row.key for row in rows], scope)
    width = len(header.keys) if header else 1
    widths = {len(row.cells) for row in rows}
    if header is not None and len(rows) > 1 and len(widths) == 1 and widths != {width}:
        scope.report("P014", header.span, given=width, wanted=widths.pop())
        return
    for row in rows:
        if len(row.cells) != width:
            scope.report("P014", row.span, given=len(row.cells), wanted=width)
        for cell in row.cells:
            if not isinstance(cell, t.Missing):
                check_literal(cell, kind, table.name.text, scope)


def _check_keys(keys: Sequence[t.Ident], scope: Scope) -> None:
    first: dict[str, t.Ident] = {}
    for key in keys:
        if first.setdefault(key.text, key) is not key:
            scope.report("P013", key.span, name=key.text, line=first[key.text].span.line)


def check_subject(subject: t.Subject, scope: Scope) -> None:
    """The subject and its groups are facts."""
    facts = {name: symbol.node for name, symbol in scope.symbols.items() if isinstance(symbol.node, t.Fact)}
    for name in (subject.name, *subject.within):
        if name.text not in facts:
            scope.report("P006", name.span, name=name.text, near=nearest(name.text, facts))
        elif not _names_rows(facts[name.text]):
            scope.report("P007", name.span, name=name.text)


def check_owners(events: Iterable[t.Events], subject: str, scope: Scope) -> None:
    """Every table of events names the subject; that the policy has no such fact is told elsewhere."""
    for table in events:
        if subject in scope.symbols and subject not in [row.name.text for row in table.rows]:
            scope.report("P008", table.span, name=table.name.text, subject=subject)


def check_period(period: t.Period, scope: Scope) -> None:
    """The fact that says which period a row is of."""
    if period.by is None:
        return
    symbol = scope.symbols.get(period.by.text)
    fact = symbol.node if symbol else None
    if not isinstance(fact, t.Fact) or fact.kind.base != period.unit or fact.optional or fact.default is not None:
        scope.report("P047", period.by.span, name=period.by.text, unit=Word(period.unit))


def _names_rows(fact: t.Fact) -> bool:
    """Whether the fact can tell subjects apart: a text that is never empty."""
    return kind_of(fact.kind).textual and not fact.optional and fact.default is None
