"""A text with its keywords in another language. Names, labels, comments and layout stay as they are."""

from kpidsl.syntax.tokens import Token, tokenize
from kpidsl.text.findings import Finding
from kpidsl.text.source import Source
from kpidsl.text.words import Lang, word_table


def translate(text: str, lang: Lang) -> str:
    """`text` with every keyword as `lang` has it. There and back gives the same text."""
    source = Source("", text)
    findings: list[Finding] = []
    tokens: list[Token] = []
    offset = 0
    for line in source.lines:
        tokens += tokenize(source, offset, offset + len(line), findings)
        offset += len(line) + 1
    words = word_table().words
    parts, at = [], 0
    for token in tokens:
        if token.type in words:
            parts += [text[at : token.span.start], words[token.type][lang]]
            at = token.span.end
    return "".join([*parts, text[at:]])
