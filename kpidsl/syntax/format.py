"""A policy's text in its one layout: indented by two, spaced, columns of a block in line. Words and comments stay."""

from collections.abc import Sequence

from wcwidth import wcswidth

from kpidsl.syntax.layout import Line, lay_out
from kpidsl.syntax.tokens import Token
from kpidsl.text.findings import Finding
from kpidsl.text.source import Source
from kpidsl.text.words import word_table

STEP = "  "
MARKS = {"GE": ">=", "LE": "<=", "NE": "!=", "GT": ">", "LT": "<", "EQ": "=", "PLUS": "+", "MINUS": "-", "STAR": "*",
         "SLASH": "/", "LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "COMMA": ",", "COLON": ":"}  # fmt: skip
OPENING, CLOSING = ("LPAR", "LSQB"), ("RPAR", "RSQB")
FUNCTIONS = ("ROUND", "TRUNCATE", "FLOOR", "CEIL", "MIN", "MAX", "ABS")
# After one of these a minus is a sign, and a bracket opens an interval or a group.
BEFORE_VALUE = frozenset(MARKS) - set(CLOSING)


def format_text(text: str) -> str:
    """`text` in its layout. Raises ValueError where a line cannot be read: only sound text has one layout."""
    source = Source("", text)
    findings: list[Finding] = []
    layout = lay_out(source, findings)
    if findings:
        raise ValueError(findings[0].code)
    placed = _placed(layout.lines, 0, "")
    comments = {token.span.line: token for token in layout.comments}
    lines = _written(placed, comments, source)
    return "\n".join(_without_blanks(lines)) + "\n" if lines else ""


def _placed(lines: Sequence[Line], depth: int, head: str) -> list[tuple[Line, int, str]]:
    """Each line with its depth and its text, columns in line with those of its neighbours in the block."""
    texts = _in_columns(lines, head)
    found: list[tuple[Line, int, str]] = []
    for line, text in zip(lines, texts, strict=True):
        found.append((line, depth, text))
        found += _placed(line.children, depth + 1, _head(line))
    return found


def _head(line: Line) -> str:
    words = [token.type for token in line.tokens]
    declared = words[1] if words[0] == "REPLACE" and len(words) > 1 else words[0]
    return next((word for word in words if word in ("BANDS", "LINEAR", "CHOOSE")), declared)


def _in_columns(lines: Sequence[Line], head: str) -> list[str]:
    if head == "TABLE":
        return _table(lines)
    if head in ("BANDS", "LINEAR", "CHOOSE", "FACTS", "EVENTS", "GRADE", "PARAM"):
        parts = [_at_colon(line.tokens) for line in lines]
        width = max((_width(left) for left, right in parts if right), default=0)
        return [f"{_pad(left, width)} : {right}" if right else left for left, right in parts]
    return [_spaced(line.tokens) for line in lines]


def _table(lines: Sequence[Line]) -> list[str]:
    """The cells in columns; a line that dates the rows after it is no row itself."""
    rows = [line for line in lines if line.tokens[0].type != "FROM"]
    texts = iter(_grid([[_spaced(cell) for cell in _cells(line.tokens)] for line in rows]))
    return [_spaced(line.tokens) if line.tokens[0].type == "FROM" else next(texts) for line in lines]


def _at_colon(tokens: Sequence[Token]) -> tuple[str, str]:
    at = next((at for at, token in enumerate(tokens) if token.type == "COLON"), None)
    return (_spaced(tokens), "") if at is None else (_spaced(tokens[:at]), _spaced(tokens[at + 1 :]))


def _cells(tokens: Sequence[Token]) -> list[list[Token]]:
    """The cells of a row of a table; a sign or a unit belongs to its number."""
    cells: list[list[Token]] = []
    for at, token in enumerate(tokens):
        signed = at > 1 and tokens[at - 1].type == "MINUS"
        unit = at > 0 and tokens[at - 1].type == "NUMERAL" and token.type in ("PP", "YUAN", "DAYS")
        if signed or unit:
            cells[-1].append(token)
        else:
            cells.append([token])
    return cells


def _grid(rows: list[list[str]]) -> list[str]:
    widths = [max(_width(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows), default=0))]
    return [STEP.join(_pad(cell, width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]


def _spaced(tokens: Sequence[Token]) -> str:
    text = ""
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else None
        sign = at > 1 and before is not None and before.type in ("MINUS", "PLUS") and _opens(tokens[at - 2])
        sign = sign or (at == 1 and before is not None and before.type in ("MINUS", "PLUS"))
        space = " " if before is not None and not sign and _apart(before, token) else ""
        if before is not None and token.span.line > before.span.line:
            space = "\n"     # the writer broke the line here
        text += space + _word(token)
    return text


def _opens(token: Token) -> bool:
    return token.type in BEFORE_VALUE or (token.type in word_table().words and token.type != "FULL")


def _apart(before: Token, token: Token) -> bool:
    """Whether a space stands between two tokens."""
    if before.type in OPENING or token.type in CLOSING or token.type == "COMMA":
        return False
    if token.type == "LPAR" and before.type in FUNCTIONS:
        return False
    if token.type == "LSQB" and before.type == "NAME":
        return False
    return not (token.type == "PP" and before.type == "NUMERAL")


def _word(token: Token) -> str:
    if token.type in MARKS:
        return MARKS[token.type]
    if token.type == "STRING":
        return f'"{token.value}"' if '"' not in token.value else token.span.text
    if token.type in word_table().words:
        return " ".join(token.span.text.split())
    return token.span.text if token.span.text.startswith("`") else token.value


def _written(placed: Sequence[tuple[Line, int, str]], comments: dict[int, Token], source: Source) -> list[str]:
    """The lines of the text in order: statements, comments of their own at the depth of what follows, blank lines."""
    texts: dict[int, tuple[str, str]] = {}
    for line, depth, text in placed:
        numbers = sorted({token.span.line for token in line.tokens})
        for at, (number, part) in enumerate(zip(numbers, text.split("\n"), strict=True)):
            texts[number] = STEP * (depth + 2 * (at > 0)), part
    written: list[str] = []
    waiting: list[str] = []
    for number, raw in enumerate(source.lines, 1):
        note = comments[number].span.text.rstrip() if number in comments else ""
        if number in texts:
            margin, part = texts[number]
            written += [margin + comment if comment else "" for comment in waiting]
            written.append(margin + part + (f"  {note}" if note else ""))
            waiting = []
        elif note:
            waiting.append(note)
        elif not raw.strip():
            waiting.append("")
    return written + waiting


def _without_blanks(lines: Sequence[str]) -> list[str]:
    """At most one blank line in a row, none at the ends."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _width(text: str) -> int:
    return max(0, int(wcswidth(text)))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
