"""The LALR parser, built from grammar/ once and cached: building takes ten times as long as all the rest."""

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import lark
from lark.lexer import Lexer

import kpidsl
from kpidsl.syntax.build import Builder
from kpidsl.text.words import grammar_folder, word_table

STARTS = ("file_line", "policy_line", "fact_line", "table_line", "ledger_line", "band_row", "point_row", "case_row")
MARKS = "$END"


class NoLexer(Lexer):
    """Tokens are fed one by one; Lark asks for a lexer all the same."""

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[lark.Token]:
        return iter(())


def grammar_text() -> str:
    table = word_table()
    tokens = [*table.words, *(mark for mark in table.marks if mark != MARKS)]
    return (grammar_folder() / "kpidsl.lark").read_text(encoding="utf-8") + f"\n%declare {' '.join(tokens)}\n"


@cache
def parser() -> lark.Lark:
    text = grammar_text()
    key = hashlib.sha256("\0".join((text, lark.__version__, sys.version, kpidsl.__version__)).encode()).hexdigest()
    path = cache_folder() / f"grammar-{key[:32]}.bin"
    data = _read(path)
    if data is None:
        data = _build(text)
        _write(path, data)
    return _load(data)


def cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path(os.path.expanduser("~")) / ".cache") / "kpidsl"


def _build(text: str) -> bytes:
    built = lark.Lark(text, parser="lalr", lexer=NoLexer, start=list(STARTS), maybe_placeholders=True)
    buffer = BytesIO()
    built.save(buffer)
    return buffer.getvalue()


def _load(data: bytes) -> lark.Lark:
    instance = lark.Lark.__new__(lark.Lark)
    instance._load(pickle.loads(data), transformer=Builder())
    return instance


def _read(path: Path) -> bytes | None:
    """What the cache holds; None where there is nothing or its checksum says that it is damaged."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    digest, data = stored[:32], stored[32:]
    return data if hashlib.sha256(data).digest() == digest else None


def _write(path: Path, data: bytes) -> None:
    """Written beside and renamed, so that processes may race; a cache that cannot be written is done without."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = file.name
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(temporary, path)
    except OSError:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
