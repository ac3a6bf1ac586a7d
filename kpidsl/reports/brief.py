"""A score in a sentence a rule, and where its points were lost, the largest loss first."""

from collections.abc import Iterator, Sequence

from kpidsl.core.program import Program
from kpidsl.core.results import Score
from kpidsl.ledger.losses import Loss, losses
from kpidsl.ledger.reconcile import statement_of
from kpidsl.reports.outline import Outline
from kpidsl.reports.policy_text import place_text
from kpidsl.reports.words import phrase, phrases, signed
from kpidsl.text.words import Lang
from kpidsl.values.numerals import readable


def sentences(found: Outline, score: Score, program: Program, lang: Lang) -> Iterator[str]:
    """One for each rule, payout and the total: what it came to, and what kept it from full marks."""
    said = phrases(lang)
    shown = [ledger.name for ledger in program.ledgers if ledger.role in ("rule", "payout")]
    for name in shown:
        account = score.accounts[name]
        rule = next(rule for rule in found.rules if rule.label == account.label)
        of = phrase(lang, "of worth", worth=rule.worth) if rule.worth and account.balance is not None else ""
        moved = said["join"].join(f"{what_moved(loss, lang)} {signed(loss.amount)}" for loss in losses(account, score))
        yield f"{rule.label}{said['colon']}{rule.result}{of}{phrase(lang, 'moved by', what=moved) if moved else ''}"


def ranked(score: Score, lang: Lang) -> Iterator[str]:
    """From full marks down to the total: each loss, and what was won beyond."""
    if score.total.balance is None or not score.total.entries:
        return
    said = phrases(lang)
    yield f"{said['full']} {readable(statement_of(score.total, score).full)}"
    for loss in losses(score.total, score):
        name = loss.account.label or said["total"]
        yield f"{signed(loss.amount)}  {name}{said['colon']}{what_moved(loss, lang)}"
    yield f"{said['result']} {readable(score.total.balance)}"


def what_moved(loss: Loss, lang: Lang) -> str:
    """The policy's line; where it is no single one, what the points are called."""
    return place_text(loss.entry.place, lang) if loss.entry is not None else phrases(lang)[loss.kind]


def as_brief(found: Outline, score: Score, program: Program, standing: Sequence[str], lang: Lang) -> Iterator[str]:
    yield from (found.head, "", *sentences(found, score, program, lang), "")
    yield from (*ranked(score, lang), "")
    yield from standing
