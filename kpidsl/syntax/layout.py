"""Indentation: a text to a forest of logical lines, each holding the lines indented under it."""

from dataclasses import dataclass, field

from kpidsl.syntax.tokens import Token, tokenize
from kpidsl.text.findings import Finding
from kpidsl.text.source import Source, Span

# A line that ends in one of these goes on in the next line.
CONTINUES = frozenset({"COMMA", "PLUS", "MINUS", "STAR", "SLASH", "AND", "OR", "EQ", "LPAR", "WHEN", "WHERE"})
WIDTHS = {" ": 1, "\u00a0": 1, "\u3000": 2, "\t": 4}
LONGEST_TEXT = 2_000_000
MOST_FINDINGS = 100
DEEPEST = 12


@dataclass
class Line:
    """A logical line: its tokens without comments, and the lines under it."""

    indent: int
    tokens: list[Token]
    children: list["Line"] = field(default_factory=list)
    sound: bool = True     # false: the lexer had a finding here, so the parser need not

    @property
    def span(self) -> Span:
        return self.tokens[0].span.to(self.tokens[-1].span)


@dataclass
class Layout:
    lines: list[Line]
    comments: list[Token]


def lay_out(source: Source, findings: list[Finding]) -> Layout:
    """The forest of `source`; lexical findings are appended to `findings`."""
    if len(source.text) > LONGEST_TEXT:
        findings.append(Finding("L006", Span(source, 0, 1), {"most": LONGEST_TEXT}))
        return Layout([], [])
    logical, comments = _logical_lines(source, findings)
    return Layout(_nest(logical, findings), comments)


def _logical_lines(source: Source, findings: list[Finding]) -> tuple[list[Line], list[Token]]:
    lines: list[Line] = []
    comments: list[Token] = []
    offset = 0
    for text in source.lines:
        start, offset = offset, offset + len(text) + 1
        if len(findings) > MOST_FINDINGS:
            break
        if not text.strip():
            continue
        before = len(findings)
        tokens = tokenize(source, start, start + len(text), findings)
        sound = len(findings) == before
        if tokens and tokens[-1].type == "COMMENT":
            comments.append(tokens.pop())
        if lines and lines[-1].tokens and lines[-1].tokens[-1].type in CONTINUES and tokens:
            lines[-1].tokens += tokens
            lines[-1].sound &= sound
        elif tokens:
            lines.append(Line(_indent(text), tokens, sound=sound))
    return lines, comments


def _indent(text: str) -> int:
    width = 0
    for character in text:
        if character not in WIDTHS:
            break
        width += WIDTHS[character]
    return width


def _open(above: list[Line], closed: Line) -> tuple[str, ...]:
    return tuple(str(line.indent) for line in (*above, closed))


def _nest(lines: list[Line], findings: list[Finding]) -> list[Line]:
    roots: list[Line] = []
    above: list[Line] = []
    for line in lines:
        closed: Line | None = None
        while above and above[-1].indent >= line.indent:
            closed = above.pop()
        if len(above) > DEEPEST:
            findings.append(Finding("L008", line.tokens[0].span, {"most": DEEPEST}))
            return roots
        siblings = above[-1].children if above else roots
        if closed and closed.indent != line.indent and line.sound:
            findings.append(Finding("L003", line.tokens[0].span, {"indent": line.indent, "open": _open(above, closed)}))
        siblings.append(line)
        above.append(line)
    return roots
