"""The word table: what each keyword is called in Chinese and in English, from grammar/keywords.yaml."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import kpidsl
from kpidsl.text.cache import cached
from kpidsl.values.node import Node, node

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


def grammar_folder() -> Path:
    """Where grammar/ is: inside the package when installed, beside it in a checkout."""
    package = Path(kpidsl.__file__).parent
    inside = package / "grammar"
    return inside if inside.is_dir() else package.parent / "grammar"


def load_yaml(path: Path) -> Any:
    """A table of words or phrases. Its JSON is cached: reading YAML costs a tenth of a small run."""
    text = path.read_bytes()
    return json.loads(cached(path.name, text, _as_json))


def _as_json(text: bytes) -> bytes:
    import yaml

    return json.dumps(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))).encode()


@node
class WordTable(Node):
    """`words`: token -> its keyword; `marks`: other tokens -> a writer's word; `groups`: name -> tokens, words;
    `synonyms`: token -> what is written for it by mistake.
    """

    words: Mapping[str, Mapping[Lang, str]]
    marks: Mapping[str, Mapping[Lang, str]]
    groups: Mapping[str, Mapping[str, Any]]
    synonyms: Mapping[str, Sequence[str]]

    def say(self, token: str, lang: Lang) -> str:
        """The word that a reader of `lang` has for a token: a keyword as written, or what a mark is."""
        if token in self.words:
            return self.words[token][lang]
        return self.marks[token][lang] if token in self.marks else token

    def say_any(self, tokens: frozenset[str], lang: Lang) -> list[str]:
        """Words for a set of acceptable tokens; a group that is wholly there is named once."""
        said, left = [], set(tokens)
        for group in self.groups.values():
            members = set(group["tokens"])
            if members <= left:
                said.append(group[lang])
                left -= members | set(group.get("implies", ()))
        order = [*self.marks, *self.words]
        for token in sorted(left, key=lambda t: order.index(t) if t in order else len(order)):
            said.append(self._quote(token, lang))
        return said

    def _quote(self, token: str, lang: Lang) -> str:
        if token in self.words:
            word = self.words[token][lang]
            return f"“{word}”"
        return self.say(token, lang)


@cache
def word_table() -> WordTable:
    data = load_yaml(grammar_folder() / "keywords.yaml")
    return WordTable(data["words"], data["marks"], data["groups"], data["synonyms"])


_FIRST_WORD = re.compile(r"^\s*([^\W\d]\w*)", re.MULTILINE)


def language(text: str) -> Lang:
    """The language of the keywords of a policy: that in which more of its lines begin."""
    begun = _FIRST_WORD.findall(text)
    count = {lang: sum(word in _openings(lang) for word in begun) for lang in LANGS}
    return "zh" if count["zh"] > count["en"] else "en"


@cache
def _openings(lang: Lang) -> frozenset[str]:
    return frozenset(forms[lang].split()[0] for forms in word_table().words.values())
