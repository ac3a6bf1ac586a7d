"""Findings for machines: JSON, annotations of GitHub, SARIF 2.1.0."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import kpidsl
from kpidsl.text.findings import Finding
from kpidsl.text.mends import Edit, edits
from kpidsl.text.source import Span
from kpidsl.text.wording import offer, severity, texts
from kpidsl.text.words import Lang

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(findings: Sequence[Finding], lang: Lang) -> str:
    return json.dumps([_as_dict(finding, lang) for finding in findings], ensure_ascii=False, indent=1)


def _as_dict(finding: Finding, lang: Lang) -> dict[str, object]:
    place = finding.place
    where = {"path": place.source.path, "line": place.line, "column": place.column} if isinstance(place, Span) else {}
    changes = [_edit(change) for change in edits(finding)]
    return {"code": finding.code, "severity": severity(finding), **where, **texts(finding, lang),
            **({"edits": changes} if changes else {})}  # fmt: skip


def _edit(change: Edit) -> dict[str, object]:
    """Offsets count characters from 0, a line end as one; lines and columns count from 1. The end is not held."""
    span, (end_line, end_column) = change.span, change.span.source.position(change.span.end)
    return {"path": span.source.path, "start": span.start, "end": span.end, "line": span.line, "column": span.column,
            "end_line": end_line, "end_column": end_column, "old": span.text, "new": change.text}  # fmt: skip


def as_github(findings: Sequence[Finding], lang: Lang) -> str:
    """One annotation a line; line breaks and separators are escaped as GitHub's runner reads them."""
    return "\n".join(_annotation(finding, lang) for finding in findings)


def _annotation(finding: Finding, lang: Lang) -> str:
    said, place = texts(finding, lang), finding.place
    where = ""
    if isinstance(place, Span):
        where = f"file={_escaped(place.source.path)},line={place.line},col={place.column},"
    parts = (said["what"], said["why"], said["mend"], offer(finding, lang))
    message = "\n".join(part for part in parts if part)
    return f"::{severity(finding)} {where}title={finding.code}::{_escaped(message, colons=False)}"


def _escaped(text: str, colons: bool = True) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if colons else text


def as_sarif(findings: Sequence[Finding], lang: Lang) -> str:
    codes = sorted({finding.code for finding in findings})
    driver = {"name": "kpidsl", "version": kpidsl.__version__, "rules": [{"id": code} for code in codes]}
    results = [_result(finding, lang, codes.index(finding.code)) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _result(finding: Finding, lang: Lang, index: int) -> dict[str, Any]:
    said = texts(finding, lang)
    text = " ".join(part for part in (said["what"], said["why"], said["mend"]) if part)
    changes = edits(finding)
    fixes = {"fixes": [_fix(changes, offer(finding, lang))]} if changes else {}
    return {"ruleId": finding.code, "ruleIndex": index, "level": severity(finding), "message": {"text": text},
            "locations": [_location(finding.place)] if isinstance(finding.place, Span) else [], **fixes}  # fmt: skip


def _fix(changes: Sequence[Edit], said: str) -> dict[str, Any]:
    """All edits of one mend, file by file."""
    paths = dict.fromkeys(change.span.source.path for change in changes)
    return {"description": {"text": said}, "artifactChanges": [
        {"artifactLocation": {"uri": path}, "replacements": [
            {"deletedRegion": _region(change.span), "insertedContent": {"text": change.text}}
            for change in changes if change.span.source.path == path]}
        for path in paths]}  # fmt: skip


def _region(span: Span) -> dict[str, int]:
    (line, column), (end_line, end_column) = (span.source.position(at) for at in (span.start, span.end))
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _location(span: Span) -> dict[str, Any]:
    last = span.source.position(max(span.start, span.end - 1))
    region = {"startLine": span.line, "startColumn": span.column, "endLine": last[0], "endColumn": last[1] + 1}
    return {"physicalLocation": {"artifactLocation": {"uri": span.source.path}, "region": region}}


FORMATS: Mapping[str, Callable[[Sequence[Finding], Lang], str]] = {
    "json": as_json, "github": as_github, "sarif": as_sarif,
}  # fmt: skip
