"""Findings put into words: what, where, why it matters to a score, and how to mend it."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kpidsl.text.findings import AnyOf, Argument, Finding, Phrase, Ready, Word
from kpidsl.text.mends import Edit, edits
from kpidsl.text.source import Cell, Span
from kpidsl.text.words import Lang, load_yaml, word_table

LABELS = {
    "en": {"error": "error", "warning": "warning", "why": "why", "mend": "mend", "row": "row", "column": "column",
           "list": ", ", "or": " or ", "colon": ": ", "none": "(none)",
           "fix": "check --fix", "gone": "(taken out)", "both": "; "},
    "zh": {"error": "错误", "warning": "警告", "why": "影响", "mend": "改法", "row": "行", "column": "列",
           "list": "、", "or": "或", "colon": "：", "none": "（没有）",
           "fix": "check --fix 可改", "gone": "（删去）", "both": "；"},
}
WIDEST = 160


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Code -> severity and, by language, the templates `what`, `why`, `mend` and optional `near`."""
    table: Mapping[str, Mapping[str, Any]] = load_yaml(Path(__file__).parent / "findings.yaml")
    return table


def severity(finding: Finding) -> str:
    return str(catalogue()[finding.code].get("severity", "error"))


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(severity(f) == "error" for f in findings)


def said(argument: Argument, lang: Lang) -> str:
    match argument:
        case Word(token):
            return word_table().say(token, lang)
        case AnyOf(tokens):
            words = word_table().say_any(tokens, lang)
            label = LABELS[lang]
            return label["or"].join([label["list"].join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
        case Phrase(parts, between):
            return between.join(said(part, lang) for part in parts)
        case Ready(text):
            return said(text, lang)
        case Cell():
            return where(argument, lang)
        case ():
            return LABELS[lang]["none"]
        case tuple():
            return LABELS[lang]["list"].join(said(a, lang) for a in argument)
    return _visible(str(argument))


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else "·" for character in text)


def texts(finding: Finding, lang: Lang) -> dict[str, str]:
    """The finding's `what`, `why` and `mend` in the reader's language."""
    templates = catalogue()[finding.code][lang]
    args = {name: said(value, lang) for name, value in finding.args.items()}
    mend = templates["near"] if args.get("near") and "near" in templates else templates["mend"]
    return {"what": templates["what"].format_map(args), "why": templates["why"].format_map(args),
            "mend": mend.format_map(args)}


def where(place: Span | Cell | None, lang: Lang) -> str:
    label = LABELS[lang]
    match place:
        case Span():
            return f"{place.source.path}:{place.line}:{place.column}"
        case Cell(table, row, column, named, key):
            parts = [table]
            if named:
                parts.append(named)
            elif row:
                known = {"en": f" ({key})", "zh": f"（{key}）"}[lang] if key else ""
                parts.append((f"{label['row']} {row}" if lang == "en" else f"第 {row} 行") + known)
            if column:
                parts.append(f"{label['column']} {column}" if lang == "en" else f"“{column}”列")
            return label["list"].join(parts)
    return ""


def render(finding: Finding, lang: Lang) -> str:
    """The finding as a reader sees it on a terminal, with the line and a caret where it has one."""
    label, text = LABELS[lang], texts(finding, lang)
    place = where(finding.place, lang)
    head = f"{place}{label['colon']}" if place else ""
    lines = [f"{head}{label[severity(finding)]} {finding.code}{label['colon']}{text['what']}"]
    if isinstance(finding.place, Span):
        lines += excerpt(finding.place)
    for part in ("why", "mend"):
        if text[part]:
            lines.append(f"  {label[part]}{label['colon']}{text[part]}")
    if ready := offer(finding, lang):
        lines.append(f"  {ready}")
    return "\n".join(lines)


def offer(finding: Finding, lang: Lang) -> str:
    """That `check --fix` mends the finding, and what it would write; empty where there is no mend that is ready."""
    changes, label = edits(finding), LABELS[lang]
    return f"{label['fix']}{label['colon']}{exchanged(changes, lang)}" if changes else ""


def exchanged(changes: Iterable[Edit], lang: Lang) -> str:
    """What edits take out and what they put there: [100, 109] → [100, 110)."""
    label = LABELS[lang]
    pairs = ((" ".join(text.split()) for text in (span.text, new)) for span, new in changes)
    return label["both"].join(f"{_visible(old)} → {_visible(new) or label['gone']}" for old, new in pairs)


def excerpt(span: Span) -> list[str]:
    """The line of the span and carets under it, by the width that a terminal gives each character."""
    from wcwidth import wcswidth

    number, column = span.source.position(span.start)
    line = _visible(span.source.lines[number - 1].replace("\t", " "))
    skipped = max(0, column - WIDEST // 2)
    head = "…" if skipped else ""
    before = head + line[skipped : column - 1]
    length = max(1, min(span.end - span.start, len(line) - column + 1, WIDEST))
    shown = head + line[skipped : skipped + WIDEST] + ("…" if len(line) > skipped + WIDEST else "")
    carets = "^" * max(1, wcswidth(line[column - 1 : column - 1 + length]))
    margin = f"  {number:>4} | "
    return [margin + shown, " " * (len(margin) - 2) + "| " + " " * wcswidth(before) + carets]
