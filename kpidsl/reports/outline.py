"""A subject's explanation as parts in words, which text, Markdown and pages lay out each in their way."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from fractions import Fraction

from kpidsl.core.nodes import Place, Ref
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Entry, Score
from kpidsl.ledger.reconcile import NOTHING, Statement, reconciled
from kpidsl.reports.policy_text import place_text, where
from kpidsl.reports.trace import entry_lines, trace_lines
from kpidsl.reports.words import phrase, phrases, signed
from kpidsl.text.words import Lang, word_table
from kpidsl.values.calendar import label
from kpidsl.values.kinds import MONEY
from kpidsl.values.node import Node, node
from kpidsl.values.numerals import LARGEST_SHOWN, decimal_places, exact, readable

OPERANDS = {"multiply": "factor", "spread": "factor", "at most": "above limit", "at least": "below limit",
            "override": "becomes"}  # fmt: skip
MOVES = (("not_earned", -1), ("bonus", 1), ("deductions", -1), ("limits", 1), ("rounding", 1))


@node
class EntryView(Node):
    """A line of a ledger: what it moved, what the policy says there, and what it used and chose; a note that belongs
    to the one before it is indented. `part` is the ledger of a part that it takes in.
    """

    clause: str
    amount: Fraction
    balance: Fraction | None
    text: str
    notes: tuple[str, ...]
    place: Place = field(compare=False)
    part: "LedgerView | None" = None


@node
class LedgerView(Node):
    """A ledger: what it is, what it came to, what it rests on, when it would not apply, and its entries."""

    name: str
    title: str
    result: str
    remarks: tuple[str, ...]
    exempt: tuple[str, ...]
    entries: tuple[EntryView, ...]
    role: str
    place: Place = field(compare=False)


@node
class RuleView(Node):
    """A line of the overview; `name` is that of the ledger."""

    name: str
    label: str
    source: str
    worth: str
    result: str


@node
class MoveView(Node):
    """A line of how the total comes about, and the ledgers that it comes from; an amount that moves has a sign."""

    name: str
    amount: str
    sources: str = ""


@node
class Outline(Node):
    """Everything about one score."""

    head: str
    rules: tuple[RuleView, ...]
    moves: tuple[MoveView, ...]
    ledgers: tuple[LedgerView, ...]


def outline(score: Score, program: Program, only: Sequence[str], lang: Lang) -> Outline:
    """All the accounts of `score`; or those named in `only`, with what they take in. Raises UnreconciledError."""
    own = reconciled(score)
    whole = sum((statement for _, statement in own), NOTHING)
    outer = [score.accounts[name] for name in only if name in score.accounts] if only else _outermost(score, program)
    accounts = [shown for account in outer for shown in (account, *_inner(account, score))]
    added_up = score.total.entries and score.total.balance is not None
    return Outline(_head(program, score, lang), tuple(_rules(score, program, whole, lang)),
                   tuple(_moves(own, whole, lang)) if added_up else (),
                   tuple(_ledger(_worth_told(account, whole), score, lang, set()) for account in accounts))  # fmt: skip


def _worth_told(account: Account, whole: Statement) -> Account:
    """A total is worth what all that it takes in is."""
    return account if account.role != "total" else account._replace(worth=whole.full or None)


def _outermost(score: Score, program: Program) -> list[Account]:
    """The total, where anything is added up; what it does not take in, being a ledger of its own; the payouts."""
    accounts = [score.accounts[ledger.name] for ledger in program.ledgers]
    taken = {line.amount.name for ledger in program.ledgers for line in ledger.lines
             if line.verb == "carry" and isinstance(line.amount, Ref)}  # fmt: skip
    total = [account for account in accounts if account.role == "total" and account.entries]
    return [*total, *(a for a in accounts if a.role != "total" and a.name not in taken)]


def _inner(account: Account, score: Score) -> list[Account]:
    """The sections and rules that `account` takes in, each before those within it. Parts are shown inside rules."""
    taken = [score.accounts[entry.ledger] for entry in account.entries if entry.verb == "carry"]
    outer = [inner for inner in taken if inner.role != "part"]
    return [found for inner in outer for found in (inner, *_inner(inner, score))]


def _head(program: Program, score: Score, lang: Lang) -> str:
    labels = program.headers
    groups = [f"{labels[name]} {value}" for name, value in zip(program.within, score.groups, strict=True)]
    if program.unit and score.period:
        groups.insert(0, f"{word_table().say(program.unit, lang)} {label(program.unit, score.period)}")
    edition = [phrase(lang, "edition", edition=program.edition)] if program.edition else []
    return phrases(lang)["comma"].join([f"{labels[program.subject]} {score.subject}", *groups, program.title, *edition])


def _rules(score: Score, program: Program, statement: Statement, lang: Lang) -> Iterator[RuleView]:
    """A line for each rule: what it rests on, what it is worth, what it came to."""
    said = phrases(lang)
    for account in (score.accounts[ledger.name] for ledger in program.ledgers):
        if account.role in ("rule", "payout") or (account.role == "total" and account.entries):
            full = statement.full or None if account.role == "total" else account.worth
            worth = "" if full is None else readable(full)
            points = _amount(account, lang) if account.balance is not None else said[_reason(account.reason)]
            yield RuleView(account.name, account.label or said["total"], account.source, worth, points)


def _amount(account: Account, lang: Lang) -> str:
    """Points as a number, money with its unit."""
    shown = readable(account.balance or Fraction(0))
    return phrase(lang, "paid", score=shown) if account.kind == MONEY else shown


def _ledger(account: Account, score: Score, lang: Lang, shown: set[str]) -> LedgerView:
    """`shown` are the names whose working the ledger around it has shown; parts have a set of their own."""
    said = phrases(lang)
    remarks = [phrase(lang, "clause", source=account.source)] if account.source else []
    if account.role != "total" or any(entry.verb not in ("carry", "round") for entry in account.entries):
        remarks.append(where(account.place, lang))
    exempt = tuple(trace_lines(account.inputs, (), account.tests, lang, shown))
    entries = tuple(_entry(entry, score, lang, shown) for entry in account.entries
                    if entry.verb != "round" or entry.amount)  # fmt: skip
    return LedgerView(account.name, f"{said[account.role]} {account.label}".strip(),
                      _result(account, lang), tuple(remarks), exempt, entries, account.role,
                      account.place)  # fmt: skip


def _result(account: Account, lang: Lang) -> str:
    if account.balance is None:
        few = [entry.operand for entry in account.entries if entry.reason == "few"]
        least = readable(few[0]) if few and few[0] else ""
        return phrase(lang, "few" if few else _reason(account.reason), operand=least)
    if account.worth is None:
        return phrase(lang, "paid" if account.kind == MONEY else "score", score=readable(account.balance))
    return phrase(lang, "score of", score=readable(account.balance), worth=readable(account.worth))


def _reason(reason: str) -> str:
    return "missing score" if reason == "missing" else reason


def _entry(entry: Entry, score: Score, lang: Lang, shown: set[str]) -> EntryView:
    said = phrases(lang)
    inner = score.accounts[entry.ledger] if entry.verb == "carry" else None
    text = f"{said['carry']} {said[inner.role]} {inner.label}" if inner else place_text(entry.place, lang)
    notes = tuple(_notes(entry, inner, lang, shown))
    part = _ledger(inner, score, lang, set()) if inner and inner.role == "part" else None
    return EntryView(entry.clause, entry.amount, entry.balance, text, notes, entry.place, part)


def _notes(entry: Entry, inner: Account | None, lang: Lang, shown: set[str]) -> Iterator[str]:
    if entry.reason and inner:
        yield _result(inner, lang)
    elif entry.reason:
        reason = f"within {entry.verb}" if entry.reason == "within" else _reason(entry.reason)
        yield _with_numbers(reason, entry, lang)
    yield from entry_lines(entry, lang, shown)
    if entry.verb in OPERANDS and not entry.reason:
        yield _with_numbers(OPERANDS[entry.verb], entry, lang)
    if entry.amount and decimal_places(entry.amount) is None and entry.amount.denominator < LARGEST_SHOWN:
        yield phrase(lang, "exactly", amount=exact(entry.amount), balance=exact(entry.balance or entry.amount))


def _with_numbers(name: str, entry: Entry, lang: Lang) -> str:
    """What the line's amount came to, and the balance before it."""
    operand = readable(entry.operand) if entry.operand is not None else ""
    before = readable(entry.balance - entry.amount) if entry.balance is not None else ""
    return phrase(lang, name, operand=operand, before=before)


def _moves(own: Sequence[tuple[Account, Statement]], whole: Statement, lang: Lang) -> Iterator[MoveView]:
    """How the total comes about; with each line the ledgers that it comes from."""
    said = phrases(lang)
    if whole.full:
        yield MoveView(said["full"], readable(whole.full))
    for name, sign in MOVES:
        amount = sign * getattr(whole, name)
        if amount:
            head = "no worth" if name == "bonus" and not whole.full else name
            yield MoveView(said[head], signed(amount), _sources(own, name, sign, lang))
    yield MoveView(said["result"], readable(whole.score))


def _sources(own: Sequence[tuple[Account, Statement]], name: str, sign: int, lang: Lang) -> str:
    said = phrases(lang)
    parts = [(account.label or said["total"], sign * getattr(statement, name)) for account, statement in own]
    moving = [(label, amount) for label, amount in parts if amount]
    if len(moving) == 1:
        return moving[0][0]
    return said["list"].join(f"{label} {signed(amount)}" for label, amount in moving)
