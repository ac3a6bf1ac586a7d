"""The files of a policy: the one that is asked for and, by `extends`, those that it rests on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import PurePath

from kpidsl.policy.model import all_ledgers
from kpidsl.syntax import tree as t
from kpidsl.syntax.parse import parse
from kpidsl.text.findings import Argument, Finding, RefusedError, Word, nearest
from kpidsl.text.source import Source
from kpidsl.values.node import changed

Reader = Callable[[str], Source]
"""Reads a text by path; raises OSError or RefusedError."""


@dataclass
class Merged:
    """The declarations of all the files, parents first, with what later files fill, replace and remove."""

    headers: list[t.Header] = field(default_factory=list)
    facts: list[t.Fact] = field(default_factory=list)
    events: list[t.Events] = field(default_factory=list)
    params: list[t.Param] = field(default_factory=list)
    tables: list[t.Table] = field(default_factory=list)
    lets: list[t.Let] = field(default_factory=list)
    ledgers: list[t.Ledger] = field(default_factory=list)
    results: list[t.Grade | t.Rank] = field(default_factory=list)
    examples: list[t.Example] = field(default_factory=list)
    requires: list[t.Require] = field(default_factory=list)


def load(source: Source, read: Reader, findings: list[Finding]) -> list[t.File]:
    """The files from the furthest parent to `source` itself."""
    files: list[t.File] = []
    seen: set[str] = set()
    current: Source | None = source
    while current is not None:
        seen.add(normpath(current.path))
        file, found = parse(current)
        findings += found
        files.insert(0, file)
        current = _parent(file, seen, read, findings)
    return files


def _parent(file: t.File, seen: set[str], read: Reader, findings: list[Finding]) -> Source | None:
    links = [line for line in file.lines if isinstance(line, t.Extends)]
    for extra in links[1:]:
        findings.append(Finding("P004", extra.span))
    if not links:
        return None
    path = normpath(PurePath(file.path).parent / links[0].path)
    if path in seen:
        findings.append(Finding("P003", links[0].span, {"path": links[0].path}))
        return None
    try:
        return read(path)
    except (OSError, ValueError, RefusedError):
        findings.append(Finding("P002", links[0].span, {"path": links[0].path}))
        return None


def merge(files: list[t.File], findings: list[Finding]) -> Merged:
    merged = Merged()
    for file in files:
        for line in file.lines:
            match line:
                case t.Header():
                    merged.headers.append(line)
                case t.Facts():
                    merged.facts += line.rows
                case t.Events():
                    merged.events.append(line)
                case t.Param():
                    merged.params.append(line)
                case t.Table():
                    merged.tables.append(line)
                case t.Let():
                    merged.lets.append(line)
                case t.Grade() | t.Rank():
                    merged.results.append(line)
                case t.Example():
                    merged.examples.append(line)
                case t.Require():
                    merged.requires.append(line)
                case t.Ledger(edit=edit) if edit:
                    _edit(merged.ledgers, line, findings)
                case t.Ledger():
                    merged.ledgers.append(line)
    return merged


def _edit(ledgers: list[t.Ledger], edit: t.Ledger, findings: list[Finding]) -> None:
    """Fill, replace or remove the ledger that `edit` names, wherever it stands."""
    for at, ledger in enumerate(ledgers):
        edited = _edited(ledger, edit)
        if edited is not ledger:
            ledgers[at : at + 1] = [edited] if edited is not None else []
            return
    fit = [found for found in all_ledgers(ledgers) if _fits(found, edit)]
    known = tuple(found.name.text for found in fit)
    code = "P005" if edit.edit == "FILL" else "P033"
    args: dict[str, Argument] = {"name": edit.name.text, "near": nearest(edit.name.text, known), "known": known,
                                 "role": Word(edit.role)}  # fmt: skip
    findings.append(Finding(code, edit.name.span, args))


def _fits(ledger: t.Ledger, edit: t.Ledger) -> bool:
    return ledger.role == edit.role and (ledger.open or edit.edit != "FILL")


def _edited(ledger: t.Ledger, edit: t.Ledger) -> t.Ledger | None:
    """`ledger` itself where the edit is not about it or anything in it; None where it is removed."""
    if _fits(ledger, edit) and ledger.name.text == edit.name.text:
        if edit.edit == "REMOVE":
            return None
        if edit.edit == "FILL":
            return changed(ledger, open=False, rows=(*ledger.rows, *edit.rows))
        worth = ledger.worth if edit.worth is None else edit.worth
        return changed(edit, edit="", worth=worth, label=edit.label or ledger.label)
    for at, row in enumerate(ledger.rows):
        if isinstance(row, t.Ledger):
            inner = _edited(row, edit)
            if inner is not row:
                kept = (inner,) if inner is not None else ()
                return changed(ledger, rows=(*ledger.rows[:at], *kept, *ledger.rows[at + 1 :]))
    return ledger
