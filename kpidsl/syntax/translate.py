"""A text with its keywords in another language. Names, labels, comments and layout stay as they are."""

from functools import cache, lru_cache

from kpidsl.syntax.tokens import Token, tokenize
from kpidsl.text.findings import Finding
from kpidsl.text.source import Source
from kpidsl.text.words import Lang, word_table


def translate(text: str, lang: Lang) -> str:
    """`text` with every keyword as `lang` has it. There and back gives the same text."""
    words = word_table().words
    parts, at = [], 0
    for token in _tokens(text):
        new = words[token.type][lang] if token.type in words else _name(token, lang)
        if new is not None:
            parts += [text[at : token.span.start], new]
            at = token.span.end
    return "".join([*parts, text[at:]])


@lru_cache(maxsize=1 << 14)
def one_line(text: str, lang: Lang) -> str:
    """`text` translated, without comments, and on one line. A policy has few texts, and explanations say each often."""
    comments = [token.span for token in _tokens(text) if token.type == "COMMENT"]
    for span in reversed(comments):
        text = text[: span.start] + text[span.end :]
    return " ".join(translate(text, lang).split())


def _tokens(text: str) -> list[Token]:
    source = Source("", text)
    findings: list[Finding] = []
    tokens: list[Token] = []
    offset = 0
    for line in source.lines:
        tokens += tokenize(source, offset, offset + len(line), findings)
        offset += len(line) + 1
    return tokens


def _name(token: Token, lang: Lang) -> str | None:
    """A name that could run together with a keyword beside it goes between backticks: `scored` after “not”.

    Where it can only in the other language, it goes without them, so that there and back gives the same text.
    """
    if token.type != "NAME":
        return None
    runs, other = (token.value in _inner_words(each) for each in (lang, "zh" if lang == "en" else "en"))
    bare = token.span.text == token.value
    if bare:
        return f"`{token.value}`" if runs else None
    return token.value if other and not runs and token.value not in _words() else None


@cache
def _words() -> frozenset[str]:
    return frozenset(form for forms in word_table().words.values() for form in forms.values())


@cache
def _inner_words(lang: Lang) -> frozenset[str]:
    phrases = [forms[lang].split() for forms in word_table().words.values()]
    return frozenset(word for phrase in phrases if len(phrase) > 1 for word in phrase)
