"""Files to policy. Never raises for a writer's mistake: what is wrong comes back as findings."""

from dataclasses import replace

from kpidsl.policy.declarations import check_period, check_subject
from kpidsl.policy.doubles import doubled
from kpidsl.policy.examples import check_example
from kpidsl.policy.files import Merged, Reader, load, merge
from kpidsl.policy.levels import Frame, Level, resolve_level
from kpidsl.policy.model import FACT, PARAM, TABLE, Policy, Symbol
from kpidsl.policy.requires import check_full_marks, check_requires
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Finding, Word
from kpidsl.text.source import Source, Span
from kpidsl.text.wording import has_errors
from kpidsl.text.words import word_table
from kpidsl.values.kinds import PERIODS, Base
from kpidsl.values.node import changed


def resolve(source: Source, read: Reader) -> tuple[Policy | None, list[Finding]]:
    """The policy of `source` and of the files that it extends; None where a finding is an error."""
    findings: list[Finding] = []
    files = load(source, read, findings)
    merged = merge(files, findings)
    header = _header(merged, source, findings)
    levels = _levels(merged, header, findings)
    base = levels[0].scope
    if header is not None:
        for row in header.rows:
            if isinstance(row, t.Subject):
                check_subject(row, base)
            if isinstance(row, t.Period):
                check_period(row, base)
    check_requires(merged, base)
    check_full_marks(files, merged, findings)
    for example in merged.examples:
        check_example(example, [level.scope for level in levels], _dated(header))
    found = _causes(_once(findings))
    if header is None or has_errors(found):
        return None, found
    return _policy(header, merged, levels, tuple(files)), found


def _levels(merged: Merged, header: t.Header | None, findings: list[Finding]) -> list[Level]:
    """The file itself and what it assesses over longer periods, the shortest first."""
    rows = header.rows if header else ()
    subject = next((row for row in rows if isinstance(row, t.Subject)), None)
    period = next((row for row in rows if isinstance(row, t.Period)), None)
    unit = period.unit if period and period.by else ""
    groups = tuple(name.text for name in subject.within) if subject else ()
    frame = Frame(subject.name.text if subject else "", groups, unit, {}, {})
    levels = [resolve_level(merged, frame, findings)]
    for longer in sorted(merged.levels, key=lambda name: PERIODS.index(Base(name))):
        content = merged.levels[longer]
        if not unit or PERIODS.index(Base(longer)) <= PERIODS.index(Base(unit)):
            findings.append(Finding("P037" if not unit else "P048", content.heads[0].span,
                                    {"text": content.heads[0].span.text, "unit": Word(unit)}))  # fmt: skip
        last = levels[-1]
        below = {**last.frame.below, last.frame.unit: last.results} if last.frame.unit else {}
        kept = {name: symbol for name, symbol in levels[0].scope.symbols.items() if _shared(symbol, frame)}
        levels.append(resolve_level(content, replace(frame, unit=longer, shared=kept, below=below), findings))
    return levels


def _dated(header: t.Header | None) -> str | None:
    periods = [row for row in header.rows if isinstance(row, t.Period)] if header else []
    return periods[0].by.text if periods and periods[0].by else None


def _shared(symbol: Symbol, frame: Frame) -> bool:
    """What every level has: parameters, tables, the subject and its groups."""
    return symbol.role in (PARAM, TABLE) or (symbol.role == FACT and symbol.name in (frame.subject, *frame.groups))


def _policy(header: t.Header, merged: Merged, levels: list[Level], files: tuple[t.File, ...]) -> Policy:
    subject = next(row for row in header.rows if isinstance(row, t.Subject))
    period = next((row for row in header.rows if isinstance(row, t.Period)), None)
    roundings = {row.scope: row for row in header.rows if isinstance(row, t.Rounding)}
    owner = next(fact for fact in merged.facts if fact.name.text == subject.name.text)
    policy: Policy | None = None
    for level in reversed(levels):
        own = level.content
        facts, dated = tuple(own.facts), period.by if period else None
        if own.heads:
            column = period_fact(own.heads[0])
            facts, dated = (owner, column, *facts), column.name
        policy = Policy(
            header.title, header.edition, subject.name.text, level.frame.groups, level.frame.unit, dated, roundings,
            facts, tuple(own.events), tuple(merged.params), tuple(merged.tables), tuple(own.ledgers), level.total,
            tuple(own.payouts), tuple(own.results), tuple(merged.examples), tuple(own.claims), level.scope.symbols,
            level.order, level.needs, files, level.frame.below, policy,
        )  # fmt: skip
    assert policy is not None
    return policy


def period_fact(head: t.Assess) -> t.Fact:
    """The column of a longer period's table that says which period a row is of; it is called as the file calls it."""
    word = head.span.text.split()[-1]
    place = Span(head.span.source, head.span.end - len(word), head.span.end)
    return t.Fact(place, t.Ident(place, head.unit.lower()), word, t.Kind(place, head.unit), (), False, None, True)


def _header(merged: Merged, source: Source, findings: list[Finding]) -> t.Header | None:
    """The nearest title over the lines of all the files' headers."""
    if not merged.headers:
        findings.append(Finding("P001", Span(source, 0, 1)))
        return None
    rows = tuple(row for header in merged.headers for row in header.rows)
    seen: dict[str, t.Node] = {}
    for row in rows:
        first = seen.setdefault(row.scope if isinstance(row, t.Rounding) else type(row).__name__, row)
        if first is not row:
            findings.append(Finding("P019", row.span, {"ready": doubled(row.span, first.span)}))
        if isinstance(row, t.Rounding) and (row.decimals.denominator != 1 or row.decimals > 12):
            findings.append(Finding("P020", row.span))
    if not any(isinstance(row, t.Subject) for row in rows):
        findings.append(Finding("P021", merged.headers[0].span))
        return None
    if not (merged.ledgers or merged.payouts):
        findings.append(Finding("P022", merged.headers[-1].span))
    return changed(merged.headers[-1], rows=rows)


# What is missing where a line or a file could not be read is most likely there.
_ABSENCES = frozenset({"P001", "P005", "P010", "P018", "P073", "P021", "P022", "P025", "P037", "P039", "N008",
                       "N015"})  # fmt: skip
_UNKNOWN = frozenset({"N001", "N006", "N007", "N011", "N012", "N013", "N014", "P006", "P030", "P031", "P033",
                      "P047"})  # fmt: skip

# Shares are broken where a replacement went astray, and keys lack where a table has lost a column.
_CAUSE = {"P035": "P033", "P056": "P014"}

_DECLARING = ("PARAM", "TABLE", "LET", "EVENTS", "SECTION", "RULE", "PART", "PAYOUT", "GRADE", "RANK")


def _causes(findings: list[Finding]) -> list[Finding]:
    """Without the findings that only follow from a line, or a file, that could not be read."""
    unread = [f.place for f in findings if f.code[0] in "LS" and isinstance(f.place, Span)]
    lines = {place.source.lines[place.line - 1] for place in unread}
    codes = {finding.code for finding in findings}
    lost_file = "P002" in codes
    heads = {form for token in _DECLARING for form in word_table().words[token].values()}
    texts = (line.split() for place in unread for line in place.source.lines)
    declared = {words[1] for words in texts if len(words) > 1 and words[0] in heads}

    def follows(finding: Finding) -> bool:
        if finding.code in _ABSENCES:
            return bool(unread) or lost_file
        if _CAUSE.get(finding.code) in codes:
            return True
        name = str(finding.args.get("name", ""))
        return finding.code in _UNKNOWN and (lost_file or name in declared or any(name in line for line in lines))

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
