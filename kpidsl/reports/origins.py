"""Where the values of an account stand: file, sheet and cell of each fact, the rows of events that were gone over."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Input, RankResult, Score
from kpidsl.facts.headers import NOWHERE, match
from kpidsl.facts.read import Facts
from kpidsl.reports.words import phrases
from kpidsl.text.words import Lang

LETTERS = 26


class Origin(NamedTuple):
    """A fact by its header with its cell as it is written there; of events, by their name, the rows."""

    name: str
    written: str
    place: str


def origins(score: Score, program: Program, tables: Sequence[Facts], only: Sequence[str]) -> list[Origin]:
    """Of the accounts named in `only` with what they take in, or of all; `tables` are the facts and events as read."""
    names = [name for outer in only for name in _inner(score, outer)] if only else list(score.accounts)
    accounts = [score.accounts[name] for name in names if name in score.accounts]
    used = [item for account in accounts for item in _inputs(account)]
    used += [item for name, result in score.results.items() if not only or name in only
             for item in (*result.inputs, *(() if isinstance(result, RankResult) else
                                            (i for over in result.overrides for i in over.inputs)))]  # fmt: skip
    every = [inner for item in used for inner in _all(item)]
    return [*_cells(score, tables[0], {item.name for item in every}), *_rows(every, program, tables[1:])]


def origin_lines(found: Sequence[Origin], lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    yield said["origins"]
    for origin in found:
        written = f" = {origin.written}" if origin.written else ""
        yield f"  {origin.place}{said['colon']}{origin.name}{written}"
    if not found:
        yield f"  {said['no standing']}"


def _inner(score: Score, name: str) -> list[str]:
    """A ledger and all that it takes in."""
    entries = score.accounts[name].entries if name in score.accounts else ()
    return [name, *(inner for entry in entries if entry.ledger for inner in _inner(score, entry.ledger))]


def _inputs(account: Account) -> Iterator[Input]:
    yield from account.inputs
    for entry in account.entries:
        yield from entry.inputs


def _all(item: Input) -> Iterator[Input]:
    """It and all that it was worked out from."""
    yield item
    for inner in item.inputs:
        yield from _all(inner)


def _cells(score: Score, facts: Facts, names: set[str]) -> Iterator[Origin]:
    rows = [row for row in facts.rows if row.number == score.row]
    if not rows or facts.sheet.derived:
        return
    for item in match(facts.sheet, facts.table)[0]:
        if item.field.name in names and item.at != NOWHERE:
            cell = rows[0].cells[item.at]
            yield Origin(item.field.header, f"“{cell}”", f"{facts.sheet.name} {letters(item.at)}{score.row}")


def _rows(used: Sequence[Input], program: Program, tables: Sequence[Facts]) -> Iterator[Origin]:
    """Of each table of events the rows that were gone over, for whatever they were used."""
    whose = {node.place: node.rows for node in n.walk(program.definitions) if isinstance(node, n.Aggregate)}
    found: dict[str, set[int]] = {}
    for item in used:
        numbers = {taken.number for taken in item.events if isinstance(taken.number, int)}
        if item.place in whose and numbers:
            found.setdefault(whose[item.place], set()).update(numbers)
    for table in tables:
        if table.table.name in found:
            rows = ", ".join(map(str, sorted(found[table.table.name])))
            yield Origin(table.table.header, "", f"{table.sheet.name} {rows}")


def letters(at: int) -> str:
    """A column as a spreadsheet calls it: A, B … Z, AA."""
    return (letters(at // LETTERS - 1) if at >= LETTERS else "") + chr(ord("A") + at % LETTERS)

