"""What the page says, in both languages at once: a page is switched from one to the other where it is read."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kpidsl.text.words import Lang, load_yaml

FOLDER = Path(__file__).parent


class Both(NamedTuple):
    """A text for readers of each language."""

    zh: str
    en: str


def both(say: Callable[[Lang], str]) -> Both:
    return Both(say("zh"), say("en"))


def same(text: str) -> Both:
    """A text of a policy or of facts, which is what it is."""
    return Both(text, text)


@cache
def page_words() -> Mapping[str, Both]:
    """By their names, with a blank where the name has one."""
    return {name: Both(forms["zh"], forms["en"]) for name, forms in load_yaml(FOLDER / "words.yaml").items()}


def said(name: str, /, **filled: object) -> Both:
    word = page_words()[name]
    return Both(word.zh.format_map(filled), word.en.format_map(filled))
