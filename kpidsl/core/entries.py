"""What is kept of the entries of very many subjects: of each an amount and a code, where these do not follow from the
rest. An amount follows where a line takes in another ledger, and on the last line, from the balance.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from kpidsl.core import nodes as n

WHEN, MISSING, FEW, WITHIN = -1, -2, -3, -4
"""Codes of lines that did not fire. A code from 0 on says which rows were chosen."""
REASONS = {WHEN: "when", MISSING: "missing", FEW: "few", WITHIN: "within"}
LIMITS = ("at most", "at least")


def amount_name(ledger: str, at: int) -> str:
    """What a line of a ledger moved the balance by; no definition has a name of two lines."""
    return f"{ledger}\n{at}"


def code_name(ledger: str, at: int) -> str:
    return f"{ledger}\n{at} code"


def exempt_name(ledger: str) -> str:
    """Whether a ledger was not applicable."""
    return f"{ledger}\nexempt"


def has_amount(ledger: n.Ledger, at: int) -> bool:
    return ledger.lines[at].verb != "carry" and at < len(ledger.lines) - 1


def has_code(line: n.Line) -> bool:
    """Whether there is something to tell: others fire in every row, and choose nothing."""
    if line.verb == "spread" or line.when is not None:
        return True
    return line.verb not in ("carry", "round") and not isinstance(line.amount, n.Literal)


def kept_names(ledger: n.Ledger) -> Iterator[str]:
    """Everything that is kept of a ledger besides its balance."""
    if ledger.unfilled:
        return
    if ledger.exempt:
        yield exempt_name(ledger.name)
    for at, line in enumerate(ledger.lines):
        if has_amount(ledger, at):
            yield amount_name(ledger.name, at)
        if has_code(line):
            yield code_name(ledger.name, at)


def has_entries(ledgers: Iterable[n.Ledger], kept: Container[str]) -> bool:
    """Whether everything that is kept of these ledgers is there."""
    return all(name in kept for ledger in ledgers for name in kept_names(ledger))


def choices(of: n.Expr) -> list[n.Cases]:
    """Where an amount chooses among rows, from the outside in; cells of tables are told with what is used, and what is
    chosen for each event is not the amount's.
    """
    found: list[n.Cases] = []
    pending: list[object] = [of]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending += reversed(current)
        elif isinstance(current, n.Node) and not isinstance(current, n.Aggregate):
            found += [current] if isinstance(current, n.Cases) and not current.table else []
            pending += reversed(n.parts(current))
    return found


class Posted(NamedTuple):
    """A line of a ledger of one subject: why it did not fire, if so; what it moved the balance by, the balance, and
    the row of each choice that it came to.
    """

    line: n.Line
    reason: str
    amount: Fraction
    balance: Fraction | None
    chosen: tuple[tuple[n.Cases, int], ...] = ()


class Replayed(NamedTuple):
    """A ledger of one subject; `reason`: why it has no score, if so."""

    reason: str
    lines: tuple[Posted, ...]


def replay(ledgers: Iterable[n.Ledger], kept: Mapping[str, Any],
           balances: Mapping[str, Fraction | None]) -> dict[str, Replayed]:  # fmt: skip
    """The entries of one subject from what is kept of them, for ledgers each of which comes after what it takes in."""
    found: dict[str, Replayed] = {}
    for ledger in ledgers:
        found[ledger.name] = _replayed(ledger, kept, balances, found)
    return found


def _replayed(ledger: n.Ledger, kept: Mapping[str, Any], balances: Mapping[str, Fraction | None],
              before: Mapping[str, Replayed]) -> Replayed:  # fmt: skip
    if ledger.unfilled or kept.get(exempt_name(ledger.name)):
        return Replayed("open" if ledger.unfilled else "exempt", ())
    lines: list[Posted] = []
    balance = Fraction(0)
    for at, line in enumerate(ledger.lines):
        code = int(kept.get(code_name(ledger.name, at)) or 0)
        reason, amount = REASONS.get(code, ""), Fraction(0)
        if line.verb == "carry" and isinstance(line.amount, n.Ref):
            inner = balances[line.amount.name]
            reason, amount = (before[line.amount.name].reason, amount) if inner is None else ("", inner)
        elif code >= 0:
            amount = kept[amount_name(ledger.name, at)] if has_amount(ledger, at) else \
                _moved_by_last(balances[ledger.name], balance)  # fmt: skip
            reason = "within" if line.verb in LIMITS and not amount else ""
        closed = code in (MISSING, FEW)
        balance += amount
        lines.append(Posted(line, reason, amount, None if closed else balance, tuple(_chosen(line, code))))
        if closed:
            return Replayed("missing", tuple(lines))
    return Replayed("" if balances[ledger.name] is not None else "empty", tuple(lines))


def _moved_by_last(balance: Fraction | None, before: Fraction) -> Fraction:
    """Nothing where there is no score."""
    return Fraction(0) if balance is None else balance - before


def _chosen(line: n.Line, code: int) -> Iterator[tuple[n.Cases, int]]:
    """The rows chosen in the line's `choices`: a code counts in as many digits as there are choices."""
    if code < 0:
        return
    digits: dict[n.Cases, int] = {}
    for cases in choices(line.amount):
        code, digits[cases] = divmod(code, len(cases.rows))
    pending: list[n.Node] = [line.amount]
    while pending:
        of = pending.pop()
        if isinstance(of, n.Cases) and not of.table:
            row = digits[of]
            yield of, row
            pending += [of.rows[row].outcome, *([of.subject] if of.subject is not None else [])]
        elif not isinstance(of, n.Aggregate):
            pending += [part for part in n.parts(of) if isinstance(part, n.Node)]
            pending += [part for parts in n.parts(of) if isinstance(parts, tuple) for part in parts
                        if isinstance(part, n.Node)]  # fmt: skip
