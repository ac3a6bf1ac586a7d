"""Text to tree. Each logical line is parsed by itself, so one broken line never hides the next."""

from typing import Any

from lark import Token as LarkToken
from lark.exceptions import UnexpectedToken

from kpidsl.syntax import tree as t
from kpidsl.syntax.grammar import STARTS, start_parsing
from kpidsl.syntax.layout import MOST_FINDINGS, Line, lay_out
from kpidsl.syntax.sure import is_read, sure
from kpidsl.syntax.tokens import OPERATORS, Token, glued, near_keyword, synonym
from kpidsl.text.findings import AnyOf, Argument, Finding, Ready, Word
from kpidsl.text.source import Source, Span
from kpidsl.text.words import word_table

LEDGER_WORDS = frozenset({"SECTION", "RULE", "OPEN", "PART", "FILL", "PAYOUT", "TOTAL"})
INSIDE = {"POLICY": "policy_line", "FACTS": "fact_line", "EVENTS": "fact_line", "TABLE": "table_line",
          "PARAM": "param_row", "GRADE": "grade_row", "EXAMPLE": "example_line", "ASSESS": "file_line",
          **dict.fromkeys(LEDGER_WORDS, "ledger_line")}  # fmt: skip
REPEATED = frozenset({"OPEN", "FILL"})     # these stand before “rule”
BLOCKS = {"BANDS": "band_row", "LINEAR": "point_row", "CHOOSE": "case_row"}
# What begins an amount can begin rows of many kinds, so it does not say where a line belongs.
AMOUNT = "point_row"
HEADS = ("file_line", "policy_line", "ledger_line")
MARKS = frozenset(OPERATORS.values())
# Units that numbers are written without.
UNITS = frozenset({"分", "个", "条", "次", "件", "户", "人", "家", "名", "小时", "年", "月", "周",
                   "points", "point", "hours", "times"})
# Blocks that make no sense without lines of their own.
NEED_LINES = frozenset({"TABLE", "EVENTS", "FACTS", "GRADE", "EXAMPLE", "ASSESS", "TOTAL", "PAYOUT"})


def parse(source: Source) -> tuple[t.File, list[Finding]]:
    """The tree of what could be read, and a finding for each line that could not."""
    findings: list[Finding] = []
    layout = lay_out(source, findings)
    lines = _parse_block(layout.lines, "file_line", findings)
    return t.File(source.path, lines, tuple(c.value for c in layout.comments)), findings


def _parse_block(lines: list[Line], start: str, findings: list[Finding]) -> tuple[Any, ...]:
    nodes = (_parse_line(line, start, findings) for line in lines if len(findings) <= MOST_FINDINGS)
    return tuple(node for node in nodes if node is not None)


def _parse_line(line: Line, start: str, findings: list[Finding]) -> Any:
    node = _reduce(line.tokens, start, findings) if line.sound else None
    inner = _block_under(line, start)
    if not inner:
        if line.children and line.sound and node is not None:
            findings.append(Finding("S003", line.children[0].span, {"line": line.tokens[0].value}))
        return node
    rows = _parse_block(line.children, inner, findings)
    if not line.children and node is not None and (inner in BLOCKS.values() or _head_word(line) in NEED_LINES):
        findings.append(Finding("S004", line.span, {"block": Word(_block_word(line))}))
        return None
    return t.with_rows(node, rows) if node is not None and line.children else node


def _block_under(line: Line, start: str) -> str:
    """The start symbol for the lines under `line`; empty where none may stand there."""
    if start not in HEADS:
        return ""
    inner = INSIDE.get(_head_word(line), "")
    if inner:
        return inner
    word = _block_word(line)
    return BLOCKS.get(word, "")


def _head_word(line: Line) -> str:
    """The token that says what a line declares: the first, or the one after “replace”."""
    first, *rest = line.tokens
    return rest[0].type if first.type == "REPLACE" and rest else first.type


def _block_word(line: Line) -> str:
    """The token that makes `line` the head of a block: the line's first, or its BANDS, LINEAR or CHOOSE."""
    return next((token.type for token in line.tokens if token.type in BLOCKS), _head_word(line))


def _reduce(tokens: list[Token], start: str, findings: list[Finding]) -> Any:
    interactive = start_parsing(start)
    token: Any = None
    try:
        for token in tokens:
            interactive.feed_token(token)
        token = LarkToken("$END", "")
        return interactive.feed_token(token)
    except UnexpectedToken:
        accepted = _accepted(tokens, token, start)
        found = _misplaced(tokens, token, accepted) or _unexpected(tokens, token, accepted)
        findings.append(sure(found, tokens, start))
        return None


def _accepted(tokens: list[Token], token: Any, start: str) -> frozenset[str]:
    """What could have stood in the place of `token`; asked before it is fed, as that may have closed what was open."""
    interactive = start_parsing(start)
    for before in tokens[: tokens.index(token) if token in tokens else len(tokens)]:
        interactive.feed_token(before)  # type: ignore[arg-type]
    return frozenset(interactive.accepts())  # type: ignore[no-untyped-call]


def _misplaced(tokens: list[Token], token: Any, accepted: frozenset[str]) -> Finding | None:
    """Where the line belongs, if it begins as lines elsewhere do; a word in the place of a name, if all of it is read
    there.
    """
    if token is not tokens[0] or _begins(token, AMOUNT):
        return None
    named = "NAME" in accepted
    starts = {start for start in STARTS if (is_read(tokens, start) if named else _begins(token, start))}
    if not starts:
        return None
    heads = frozenset(word for word, start in {**INSIDE, **BLOCKS}.items() if start in starts) - REPEATED
    at_margin = token.span.text if "file_line" in starts else ""
    return Finding("S009", token.span, {"found": token.span.text, "heads": AnyOf(heads), "near": at_margin})


def _begins(token: Token, start: str) -> bool:
    """Whether lines of `start` can begin so."""
    return token.type in start_parsing(start).accepts()  # type: ignore[no-untyped-call]


def _unexpected(tokens: list[Token], token: Any, accepted: frozenset[str]) -> Finding:
    if not isinstance(token, Token):
        last = tokens[-1].span
        return Finding("S002", Span(last.source, last.end, last.end + 1), {"expected": AnyOf(accepted)})
    args: dict[str, Argument] = {"found": token.span.text, "expected": AnyOf(accepted)}
    at = tokens.index(token)
    if token.span.text in UNITS and at and tokens[at - 1].type == "NUMERAL":
        number = tokens[at - 1].span
        bare = Ready(number.text, number.to(token.span))
        return Finding("S007", token.span, {"found": token.span.text, "ready": bare})
    # “last month” may not be the period before, of whatever length
    meant = synonym(token.span.text, accepted)
    args["near"] = Ready(meant, token.span) if meant and _token_of(meant) != "PREVIOUS" else meant
    if "COLON" in accepted and "EQ" not in accepted and token.type not in MARKS:
        after = Ready(f": {token.span.text}", token.span)
        return Finding("S008", token.span, {"found": token.span.text, "ready": after})
    if token.type == "NAME" and not args["near"]:
        keyword, rest = glued(token.value)
        if keyword and _token_of(keyword) in accepted:
            parted = Ready(f"{keyword} {rest}".strip(), token.span)
            return Finding("S005", token.span, {"found": token.value, "near": parted})
        near = near_keyword(token.value, accepted)
        args["near"] = Ready(near.text, token.span) if isinstance(near, Ready) else near
    elif not args["near"] and "NAME" in accepted and token.type == _token_of(token.value):
        return Finding("S006", token.span, {"found": token.span.text})
    return Finding("S001", token.span, args)


def _token_of(word: str) -> str:
    return next((token for token, forms in word_table().words.items() if word in forms.values()), "")
