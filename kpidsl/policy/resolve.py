"""Files to policy. Never raises for a writer's mistake: what is wrong comes back as findings."""

from collections.abc import Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from kpidsl.policy.arithmetic import comparable
from kpidsl.policy.bands import check_bands
from kpidsl.policy.bodies import check_ledger
from kpidsl.policy.declarations import check_declarations, check_subject, declare
from kpidsl.policy.examples import check_example
from kpidsl.policy.files import Merged, Reader, load, merge
from kpidsl.policy.infer import Scope, infer
from kpidsl.policy.model import LEDGER, LET, Policy, Symbol, kind_of, names_used
from kpidsl.policy.requires import check_requires
from kpidsl.policy.results import check_result
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Finding, Word
from kpidsl.text.source import Source, Span
from kpidsl.text.wording import has_errors
from kpidsl.values.kinds import Kind
from kpidsl.values.node import changed


def resolve(source: Source, read: Reader) -> tuple[Policy | None, list[Finding]]:
    """The policy of `source` and of the files that it extends; None where a finding is an error."""
    findings: list[Finding] = []
    files = load(source, read, findings)
    merged = merge(files, findings)
    symbols = declare(merged, findings)
    order = _evaluation_order(symbols, findings)
    scope = Scope(symbols, findings)
    _infer_lets(order, symbols, scope)
    check_declarations(merged, scope)
    for ledger in merged.ledgers:
        check_ledger(ledger, "", scope)
    for node in t.walk((*merged.lets, *merged.ledgers)):
        if isinstance(node, t.Bands):
            check_bands(node, scope)
    groups = [name.text for header in merged.headers for row in header.rows
              if isinstance(row, t.Subject) for name in row.within]  # fmt: skip
    for result in merged.results:
        check_result(result, groups, replace(scope, total=True))
    check_requires(merged, scope)
    for example in merged.examples:
        check_example(example, scope)
    header = _header(merged, source, scope)
    found = _causes(_once(findings))
    if header is None or has_errors(found):
        return None, found
    return _policy(header, merged, symbols, order, tuple(files)), found


def _policy(header: t.Header, merged: Merged, symbols: dict[str, Symbol], order: tuple[str, ...],
            files: tuple[t.File, ...]) -> Policy:
    subject = next(row for row in header.rows if isinstance(row, t.Subject))
    period = next((row.unit for row in header.rows if isinstance(row, t.Period)), None)
    roundings = {row.scope: row for row in header.rows if isinstance(row, t.Rounding)}
    return Policy(
        header.title, header.edition, subject.name.text, tuple(name.text for name in subject.within), period,
        roundings, tuple(merged.facts), tuple(merged.events), tuple(merged.params), tuple(merged.tables),
        tuple(merged.ledgers), tuple(merged.results), tuple(merged.examples), symbols, order, files,
    )  # fmt: skip


def _header(merged: Merged, source: Source, scope: Scope) -> t.Header | None:
    """The nearest title over the lines of all the files' headers."""
    if not merged.headers:
        scope.report("P001", Span(source, 0, 1))
        return None
    rows = tuple(row for header in merged.headers for row in header.rows)
    seen: set[str] = set()
    for row in rows:
        what = row.scope if isinstance(row, t.Rounding) else type(row).__name__
        if what in seen:
            scope.report("P019", row.span)
        seen.add(what)
        if isinstance(row, t.Rounding) and (row.decimals.denominator != 1 or row.decimals > 12):
            scope.report("P020", row.span)
    subject = next((row for row in rows if isinstance(row, t.Subject)), None)
    if subject is None:
        scope.report("P021", merged.headers[0].span)
        return None
    check_subject(merged, subject, scope)
    if not merged.ledgers:
        scope.report("P022", merged.headers[-1].span)
    return changed(merged.headers[-1], rows=rows)


def _evaluation_order(symbols: dict[str, Symbol], findings: list[Finding]) -> tuple[str, ...]:
    """Lets and ledgers, each after what it needs. A circle is a finding, and ends the order."""
    computed = {name: symbol.node for name, symbol in symbols.items() if symbol.role in (LET, LEDGER)}
    needs = {name: [used for used in _names_in(node, symbols) if used in computed] for name, node in computed.items()}
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle: list[str] = list(reversed(error.args[1]))
        findings.append(Finding("N008", computed[circle[0]].name.span, {"names": " → ".join(circle)}))
        return ()


def _names_in(node: t.Node, symbols: Mapping[str, Symbol]) -> list[str]:
    """What `node` needs worked out first: names it uses, and the ledgers right under it."""
    if not isinstance(node, t.Ledger):
        return names_used(node, symbols)
    names: list[str] = []
    for row in node.rows:
        if isinstance(row, t.Ledger):
            names.append(row.name.text)
        elif not isinstance(row, t.Let):
            names += _names_in(row, symbols)
    return names


def _infer_lets(order: tuple[str, ...], symbols: dict[str, Symbol], scope: Scope) -> None:
    for name in order:
        symbol = symbols[name]
        if isinstance(symbol.node, t.Let):
            symbols[name] = replace(symbol, kind=_let_kind(symbol.node, scope))


def _let_kind(let: t.Let, scope: Scope) -> Kind | None:
    """The kind that the line says, which must fit its value, or that of the value."""
    kind = infer(let.value, scope)
    if let.kind is None:
        return kind
    said = kind_of(let.kind)
    if kind is not None and not comparable(said, kind):
        scope.report("K018", let.kind.span, kind=Word(kind.base), other=Word(said.base), name=let.name.text)
    return said


# What is missing where a line or a file could not be read is most likely there.
_ABSENCES = frozenset({"P001", "P005", "P010", "P018", "P021", "P022", "P025"})
_UNKNOWN = frozenset({"N001", "N006", "N007", "P006", "P030", "P031"})


def _causes(findings: list[Finding]) -> list[Finding]:
    """Without the findings that only follow from a line, or a file, that could not be read."""
    unread = [f.place for f in findings if f.code[0] in "LS" and isinstance(f.place, Span)]
    lines = {place.source.lines[place.line - 1] for place in unread}
    lost_file = any(f.code == "P002" for f in findings)

    def follows(finding: Finding) -> bool:
        if finding.code in _ABSENCES:
            return bool(unread) or lost_file
        name = str(finding.args.get("name", ""))
        return finding.code in _UNKNOWN and (lost_file or any(name in line for line in lines))

    return [finding for finding in findings if not follows(finding)]


def _once(findings: list[Finding]) -> list[Finding]:
    """Findings in the order of their places, each told once."""
    seen: dict[tuple[str, object], Finding] = {}
    for finding in findings:
        seen.setdefault((finding.code, finding.place), finding)
    return sorted(seen.values(), key=_place)


def _place(finding: Finding) -> tuple[str, int]:
    span = finding.place
    return (span.source.path, span.start) if isinstance(span, Span) else ("", 0)
