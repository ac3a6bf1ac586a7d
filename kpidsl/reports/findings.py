"""Findings for machines: JSON, annotations of GitHub, SARIF 2.1.0."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import kpidsl
from kpidsl.text.findings import Finding
from kpidsl.text.source import Span
from kpidsl.text.wording import severity, texts
from kpidsl.text.words import Lang

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(findings: Sequence[Finding], lang: Lang) -> str:
    return json.dumps([_as_dict(finding, lang) for finding in findings], ensure_ascii=False, indent=1)


def _as_dict(finding: Finding, lang: Lang) -> dict[str, object]:
    place = finding.place
    where = {"path": place.source.path, "line": place.line, "column": place.column} if isinstance(place, Span) else {}
    return {"code": finding.code, "severity": severity(finding), **where, **texts(finding, lang)}


def as_github(findings: Sequence[Finding], lang: Lang) -> str:
    """One annotation a line; line breaks and separators are escaped as GitHub's runner reads them."""
    return "\n".join(_annotation(finding, lang) for finding in findings)


def _annotation(finding: Finding, lang: Lang) -> str:
    said, place = texts(finding, lang), finding.place
    where = ""
    if isinstance(place, Span):
        where = f"file={_escaped(place.source.path)},line={place.line},col={place.column},"
    message = "\n".join(part for part in (said["what"], said["why"], said["mend"]) if part)
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
    return {"ruleId": finding.code, "ruleIndex": index, "level": severity(finding), "message": {"text": text},
            "locations": [_location(finding.place)] if isinstance(finding.place, Span) else []}  # fmt: skip


def _location(span: Span) -> dict[str, Any]:
    last = span.source.position(max(span.start, span.end - 1))
    region = {"startLine": span.line, "startColumn": span.column, "endLine": last[0], "endColumn": last[1] + 1}
    return {"physicalLocation": {"artifactLocation": {"uri": span.source.path}, "region": region}}


FORMATS: Mapping[str, Callable[[Sequence[Finding], Lang], str]] = {
    "json": as_json, "github": as_github, "sarif": as_sarif,
}  # fmt: skip
