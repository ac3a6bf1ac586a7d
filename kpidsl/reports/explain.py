"""A subject's ledgers as text: every entry with its clause, inputs, the row chosen, the amount and the balance."""

from collections.abc import Iterator, Sequence

from wcwidth import wcswidth

from kpidsl.core.program import Program
from kpidsl.core.results import Score
from kpidsl.reports.outline import EntryView, LedgerView, MoveView, RuleView, outline
from kpidsl.reports.standing import standing_lines
from kpidsl.reports.words import phrases, signed
from kpidsl.text.words import Lang
from kpidsl.values.numerals import readable

MARGIN = "  "


def explain(score: Score, program: Program, only: Sequence[str], lang: Lang) -> str:
    """All the accounts of `score`, beginning with an overview; or those named in `only`, with what they take in."""
    found = outline(score, program, only, lang)
    lines = [found.head, ""]
    if not only:
        lines += [*_overview(found.rules, lang), ""]
        lines += [*_statement(found.moves, lang), ""] if found.moves else []
        lines += standing_lines(score, lang)
    standing = [name for name in only if name in score.results]
    if standing:
        return "\n".join([*lines, *standing_lines(score, lang, standing)]).rstrip()
    lines += [phrases(lang)["legend"], ""]
    for view in found.ledgers:
        lines += [*_ledger(view, lang, ""), ""] if view.role != "part" else _ledger(view, lang, "")
    return "\n".join(lines).rstrip()


def _overview(rules: Sequence[RuleView], lang: Lang) -> list[str]:
    from tabulate import tabulate

    said = phrases(lang)
    rows = [(rule.label, rule.source, rule.worth, rule.result) for rule in rules]
    headers = (said["rule"], said["source"], said["worth"], said["result"])
    return tabulate(rows, headers, tablefmt="simple", disable_numparse=True,
                    colalign=("left", "left", "right", "right")).splitlines()  # fmt: skip


def _statement(moves: Sequence[MoveView], lang: Lang) -> Iterator[str]:
    yield phrases(lang)["statement"]
    width = max(wcswidth(move.name) for move in moves)
    for move in moves:
        yield f"{MARGIN}{_pad(move.name, width)}  {_pad(move.amount, 10, right=True)}  {move.sources}".rstrip()


def _ledger(view: LedgerView, lang: Lang, margin: str) -> Iterator[str]:
    said = phrases(lang)
    remarks = f"  [{said['comma'].join(view.remarks)}]" if view.remarks else ""
    yield margin + view.title + said["colon"] + view.result + remarks
    if view.exempt:
        yield margin + MARGIN * 4 + said["exempt when"]
    for line in view.exempt:
        yield margin + MARGIN * 5 + line
    for entry in view.entries:
        yield from _entry(entry, lang, margin + MARGIN)


def _entry(entry: EntryView, lang: Lang, margin: str) -> Iterator[str]:
    balance = "" if entry.balance is None else readable(entry.balance)
    amounts = [_pad(amount.split(" ")[0], 12, right=True) for amount in (signed(entry.amount), balance)]
    yield margin + "  ".join([_pad(entry.clause, 20), *amounts, "", entry.text])
    for note in entry.notes:
        yield margin + MARGIN * 3 + note
    if entry.part is not None:
        yield from _ledger(entry.part, lang, margin + MARGIN * 2)


def _pad(text: str, width: int, right: bool = False) -> str:
    space = " " * max(0, width - int(wcswidth(text)))
    return space + text if right else text + space
