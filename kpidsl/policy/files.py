"""The files of a policy: the one that is asked for and, by `extends`, those that it rests on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import PurePath

from kpidsl.syntax import tree as t
from kpidsl.syntax.parse import parse
from kpidsl.text.findings import Finding, RefusedError, nearest
from kpidsl.text.source import Source
from kpidsl.values.node import changed

Reader = Callable[[str], Source]
"""Reads a text by path; raises OSError or RefusedError."""


@dataclass
class Merged:
    """The declarations of all the files, parents first, with open rules filled."""

    headers: list[t.Header] = field(default_factory=list)
    facts: list[t.Fact] = field(default_factory=list)
    events: list[t.Events] = field(default_factory=list)
    params: list[t.Param] = field(default_factory=list)
    tables: list[t.Table] = field(default_factory=list)
    lets: list[t.Let] = field(default_factory=list)
    ledgers: list[t.Ledger] = field(default_factory=list)
    results: list[t.Grade | t.Rank] = field(default_factory=list)
    examples: list[t.Example] = field(default_factory=list)


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
                case t.Ledger(role="FILL"):
                    _fill(merged.ledgers, line, findings)
                case t.Ledger():
                    merged.ledgers.append(line)
    return merged


def _fill(ledgers: list[t.Ledger], fill: t.Ledger, findings: list[Finding]) -> None:
    """Put the lines of `fill` into the open rule of its name."""
    open_names: list[str] = []
    for at, ledger in enumerate(ledgers):
        rules = [ledger] if ledger.role == "RULE" else [r for r in ledger.rows if isinstance(r, t.Ledger)]
        for rule in rules:
            if rule.open:
                open_names.append(rule.name.text)
            if rule.open and rule.name.text == fill.name.text:
                filled = changed(rule, open=False, rows=(*rule.rows, *fill.rows))
                rows = tuple(filled if row is rule else row for row in ledger.rows)
                ledgers[at] = filled if ledger is rule else changed(ledger, rows=rows)
                return
    near = nearest(fill.name.text, open_names)
    findings.append(Finding("P005", fill.name.span, {"name": fill.name.text, "near": near, "known": tuple(open_names)}))
