"""The account of one score as plain data: what `outline` tells, in both languages, with places as lines."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any

from kpidsl.core.nodes import Place
from kpidsl.core.program import Program
from kpidsl.core.results import Score
from kpidsl.ledger.losses import Loss, losses
from kpidsl.ledger.reconcile import full_marks
from kpidsl.reports.brief import what_moved
from kpidsl.reports.outline import EntryView, LedgerView, Outline, RuleView, outline
from kpidsl.reports.page.charts import steps
from kpidsl.reports.page.texts import Said, Texts
from kpidsl.reports.page.words import Both, both
from kpidsl.reports.standing import standing_lines
from kpidsl.reports.words import phrases, signed
from kpidsl.text.source import Span
from kpidsl.text.words import LANGS
from kpidsl.values.node import Node, node
from kpidsl.values.numerals import exact, readable

Pages = Mapping[str, int]
"""The files of the policy by their paths, in the order in which the page shows them."""


@node
class Writer(Node):
    """Puts accounts of one program into a shared store of texts."""

    program: Program
    files: Pages
    texts: Texts

    def account(self, score: Score, before: Score | None) -> dict[str, Any]:
        """Everything about one score; `before` is that of the period before. Raises UnreconciledError."""
        zh, en = (outline(score, self.program, (), lang) for lang in LANGS)
        found = {
            "row": 0 if self.program.label else score.row,
            "rules": [self._rule(*pair, score, before) for pair in zip(zh.rules, en.rules, strict=True)],
            "moves": [self._move(*pair) for pair in zip(zh.moves, en.moves, strict=True)],
            "standing": self._standing(score),
            "ledgers": [self._ledger(*pair, score) for pair in zip(zh.ledgers, en.ledgers, strict=True)],
        }
        return {**found, **self._losses(score, zh)}

    def _say(self, text: Both) -> Said:
        return self.texts.say(*text)

    def _rule(self, zh: RuleView, en: RuleView, score: Score, before: Score | None) -> list[Any]:
        """Label, clause, worth, result, and where there was a period before, its result and the change."""
        own = [self.texts.say(zh.label, en.label), self.texts.say(zh.source, en.source), zh.worth,
               self.texts.say(zh.result, en.result), zh.name]  # fmt: skip
        if before is None:
            return own
        was, now = before.accounts[zh.name].balance, score.accounts[zh.name].balance
        change = "" if was is None or now is None else signed(now - was)
        return [*own, "" if was is None else readable(was), change]

    def _move(self, zh: Any, en: Any) -> list[Any]:
        return [self.texts.say(zh.name, en.name), zh.amount, self.texts.say(zh.sources, en.sources)]

    def _standing(self, score: Score) -> list[Said]:
        told = zip(*(standing_lines(score, lang) for lang in LANGS), strict=True)
        return [self.texts.say(zh, en) for zh, en in told if zh.strip()]

    def _ledger(self, zh: LedgerView, en: LedgerView, score: Score) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": zh.name, "role": zh.role, "title": self.texts.say(zh.title, en.title),
            "result": self.texts.say(zh.result, en.result), "line": self._line(zh.place),
            "entries": [self._entry(*pair, score) for pair in zip(zh.entries, en.entries, strict=True)],
        }  # fmt: skip
        source = score.accounts[zh.name].source
        if source:
            found["source"] = self.texts.say(source, source)
        if zh.exempt:
            found["exempt"] = self._notes(zh.exempt, en.exempt)
        return found

    def _entry(self, zh: EntryView, en: EntryView, score: Score) -> list[Any]:
        """Clause, amount, balance, text, notes, line; then the ledger of a part that it takes in."""
        own = [self.texts.say(zh.clause, en.clause), number(zh.amount, signed(zh.amount)),
               "" if zh.balance is None else number(zh.balance, readable(zh.balance)),
               self.texts.say(zh.text, en.text), self._notes(zh.notes, en.notes), self._line(zh.place)]  # fmt: skip
        return own if zh.part is None or en.part is None else [*own, self._ledger(zh.part, en.part, score)]

    def _notes(self, zh: Sequence[str], en: Sequence[str]) -> list[Said]:
        return [self.texts.say(*pair) for pair in zip(zh, en, strict=True)]

    def _line(self, place: Place) -> str:
        return line_of(place, self.files)

    def _losses(self, score: Score, found: Outline) -> dict[str, Any]:
        """From full marks down to the total, the largest loss first, each with what is left after it; and as bars."""
        if not found.moves or score.total.balance is None:
            return {}
        full = full_marks(score.total, score)
        lost = losses(score.total, score)
        left = list(accumulate((loss.amount for loss in lost), initial=full))[1:]
        told = [[signed(loss.amount), readable(after), self._say(_label(loss)), self._say(_what(loss)),
                 self._line(loss.entry.place if loss.entry else loss.account.place)]
                for loss, after in zip(lost, left, strict=True)]  # fmt: skip
        sums = [readable(full), signed(score.total.balance - full), readable(score.total.balance)]
        return {"losses": told, "sums": sums, "bars": self._bars(lost, full, score.total.balance)}

    def _bars(self, lost: Sequence[Loss], full: Fraction, came_to: Fraction) -> list[list[Any]]:
        """A bar for what each ledger moved, between full marks and the score."""
        moved: dict[str, Fraction] = {}
        labels: dict[str, Both] = {}
        for loss in lost:
            name = loss.account.name
            moved[name] = moved.get(name, Fraction(0)) + loss.amount
            labels[name] = _label(loss)
        ordered = sorted(((amount, name) for name, amount in moved.items() if amount))
        ends = steps(full, [amount for amount, _ in ordered], came_to)
        heads = [report("full"), *(labels[name] for _, name in ordered), report("result")]
        amounts = [readable(full), *(signed(amount) for amount, _ in ordered), readable(came_to)]
        return [[self._say(head), amount, *end] for head, amount, end in zip(heads, amounts, ends, strict=True)]


def number(value: Fraction, shown: str) -> str | list[str]:
    """As it is shown; where that is not all of it, with the exact one."""
    return [shown, exact(value)] if shown.startswith("≈") else shown


def line_of(place: Place, files: Pages) -> str:
    """The anchor of a line: which file, and which line of it."""
    if not isinstance(place, Span) or place.source.path not in files:
        return ""
    return f"{files[place.source.path]}.{place.line}"


def report(name: str) -> Both:
    return both(lambda lang: phrases(lang)[name])


def _label(loss: Loss) -> Both:
    label = loss.account.label
    return Both(label, label) if label else report("total")


def _what(loss: Loss) -> Both:
    return both(lambda lang: what_moved(loss, lang))
