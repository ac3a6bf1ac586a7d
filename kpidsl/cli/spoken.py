"""The command line in the reader's language: what click says itself, and the help of commands and options."""

import os
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import click
from click import core, decorators, exceptions, formatting, parser, types

from kpidsl.text.words import LANGS, Lang, load_yaml

LANG = "kpidsl.lang"
"""Where a context has the reader's language, before options are read."""
SPEAKING = (core, decorators, exceptions, formatting, parser, types)
"""Those modules of click that ask gettext for words."""
C = TypeVar("C", bound=click.Command)


def reader_language() -> Lang:
    """KPIDSL_LANG, then the locale; Chinese where neither says."""
    for name in ("KPIDSL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")[:2].lower()
        if value in LANGS:
            return value
    return "zh"


def asked_language(words: Sequence[str]) -> Lang:
    """As `--lang` says, wherever it stands among the words of a command line; else the reader's own."""
    values = [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    values += [value for word, value in pairwise(words) if word == "--lang"]
    return next((lang for value in values for lang in LANGS if value == lang), reader_language())


def speak(lang: Lang) -> None:
    """Has click say its own words in the language. It asks gettext for them, and has none but English ones."""

    def one(text: str) -> str:
        return said(text, lang)

    def counted(single: str, several: str, count: int) -> str:
        return said(single if count == 1 else several, lang)

    for module in SPEAKING:
        for name, function in (("_", one), ("ngettext", counted)):
            if name in vars(module):
                setattr(module, name, function)


def said(text: str, lang: Lang) -> str:
    """What is written in English here, by paragraphs; itself where there are no other words for it."""
    if lang == "en":
        return text
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(filter(None, (_chinese().get(paragraph, paragraph) for paragraph in paragraphs)))


@cache
def _chinese() -> Mapping[str, str]:
    table: Mapping[str, str] = load_yaml(Path(__file__).parent / "spoken.zh.yaml")
    return table


def helped(command: C, lang: Lang) -> C:
    """The command with its help in the language."""
    own = copy(command)
    own.help, own.short_help = (said(text, lang) if text else text for text in (command.help, command.short_help))
    own.params = [_param(param, lang) for param in command.params]
    own._help_option = None     # click makes it once, with the words of that time
    return own


def _param(param: click.Parameter, lang: Lang) -> click.Parameter:
    if not isinstance(param, click.Option) or not param.help:
        return param
    own = copy(param)
    own.help = said(param.help, lang)
    return own
