"""What a policy says after all its files: every line that holds, with the file and line that set it."""

from collections.abc import Iterable, Iterator

from kpidsl.policy.model import Policy
from kpidsl.reports.policy_text import place_text
from kpidsl.syntax import tree as t
from kpidsl.text.source import Span
from kpidsl.text.words import Lang

STEP = "  "
Shown = tuple[int, Span]


def effective(policy: Policy, lang: Lang) -> str:
    """The lines in the order of a policy, indented by block, each after its place."""
    shown = list(_lines(policy))
    places = [f"{span.source.path}:{span.line}" for _, span in shown]
    width = max(map(len, places), default=0)
    return "\n".join(f"{place:{width}}  {STEP * depth}{place_text(span, lang)}"
                     for place, (depth, span) in zip(places, shown, strict=True))  # fmt: skip


def _lines(policy: Policy) -> Iterator[Shown]:
    yield from _header(policy)
    yield from _declared(policy.params)
    yield from _declared(policy.tables)
    yield from _level(policy, 0)
    for level in policy.levels[1:]:
        head = next(line for file in policy.files for line in file.lines
                    if isinstance(line, t.Assess) and line.unit == level.unit)  # fmt: skip
        yield 0, head.span
        yield from _level(level, 1)
    for file in policy.files:
        yield from ((0, line.span) for line in file.lines if isinstance(line, t.Require))


def _level(policy: Policy, depth: int) -> Iterator[Shown]:
    """What is assessed once a period; the subject and the period of a longer one stand in no line."""
    yield from ((depth, fact.span) for fact in policy.facts[2 if depth else 0 :])
    for events in policy.events:
        yield from ((depth + deeper, span) for deeper, span in _declared([events]))
    lets = [symbol.node for symbol in policy.symbols.values() if isinstance(symbol.node, t.Let)]
    for let in lets:
        yield depth, let.span
        yield from _block(let.value, depth + 1)
    own = [policy.total] if any(isinstance(row, t.Posting) for row in policy.total.rows) else []
    for ledger in (*policy.ledgers, *own, *policy.payouts):
        yield from _ledger(ledger, depth)
    yield from ((depth, claim.span) for claim in policy.claims)
    for result in policy.results:
        yield depth, result.span
        if isinstance(result, t.Grade):
            yield from ((depth + 1, row.span) for row in result.rows)


def _declared(lines: Iterable[t.Param | t.Table | t.Events]) -> Iterator[Shown]:
    for line in lines:
        yield 0, line.span
        yield from ((1, row.span) for row in line.rows)


def _header(policy: Policy) -> Iterator[Shown]:
    headers = [line for file in policy.files for line in file.lines if isinstance(line, t.Header)]
    yield 0, headers[-1].span
    for header in headers:
        yield from ((1, row.span) for row in header.rows)


def _ledger(ledger: t.Ledger, depth: int) -> Iterator[Shown]:
    yield depth, ledger.span
    for row in ledger.rows:
        if isinstance(row, t.Ledger):
            yield from _ledger(row, depth + 1)
        elif not isinstance(row, t.Let):
            yield depth + 1, row.span
            if isinstance(row, t.Posting):
                yield from _block(row.amount, depth + 2)


def _block(amount: t.Expr, depth: int) -> Iterator[Shown]:
    if isinstance(amount, t.Bands | t.Points | t.Choose):
        yield from ((depth, row.span) for row in amount.rows)
