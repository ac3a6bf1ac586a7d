"""A mend of a line that cannot be read is offered only where the line can be read after it."""

from collections.abc import Sequence

from lark import Token as LarkToken
from lark.exceptions import UnexpectedToken

from kpidsl.syntax.grammar import start_parsing
from kpidsl.syntax.tokens import Token, tokenize
from kpidsl.text.findings import Finding, Ready
from kpidsl.text.mends import Edit, edited, edits
from kpidsl.text.source import Source


def sure(finding: Finding, tokens: Sequence[Token], start: str) -> Finding:
    """The finding of a line, without a mend that does not mend it. `start` is what the line is parsed as."""
    changes = edits(finding)
    if not changes or is_read(_mended(tokens, changes), start):
        return finding
    args = {name: value.text if isinstance(value, Ready) else value for name, value in finding.args.items()}
    return Finding(finding.code, finding.place, args)


def _mended(tokens: Sequence[Token], changes: Sequence[Edit]) -> list[Token]:
    """The tokens of the same line after the changes."""
    source = tokens[0].span.source
    text = edited(source.text, changes)
    end = tokens[-1].span.end + len(text) - len(source.text)
    found = tokenize(Source(source.path, text), tokens[0].span.start, end, [])
    return [token for token in found if token.type != "COMMENT"]


def is_read(tokens: Sequence[Token], start: str) -> bool:
    """Whether the line can be read as a line of `start`."""
    interactive = start_parsing(start)
    try:
        for token in (*tokens, LarkToken("$END", "")):
            interactive.feed_token(token)  # type: ignore[arg-type]
    except UnexpectedToken:
        return False
    return True
