"""A subject's ledgers in words: every entry with its clause, inputs, the row chosen, the amount and the balance."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from wcwidth import wcswidth

from kpidsl.core.nodes import Place
from kpidsl.core.results import Account, Choice, Entry, Input, Score
from kpidsl.ledger.reconcile import Statement, reconcile
from kpidsl.reports.words import phrase, phrases, signed, value_text
from kpidsl.syntax.translate import translate
from kpidsl.text.source import Span
from kpidsl.text.words import Lang
from kpidsl.values.numerals import LARGEST_SHOWN, decimal_places, exact, readable

OPERANDS = {"multiply": "factor", "at most": "limit", "at least": "limit", "override": "becomes"}
MARGIN = "  "
MOST_EVENTS = 20


def explain(score: Score, head: str, rules: Sequence[str], lang: Lang) -> str:
    """All the accounts of `score`, or those of `rules` with their parts; the total's statement where all are shown."""
    statement = reconcile(score)
    lines = [head, phrases(lang)["legend"], ""]
    if rules:
        for name in rules:
            lines += _account(score.accounts[name], score, lang, "")
        return "\n".join(lines).rstrip()
    lines += _account(score.total, score, lang, "")
    if score.total.balance is not None:
        lines += [*_statement(statement, lang), ""]
    for account in _inner(score.total, score):
        lines += _account(account, score, lang, "")
    return "\n".join(lines).rstrip()


def _inner(account: Account, score: Score) -> list[Account]:
    """The sections and rules that `account` takes in, each before those within it. Parts are shown inside rules."""
    taken = [score.accounts[entry.ledger] for entry in account.entries if entry.verb == "carry"]
    outer = [inner for inner in taken if inner.role != "part"]
    return [found for inner in outer for found in (inner, *_inner(inner, score))]


def _account(account: Account, score: Score, lang: Lang, margin: str) -> Iterator[str]:
    said = phrases(lang)
    title = f"{said[account.role]} {account.label}".strip()
    head = title + said["colon"] + _result(account, lang)
    notes = [phrase(lang, "clause", source=account.source)] if account.source else []
    if account.role != "total":
        notes.append(where(account.place, lang))
    yield margin + head + (f"  [{said['comma'].join(notes)}]" if notes else "")
    if account.inputs:
        yield margin + MARGIN + said["inputs"] + said["colon"] + _inputs(account.inputs, lang)
    for entry in account.entries:
        yield from _entry(entry, score, lang, margin + MARGIN)
    if account.role in ("section", "rule", "total"):
        yield ""


def _result(account: Account, lang: Lang) -> str:
    if account.balance is None:
        return phrase(lang, "missing score" if account.reason == "missing" else account.reason)
    if account.worth is None:
        return phrase(lang, "score", score=readable(account.balance))
    return phrase(lang, "score of", score=readable(account.balance), worth=readable(account.worth))


def _entry(entry: Entry, score: Score, lang: Lang, margin: str) -> Iterator[str]:
    said = phrases(lang)
    inner = score.accounts[entry.ledger] if entry.verb == "carry" else None
    text = f"{said[entry.verb]} {said[inner.role]} {inner.label}" if inner else _policy_text(entry.place, lang)
    if entry.verb == "round":
        text = said["round"]
    balance = "" if entry.balance is None else readable(entry.balance)
    amounts = [_pad(amount.split(" ")[0], 12, right=True) for amount in (signed(entry.amount), balance)]
    yield margin + "  ".join([_pad(entry.clause, 20), *amounts, "", text])
    for note in _notes(entry, inner, lang):
        yield margin + " " * 6 + note
    if inner and inner.role == "part":
        yield from _account(inner, score, lang, margin + MARGIN * 2)


def _notes(entry: Entry, inner: Account | None, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    operand = readable(entry.operand) if entry.operand is not None else ""
    if entry.reason:
        yield _result(inner, lang) if inner else phrase(lang, _reason(entry), operand=operand)
    if entry.inputs:
        yield said["inputs"] + said["colon"] + _inputs(entry.inputs, lang)
    for choice in entry.choices:
        yield from _choice(choice, lang)
    for step in entry.steps:
        yield phrase(lang, "steps", text=_policy_text(step.place, lang), before=readable(step.before),
                     after=readable(step.after))  # fmt: skip
    if entry.verb in OPERANDS and not entry.reason:
        yield phrase(lang, OPERANDS[entry.verb], operand=operand)
    if entry.amount and decimal_places(entry.amount) is None and entry.amount.denominator < LARGEST_SHOWN:
        yield phrase(lang, "exactly", amount=exact(entry.amount), balance=exact(entry.balance or entry.amount))


def _reason(entry: Entry) -> str:
    return "missing score" if entry.reason == "missing" else entry.reason


def _inputs(inputs: Sequence[Input], lang: Lang) -> str:
    return phrases(lang)["list"].join(_input(item, lang) for item in inputs)


def _input(item: Input, lang: Lang) -> str:
    name = item.name or _policy_text(item.place, lang)
    text = f"{name} = {value_text(item.value, item.kind, lang)}"
    if item.events:
        rows = [phrase(lang, "event", row=row, value=readable(value)) for row, value in item.events[:MOST_EVENTS]]
        text += phrase(lang, "events", rows=phrases(lang)["list"].join(rows), count=len(item.events))
    return text + phrase(lang, "from", inputs=_inputs(item.inputs, lang)) if item.inputs else text


def _choice(choice: Choice, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    found = ""
    if choice.kind is not None and isinstance(choice.place, Span):
        subject = _policy_text(choice.place, lang).split(" ", 1)[-1]
        found = f"{subject} = {value_text(choice.value, choice.kind, lang)}{said['comma']}"
    chosen = choice.rows[choice.chosen]
    yield f"{found}{said['chosen']}{said['colon']}{_row_text(chosen, lang)}"
    others = [_row_text(row, lang) for row in dict.fromkeys(choice.rows) if not _overlap(row, chosen)]
    if others:
        yield said["others"] + said["colon"] + said["join"].join(others)


def _row_text(row: Place, lang: Lang) -> str:
    """A row of a block; where it lies between two points, both."""
    if not isinstance(row, Span) or "\n" not in row.text:
        return _policy_text(row, lang)
    lines = row.text.split("\n")
    return " … ".join(" ".join(translate(line, lang).split()) for line in (lines[0], lines[-1]))


def _overlap(row: Place, chosen: Place) -> bool:
    if not isinstance(row, Span) or not isinstance(chosen, Span):
        return row == chosen
    return row.start < chosen.end and chosen.start < row.end


def _statement(statement: Statement, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    yield said["statement"]
    rows = [(said["full"], readable(statement.full))]
    moves: list[tuple[str, Fraction]] = [
        ("not_earned", -statement.not_earned), ("bonus", statement.bonus), ("deductions", -statement.deductions),
        ("limits", statement.limits), ("rounding", statement.rounding),
    ]  # fmt: skip
    rows += [(said[name], signed(amount)) for name, amount in moves if amount]
    rows.append((said["result"], readable(statement.score)))
    width = max(wcswidth(name) for name, _ in rows)
    for name, amount in rows:
        yield f"{MARGIN}{_pad(name, width)}  {_pad(amount, 10, right=True)}"


def where(place: Place, lang: Lang) -> str:
    return phrase(lang, "line", path=place.source.path, line=place.line) if isinstance(place, Span) else ""


def _policy_text(place: Place, lang: Lang) -> str:
    """What the policy says there, on one line, its keywords in the reader's language."""
    return " ".join(translate(place.text, lang).split()) if isinstance(place, Span) else ""


def _pad(text: str, width: int, right: bool = False) -> str:
    space = " " * max(0, width - int(wcswidth(text)))
    return space + text if right else text + space
