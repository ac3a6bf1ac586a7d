"""The LALR parser, built from grammar/ once and cached: building it takes longer than a small run."""

import copyreg
import pickle
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any, cast

import lark
from lark.lexer import Lexer
from lark.parse_tree_builder import ParseTreeBuilder
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_interactive_parser import InteractiveParser
from lark.parsers.lalr_parser import _Parser

from kpidsl.syntax.build import Builder
from kpidsl.text.cache import cached
from kpidsl.text.words import grammar_folder, word_table

STARTS = ("file_line", "policy_line", "fact_line", "param_row", "table_line", "ledger_line", "grade_row",
          "example_line", "band_row", "point_row", "case_row")  # fmt: skip
NO_TERMINALS = ("$END", "EMPTY_ALLOWED", "NO_SOLVER", "NO_TIME", "UNCONFIRMED", "AMONG_OTHERS", "NO_MORE_THAN",
                "SECOND", "SECONDS", "NO_EVENTS", "ANY_FACTS", "EACH_MONTH", "EACH_QUARTER", "EACH_YEAR")  # fmt: skip


class NoLexer(Lexer):
    """Tokens are fed one by one; Lark asks for a lexer all the same."""

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[lark.Token]:
        return iter(())


class NoText:
    """What Lark asks for in place of a text: how its own tokens are made."""

    _Token = lark.Token


def grammar_text() -> str:
    table = word_table()
    tokens = [*table.words, *(mark for mark in table.marks if mark not in NO_TERMINALS)]
    return (grammar_folder() / "kpidsl.lark").read_text(encoding="utf-8") + f"\n%declare {' '.join(tokens)}\n"


@cache
def parser() -> _Parser:
    text = f"// tables of lark {lark.__version__}\n{grammar_text()}"
    table, rules = pickle.loads(cached("grammar", text.encode(), _build))
    builder: Any = ParseTreeBuilder
    callbacks = builder(rules, lark.Tree, maybe_placeholders=True).create_callback(Builder())
    return _Parser(table, callbacks)


def start_parsing(start: str) -> InteractiveParser:
    """A parser that tokens are fed to one by one, for one of STARTS."""
    return parser().parse(cast(Any, NoText()), start, start_interactive=True)  # type: ignore[no-any-return]


def _build(text: bytes) -> bytes:
    """The tables of the grammar. Lark's own form of them takes five times as long to read back."""
    built = lark.Lark(text.decode(), parser="lalr", lexer=NoLexer, start=list(STARTS), maybe_placeholders=True)
    frontend: Any = built.parser
    buffer = BytesIO()
    pickler = pickle.Pickler(buffer)
    # Lark asks whether an action *is* Shift or Reduce, so they are stored by name.
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[type(Shift)] = lambda action: str(action.name)
    pickler.dump((frontend.parser._parse_table, built.rules))
    return buffer.getvalue()
