"""A subject's ledgers in words: every entry with its clause, inputs, the row chosen, the amount and the balance."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from wcwidth import wcswidth

from kpidsl.core.nodes import Ref
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Entry, Score
from kpidsl.ledger.reconcile import Statement, reconcile, statement_of, statements
from kpidsl.reports.policy_text import place_text, where
from kpidsl.reports.standing import standing_lines
from kpidsl.reports.trace import entry_lines, trace_lines
from kpidsl.reports.words import phrase, phrases, signed
from kpidsl.text.words import Lang, word_table
from kpidsl.values.calendar import label
from kpidsl.values.kinds import MONEY
from kpidsl.values.numerals import LARGEST_SHOWN, decimal_places, exact, readable

OPERANDS = {"multiply": "factor", "spread": "factor", "at most": "above limit", "at least": "below limit",
            "override": "becomes"}  # fmt: skip
MARGIN = "  "


def explain(score: Score, program: Program, only: Sequence[str], lang: Lang) -> str:
    """All the accounts of `score`, beginning with an overview; or those named in `only`, with what they take in."""
    statement = reconcile(score)
    lines = [_head(program, score, lang), ""]
    if not only:
        lines += [*_overview(score, program, statement, lang), ""]
        if score.total.entries and score.total.balance is not None:
            lines += [*_statement(score, lang), ""]
        lines += standing_lines(score, lang)
    standing = [name for name in only if name in score.results]
    if standing:
        return "\n".join([*lines, *standing_lines(score, lang, standing)]).rstrip()
    lines += [phrases(lang)["legend"], ""]
    outer = [score.accounts[name] for name in only] or _outermost(score, program)
    for account in outer:
        for shown in (account, *_inner(account, score)):
            lines += _account(shown, score, lang, "")
    return "\n".join(lines).rstrip()


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


def _overview(score: Score, program: Program, statement: Statement, lang: Lang) -> list[str]:
    """A line for each rule: what it rests on, what it is worth, what it came to."""
    from tabulate import tabulate

    said = phrases(lang)
    rows = []
    for account in (score.accounts[ledger.name] for ledger in program.ledgers):
        if account.role in ("rule", "payout") or (account.role == "total" and account.entries):
            full = statement.full or None if account.role == "total" else account.worth
            worth = "" if full is None else readable(full)
            points = _amount(account, lang) if account.balance is not None else said[_reason(account.reason)]
            rows.append((account.label or said["total"], account.source, worth, points))
    headers = (said["rule"], said["source"], said["worth"], said["result"])
    return tabulate(rows, headers, tablefmt="simple", disable_numparse=True,
                    colalign=("left", "left", "right", "right")).splitlines()  # fmt: skip


def _amount(account: Account, lang: Lang) -> str:
    """Points as a number, money with its unit."""
    shown = readable(account.balance or Fraction(0))
    return phrase(lang, "paid", score=shown) if account.kind == MONEY else shown


def _account(account: Account, score: Score, lang: Lang, margin: str) -> Iterator[str]:
    said = phrases(lang)
    title = f"{said[account.role]} {account.label}".strip()
    notes = [phrase(lang, "clause", source=account.source)] if account.source else []
    if account.role != "total" or any(entry.verb not in ("carry", "round") for entry in account.entries):
        notes.append(where(account.place, lang))
    worth = statement_of(account, score).full or None if account.role == "total" else account.worth
    head = title + said["colon"] + _result(account._replace(worth=worth), lang)
    yield margin + head + (f"  [{said['comma'].join(notes)}]" if notes else "")
    shown: set[str] = set()
    if account.inputs:
        yield margin + MARGIN * 4 + said["exempt when"]
    for line in trace_lines(account.inputs, (), account.tests, lang, shown):
        yield margin + MARGIN * 5 + line
    for entry in account.entries:
        if entry.verb != "round" or entry.amount:
            yield from _entry(entry, score, lang, margin + MARGIN, shown)
    if account.role in ("section", "rule", "total", "payout"):
        yield ""


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


def _entry(entry: Entry, score: Score, lang: Lang, margin: str, shown: set[str]) -> Iterator[str]:
    said = phrases(lang)
    inner = score.accounts[entry.ledger] if entry.verb == "carry" else None
    text = f"{said['carry']} {said[inner.role]} {inner.label}" if inner else place_text(entry.place, lang)
    balance = "" if entry.balance is None else readable(entry.balance)
    amounts = [_pad(amount.split(" ")[0], 12, right=True) for amount in (signed(entry.amount), balance)]
    yield margin + "  ".join([_pad(entry.clause, 20), *amounts, "", text])
    for note in _notes(entry, inner, lang, shown):
        yield margin + MARGIN * 3 + note
    if inner and inner.role == "part":
        yield from _account(inner, score, lang, margin + MARGIN * 2)


def _notes(entry: Entry, inner: Account | None, lang: Lang, shown: set[str]) -> Iterator[str]:
    operand = readable(entry.operand) if entry.operand is not None else ""
    before = readable(entry.balance - entry.amount) if entry.balance is not None else ""
    if entry.reason and inner:
        yield _result(inner, lang)
    elif entry.reason:
        reason = f"within {entry.verb}" if entry.reason == "within" else _reason(entry.reason)
        yield phrase(lang, reason, operand=operand, before=before)
    yield from entry_lines(entry, lang, shown)
    if entry.verb in OPERANDS and not entry.reason:
        yield phrase(lang, OPERANDS[entry.verb], operand=operand, before=before)
    if entry.amount and decimal_places(entry.amount) is None and entry.amount.denominator < LARGEST_SHOWN:
        yield phrase(lang, "exactly", amount=exact(entry.amount), balance=exact(entry.balance or entry.amount))


MOVES = (("not_earned", -1), ("bonus", 1), ("deductions", -1), ("limits", 1), ("rounding", 1))


def _statement(score: Score, lang: Lang) -> Iterator[str]:
    """How the total comes about; with each line the ledgers that it comes from."""
    said = phrases(lang)
    own = statements(score.total, score)
    whole = sum((statement for _, statement in own), Statement())
    yield said["statement"]
    rows = [(said["full"], readable(whole.full), "")] if whole.full else []
    for name, sign in MOVES:
        amount = sign * getattr(whole, name)
        if amount:
            head = "no worth" if name == "bonus" and not whole.full else name
            rows.append((said[head], signed(amount), _sources(own, name, sign, lang)))
    rows.append((said["result"], readable(whole.score), ""))
    width = max(wcswidth(name) for name, _, _ in rows)
    for name, amount, sources in rows:
        yield f"{MARGIN}{_pad(name, width)}  {_pad(amount, 10, right=True)}  {sources}".rstrip()


def _sources(own: Sequence[tuple[Account, Statement]], name: str, sign: int, lang: Lang) -> str:
    said = phrases(lang)
    parts = [(account.label or said["total"], sign * getattr(statement, name)) for account, statement in own]
    moving = [(label, amount) for label, amount in parts if amount]
    if len(moving) == 1:
        return moving[0][0]
    return said["list"].join(f"{label} {signed(amount)}" for label, amount in moving)


def _pad(text: str, width: int, right: bool = False) -> str:
    space = " " * max(0, width - int(wcswidth(text)))
    return space + text if right else text + space
