"""An explanation as Markdown: tables that can be added up, below each what its entries used and chose."""

from collections.abc import Iterable, Iterator, Sequence

from kpidsl.reports.inert import markdown
from kpidsl.reports.outline import EntryView, LedgerView, Outline
from kpidsl.reports.words import phrases, signed
from kpidsl.text.words import Lang
from kpidsl.values.numerals import readable


def as_markdown(found: Outline, standing: Iterable[str], lang: Lang) -> Iterator[str]:
    """Lines; `standing` are those of grades and ranks."""
    said = phrases(lang)
    yield f"# {markdown(found.head)}"
    if found.rules:
        yield from ("", *_table((said["rule"], said["source"], said["worth"], said["result"]), "llrr",
                                [(r.label, r.source, r.worth, r.result) for r in found.rules]))  # fmt: skip
    if found.moves:
        yield from ("", f"## {said['statement']}", "")
        yield from _table((said["move"], said["amount"], said["from"]), "lrl",
                          [(move.name, move.amount, move.sources) for move in found.moves])  # fmt: skip
    lines = [*standing]
    if any(lines):
        yield from ("", f"## {said['standing']}", "")
        yield from _notes(lines)
    for view in found.ledgers:
        yield from _ledger(view, 2, lang)


def as_section(lines: Sequence[str]) -> Iterator[str]:
    """A heading, and what stands below it."""
    yield from (f"## {markdown(lines[0])}", "", *_notes(line.strip() for line in lines[1:]))


def _ledger(view: LedgerView, depth: int, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    yield from ("", f"{'#' * depth} {markdown(view.title + said['colon'] + view.result)}")
    if view.remarks:
        yield from ("", f"*{markdown(said['comma'].join(view.remarks))}*")
    if view.exempt:
        yield from ("", markdown(said["exempt when"]), "", *_notes(view.exempt))
    if view.entries:
        rows = [(e.clause, signed(e.amount), "" if e.balance is None else readable(e.balance), e.text)
                for e in view.entries]  # fmt: skip
        yield from ("", *_table((said["entry"], said["amount"], said["balance"], said["policy says"]), "lrrl", rows))
    for entry in view.entries:
        yield from _entry(entry, depth, lang)


def _entry(entry: EntryView, depth: int, lang: Lang) -> Iterator[str]:
    if entry.notes:
        yield from ("", f"**{markdown(entry.clause)}** {markdown(entry.text)}", "", *_notes(entry.notes))
    if entry.part is not None:
        yield from _ledger(entry.part, depth + 1, lang)


def _notes(lines: Iterable[str]) -> Iterator[str]:
    """As a list, in which what is indented stands below what it belongs to."""
    for line in lines:
        if line.strip():
            yield f"{line[: len(line) - len(line.lstrip())]}- {markdown(line.strip())}"


def _table(headers: Sequence[str], sides: str, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(markdown, headers))} |"
    yield f"| {' | '.join('---:' if side == 'r' else '---' for side in sides)} |"
    for row in rows:
        yield f"| {' | '.join(map(markdown, row))} |"
