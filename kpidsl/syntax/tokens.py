"""One physical line of text to tokens. Full-width punctuation and digits mean the same as half-width ones."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kpidsl.text.findings import Argument, Finding, Ready, nearest
from kpidsl.text.source import Source, Span
from kpidsl.text.words import Lang, word_table
from kpidsl.values.reading import fold

OPERATORS = {
    ">=": "GE", "≥": "GE", "≧": "GE", "=>": "GE", "＞=": "GE", "<=": "LE", "≤": "LE", "≦": "LE", "=<": "LE",
    "!=": "NE", "≠": "NE", ">": "GT", "＞": "GT", "<": "LT", "＜": "LT", "=": "EQ", "==": "EQ", "＝": "EQ",
    "+": "PLUS", "＋": "PLUS", "-": "MINUS", "－": "MINUS", "−": "MINUS", "–": "MINUS", "*": "STAR", "×": "STAR",
    "/": "SLASH", "÷": "SLASH", "／": "SLASH", "(": "LPAR", "（": "LPAR", ")": "RPAR", "）": "RPAR",
    "[": "LSQB", "【": "LSQB", "［": "LSQB", "]": "RSQB", "】": "RSQB", "］": "RSQB",
    ",": "COMMA", "，": "COMMA", "、": "COMMA", ":": "COLON", "：": "COLON",
}  # fmt: skip

_DIGIT = "[0-9０-９]"
_TOKEN = re.compile(
    rf"""(?P<BLANK>[ \t\u3000\u00a0]+)
    |(?P<COMMENT>[#＃].*)
    |(?P<STRING>"[^"]*"|“[^”]*”)
    |(?P<QUOTED>`[^`]+`)
    |(?P<CALENDAR>{_DIGIT}{{4}}(?:-{_DIGIT}{{2}}(?:-{_DIGIT}{{2}})?(?!{_DIGIT})|[QqＱ][1-4１-４]\b))
    |(?P<PERCENTAGE>{_DIGIT}+(?:[.．]{_DIGIT}+)?[%％])
    |(?P<THOUSANDS>{_DIGIT}{{1,3}}(?:[,，]{_DIGIT}{{3}})+(?!{_DIGIT}))
    |(?P<NUMERAL>{_DIGIT}+(?:[.．]{_DIGIT}+)?)
    |(?P<WORD>[^\W\d]\w*)
    |(?P<OPERATOR>{"|".join(re.escape(op) for op in sorted(OPERATORS, key=len, reverse=True))})
    |(?P<UNCLOSED>["“`].*)
    |(?P<STRAY>.)""",
    re.VERBOSE,
)
# What is meant by characters that are easily typed for others.
INSTEAD = {"%": "90%", "％": "90%", "—": "-", "～": "[85%, 95%)", "~": "[85%, 95%)", "；": "、", ";": ",", "·": "`",
           "&": ",", "{": "[", "}": "]", "?": "", "？": ""}  # fmt: skip
# At the end of a line these end a sentence, and nothing else.
STOPS = ".．。;；"
QUOTES = "'‘’”«»《》「」『』"
LONGEST_NUMERAL = 30
# Bounds how deep a tree can become, and with it the stack of whatever walks the tree.
MOST_OPERATORS = 60
_NESTING = frozenset({"LPAR", "LSQB", "PLUS", "MINUS", "STAR", "SLASH", "AND", "OR", "NOT"})


@dataclass(frozen=True)
class Token:
    """`type` is a terminal of the grammar, `value` its text freed of width, quotes and backticks."""

    type: str
    value: str
    span: Span


@cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First word -> the keywords that begin with it, as words and token; the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for token, forms in word_table().words.items():
        for form in forms.values():
            words = tuple(form.split())
            found.setdefault(words[0], []).append((words, token))
    for choices in found.values():
        choices.sort(key=lambda choice: -len(choice[0]))
    return found


def tokenize(source: Source, start: int, end: int, findings: list[Finding]) -> list[Token]:
    """The tokens of the characters `start` to `end`, one line; the last may be a COMMENT."""
    raw = list(_raw(source, start, end, findings))
    tokens: list[Token] = []
    at = 0
    while at < len(raw):
        size, kind = _keyword(raw, at)
        first, last = raw[at], raw[at + size - 1]
        tokens.append(Token(kind, first.value, first.span.to(last.span)) if kind else first)
        at += size
    nesting = [t for t in tokens if t.type in _NESTING]
    if len(nesting) > MOST_OPERATORS:
        findings.append(Finding("L005", nesting[MOST_OPERATORS].span, {"most": MOST_OPERATORS}))
    return tokens


def _keyword(raw: list[Token], at: int) -> tuple[int, str]:
    """How many tokens from `at` are one keyword and which; (1, "") where they are none."""
    if raw[at].type != "WORD":
        return 1, ""
    for words, kind in _phrases().get(raw[at].value, ()):
        if tuple(t.value for t in raw[at : at + len(words)] if t.type == "WORD") == words:
            return len(words), kind
    return 1, "NAME"


def _raw(source: Source, start: int, end: int, findings: list[Finding]) -> Iterator[Token]:
    for match in _TOKEN.finditer(source.text, start, end):
        kind, text = str(match.lastgroup), match.group()
        span = Span(source, match.start(), match.end())
        if kind in ("STRING", "QUOTED"):
            yield Token("STRING" if kind == "STRING" else "NAME", text[1:-1], span)
        elif kind in ("CALENDAR", "PERCENTAGE", "NUMERAL", "WORD"):
            value = fold(text)
            if kind in ("PERCENTAGE", "NUMERAL") and len(value) > LONGEST_NUMERAL:
                findings.append(Finding("L004", span, {"most": LONGEST_NUMERAL}))
                value = "1"
            yield Token(kind, value, span)
        elif kind == "THOUSANDS":
            groups = re.split("[,，]", text)
            around = source.text[start : span.start].rstrip()[-1:], source.text[span.end : end].lstrip()[:1]
            two = Ready(re.sub("[,，]", r"\g<0> ", text), span) if len(groups) == 2 and _interval(*around) else ""
            findings.append(Finding("L009", span, {"number": "".join(groups), "list": ", ".join(groups), "ready": two}))
        elif kind == "OPERATOR":
            yield Token(OPERATORS[text], text, span)
        elif kind == "COMMENT":
            yield Token(kind, text, span)
        elif kind == "UNCLOSED":
            findings.append(Finding("L002", Span(source, span.start, span.start + 1), {"mark": text[0]}))
        elif kind == "STRAY":
            ends = text in STOPS and not source.text[span.end : end].strip()
            args: dict[str, Argument] = {"character": text, "ready": Ready("", span)} if ends else _stray(span)
            findings.append(Finding("L001", span, args))


def _interval(before: str, after: str) -> bool:
    """Whether these are the brackets of an interval; (1,200) may be an argument."""
    kinds = OPERATORS.get(before), OPERATORS.get(after)
    return kinds in (("LSQB", "RSQB"), ("LSQB", "RPAR"), ("LPAR", "RSQB"))


def _stray(span: Span) -> dict[str, Argument]:
    """A character that can be seen is shown; of one that cannot, its number and name are."""
    character = span.text
    number = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    shown = character if character.isprintable() else number
    near = INSTEAD.get(character, '"…"' if character in QUOTES else "")
    return {"character": shown, "near": Ready(near, span) if near in OPERATORS else near}


def glued(word: str) -> tuple[str, str]:
    """A Chinese keyword that `word` begins with, and the rest: 当真实性 is 当 and 真实性; else two empty strings."""
    forms = [forms["zh"] for forms in word_table().words.values()]
    starts = [form for form in forms if word.startswith(form) and len(word) > len(form)]
    keyword = max(starts, key=len, default="")
    rest = word[len(keyword) :] if keyword else ""
    return keyword, "" if rest == "分" else rest


def near_keyword(word: str, tokens: frozenset[str]) -> str | Ready:
    """The keyword among `tokens`, in either language, that `word` was probably meant to be."""
    words = word_table().words
    return nearest(word, [form for t in tokens if t in words for form in words[t].values()])


def synonym(word: str, tokens: frozenset[str]) -> str:
    """The keyword or mark among `tokens` that writers call `word`, in the language of `word`; or an empty string."""
    table = word_table()
    for token, synonyms in table.synonyms.items():
        if token in tokens and word in synonyms:
            lang: Lang = "en" if word.isascii() else "zh"
            return table.words[token][lang] if token in table.words else table.say(token, lang).strip("“”")
    return ""
