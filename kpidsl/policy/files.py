"""The files of a policy: the one that is asked for and, by `extends`, those that it rests on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import PurePath
from typing import Any

from kpidsl.policy.model import all_ledgers
from kpidsl.syntax import tree as t
from kpidsl.syntax.parse import parse
from kpidsl.text.findings import Argument, Finding, RefusedError, Word, nearest
from kpidsl.text.source import Source
from kpidsl.values.node import changed

Reader = Callable[[str], Source]
"""Reads a text by path; raises OSError or RefusedError."""


Declared = t.Param | t.Table | t.Let | t.Ledger | t.Grade | t.Rank


@dataclass
class Merged:
    """The declarations of all the files, parents first, with what later files fill, replace and remove.

    `levels`: those under `assess`, by unit of time, with the line that heads them first.
    """

    headers: list[t.Header] = field(default_factory=list)
    facts: list[t.Fact] = field(default_factory=list)
    events: list[t.Events] = field(default_factory=list)
    params: list[t.Param] = field(default_factory=list)
    tables: list[t.Table] = field(default_factory=list)
    lets: list[t.Let] = field(default_factory=list)
    ledgers: list[t.Ledger] = field(default_factory=list)
    totals: list[t.Ledger] = field(default_factory=list)
    payouts: list[t.Ledger] = field(default_factory=list)
    results: list[t.Grade | t.Rank] = field(default_factory=list)
    examples: list[t.Example] = field(default_factory=list)
    requires: list[t.Require] = field(default_factory=list)
    claims: list[t.Claim | t.Trend] = field(default_factory=list)
    heads: list[t.Assess] = field(default_factory=list)
    levels: "dict[str, Merged]" = field(default_factory=dict)


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
            _take(line, merged, findings)
    return merged


# What belongs to the whole policy, and not to one of its levels.
_WHOLE = (t.Header, t.Extends, t.Param, t.Table, t.Require, t.Example, t.Assess)


def _take(line: t.FileLine, merged: Merged, findings: list[Finding]) -> None:
    if merged.heads and isinstance(line, _WHOLE):
        findings.append(Finding("P049", line.span, {"head": merged.heads[0].span.text}))
        return
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
        case t.Claim() | t.Trend():
            merged.claims.append(line)
        case t.Assess(unit=unit, rows=rows):
            level = merged.levels.setdefault(unit, Merged())
            level.heads.append(line)
            for inner in rows:
                _take(inner, level, findings)
        case t.Replacement(line=declared):
            _replace(merged, declared, findings)
        case t.Removal(role=role, name=name):
            _exchange(merged, role, name, None, findings)
        case t.Ledger(edit=edit) if edit:
            _edit(merged.ledgers, line, findings)
        case t.Ledger(role="TOTAL"):
            merged.totals.append(line)
        case t.Ledger(role="PAYOUT"):
            merged.payouts.append(line)
        case t.Ledger():
            merged.ledgers.append(line)


_ROLES: dict[type, str] = {t.Param: "PARAM", t.Table: "TABLE", t.Let: "LET", t.Grade: "GRADE", t.Rank: "RANK"}


def _replace(merged: Merged, declared: Declared, findings: list[Finding]) -> None:
    if isinstance(declared, t.Ledger) and declared.role == "TOTAL":
        merged.totals[:] = [declared]
        return
    role = "PAYOUT" if isinstance(declared, t.Ledger) else _ROLES[type(declared)]
    _exchange(merged, role, declared.name, declared, findings)


def _exchange(merged: Merged, role: str, name: t.Ident, new: Declared | None, findings: list[Finding]) -> None:
    """`new` in the place of the declaration of its role and name; nothing where there is no `new`."""
    lists: dict[str, list[Any]] = {"PARAM": merged.params, "TABLE": merged.tables, "LET": merged.lets,
                                   "PAYOUT": merged.payouts, "GRADE": merged.results,
                                   "RANK": merged.results}  # fmt: skip
    held = lists[role]
    known = [line for line in held if _ROLES.get(type(line), "PAYOUT") == role]
    for line in known:
        if line.name.text == name.text:
            at = held.index(line)
            held[at : at + 1] = [] if new is None else [new]
            return
    names = tuple(line.name.text for line in known)
    args: dict[str, Argument] = {"name": name.text, "near": nearest(name.text, names), "known": names,
                                 "role": Word(role)}  # fmt: skip
    findings.append(Finding("P033", name.span, args))


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
            return changed(ledger, span=edit.span, open=False, rows=(*ledger.rows, *edit.rows))
        worth = ledger.worth if edit.worth is None else edit.worth
        return changed(edit, edit="", worth=worth, label=edit.label or ledger.label)
    for at, row in enumerate(ledger.rows):
        if isinstance(row, t.Ledger):
            inner = _edited(row, edit)
            if inner is not row:
                kept = (inner,) if inner is not None else ()
                return changed(ledger, rows=(*ledger.rows[:at], *kept, *ledger.rows[at + 1 :]))
    return ledger
