"""What is kept of the entries of very many subjects: of each an amount and a code, where these do not follow from the
rest. An amount follows where a line takes in another ledger, and on the last line, from the balance.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Entry

WHEN, MISSING, FEW, WITHIN = -1, -2, -3, -4
"""Codes of lines that did not fire. A code from 0 on says which rows were chosen."""
REASONS = {WHEN: "when", MISSING: "missing", FEW: "few", WITHIN: "within"}
LIMITS = ("at most", "at least")


def amount_name(ledger: str, at: int) -> str:
    """What a line of a ledger moved the balance by; no definition has a name of two lines."""
    return f"{ledger}\n{at + 1}"


def code_name(ledger: str, at: int) -> str:
    return f"{ledger}\n{at + 1} code"


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


class ChoiceAt(NamedTuple):
    """A choice among rows within an amount; `outer`: the choice before it, in the outcome of whose `row` it stands."""

    cases: n.Cases
    outer: int | None = None
    row: int = 0


def choices(of: n.Expr) -> list[ChoiceAt]:
    """Where an amount chooses among rows, each after the one around it. Cells of tables are told with what is used;
    what is chosen for each event, and on the way to a test, is not the amount's.
    """
    found: list[ChoiceAt] = []

    def look(of: object, outer: int | None, row: int) -> None:
        if isinstance(of, tuple):
            for part in of:
                look(part, outer, row)
        elif isinstance(of, n.Cases):
            look(of.subject, outer, row)
            inner = outer, row
            if not of.table:
                found.append(ChoiceAt(of, outer, row))
                inner = len(found) - 1, 0
            for at, case in enumerate(of.rows):
                look(case.outcome, inner[0], inner[1] if of.table else at)
        elif isinstance(of, n.Node) and not isinstance(of, n.Aggregate):
            look(tuple(n.parts(of)), outer, row)

    look(of, None, 0)
    return found


def code_of(rows: Sequence[int], among: Sequence[ChoiceAt]) -> int:
    """Which row was chosen in each choice, as the digits of a number."""
    code = 0
    for row, choice in zip(reversed(rows), reversed(among), strict=True):
        code = code * len(choice.cases.rows) + row
    return code


def rows_of(code: int, among: Sequence[ChoiceAt]) -> Iterator[tuple[n.Cases, int]]:
    """The choices that were come to, with the row chosen in each."""
    rows: list[int] = []
    reached: list[bool] = []
    for choice in among:
        code, row = divmod(code, len(choice.cases.rows))
        reached.append(choice.outer is None or (reached[choice.outer] and rows[choice.outer] == choice.row))
        rows.append(row)
        if reached[-1]:
            yield choice.cases, row


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
        lines.append(Posted(line, reason, amount, None if closed else balance, _chosen(line, code)))
        if closed:
            return Replayed("missing", tuple(lines))
    return Replayed("" if balances[ledger.name] is not None else "empty", tuple(lines))


def _moved_by_last(balance: Fraction | None, before: Fraction) -> Fraction:
    """Nothing where there is no score."""
    return Fraction(0) if balance is None else balance - before


def _chosen(line: n.Line, code: int) -> tuple[tuple[n.Cases, int], ...]:
    return tuple(rows_of(code, choices(line.amount))) if code >= 0 else ()


def kept_of(ledger: n.Ledger, account: Account) -> dict[str, Fraction | int | bool]:
    """What is kept of the entries of an account that has them all: the other way round."""
    kept: dict[str, Fraction | int | bool] = {}
    if ledger.exempt:
        kept[exempt_name(ledger.name)] = account.reason == "exempt"
    for at, (line, entry) in enumerate(zip(ledger.lines, account.entries, strict=False)):
        if has_amount(ledger, at):
            kept[amount_name(ledger.name, at)] = entry.amount
        if has_code(line):
            kept[code_name(ledger.name, at)] = _code(line, entry)
    return kept


def _code(line: n.Line, entry: Entry) -> int:
    for code, reason in REASONS.items():
        if entry.reason == reason and (reason != "within" or line.verb == "spread"):
            return code
    among = choices(line.amount)
    chosen = {choice.place: choice.chosen for choice in entry.choices}
    return code_of([chosen.get(place_of(choice.cases), 0) for choice in among], among)


def place_of(cases: n.Cases) -> n.Place:
    """Where a choice is told: at what its rows are told apart by."""
    return cases.subject.place if cases.subject is not None else cases.place


def own_choices(program: Program) -> dict[n.Place, set[n.Place]]:
    """The choices that stand in each line itself; those of calculations that it uses are not its own."""
    return {line.place: {place_of(choice.cases) for choice in choices(line.amount)}
            for ledger in program.ledgers for line in ledger.lines}  # fmt: skip
