"""The LALR parser, built from grammar/ once and cached: building it takes longer than a small run."""

import pickle
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import lark
from lark.lexer import Lexer

from kpidsl.syntax.build import Builder
from kpidsl.text.cache import cached
from kpidsl.text.words import grammar_folder, word_table

STARTS = ("file_line", "policy_line", "fact_line", "param_row", "table_line", "ledger_line", "grade_row",
          "example_line", "band_row", "point_row", "case_row")  # fmt: skip
NO_TERMINALS = ("$END", "EMPTY_ALLOWED")


class NoLexer(Lexer):
    """Tokens are fed one by one; Lark asks for a lexer all the same."""

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[lark.Token]:
        return iter(())


def grammar_text() -> str:
    table = word_table()
    tokens = [*table.words, *(mark for mark in table.marks if mark not in NO_TERMINALS)]
    return (grammar_folder() / "kpidsl.lark").read_text(encoding="utf-8") + f"\n%declare {' '.join(tokens)}\n"


@cache
def parser() -> lark.Lark:
    text = f"// lark {lark.__version__}\n{grammar_text()}"
    return _load(cached("grammar", text.encode(), _build))


def _build(text: bytes) -> bytes:
    built = lark.Lark(text.decode(), parser="lalr", lexer=NoLexer, start=list(STARTS), maybe_placeholders=True)
    buffer = BytesIO()
    built.save(buffer)
    return buffer.getvalue()


def _load(data: bytes) -> lark.Lark:
    instance = lark.Lark.__new__(lark.Lark)
    instance._load(pickle.loads(data), transformer=Builder())
    return instance
