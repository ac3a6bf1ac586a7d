"""How each rule moves with each fact: a line a rule, and below it the rows that show where it goes both ways."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from kpidsl.check.claims import spent
from kpidsl.check.directions import Direction, Directions, Pair
from kpidsl.check.ways import Way
from kpidsl.core.nodes import Ledger
from kpidsl.core.program import Program
from kpidsl.reports.words import phrase, phrases, value_text
from kpidsl.text.findings import Word
from kpidsl.text.wording import said
from kpidsl.text.words import Lang
from kpidsl.values.kinds import Base
from kpidsl.values.numerals import readable

WAYS = {Way.UP: "rises with", Way.DOWN: "falls with", Way.FLAT: "flat with"}


def heading(level: Program, lang: Lang) -> Iterator[str]:
    """Which periods it is about, where there are longer ones too."""
    if level.unit is not None and (level.above is not None or level.label or level.facts.name):
        yield said(Word(level.unit), lang)


def moves(directions: Iterable[Directions], lang: Lang) -> Iterator[str]:
    yield phrases(lang)["directions"]
    for level, found in groupby(directions, key=lambda item: item.level):
        yield from ("  " + line for line in heading(level, lang))
        told = list(found)
        rules = [item for item in told if item.ledger.role == "rule"]
        for item in told:
            yield from _ledger(item, rules if item.ledger.role == "total" else [], lang)


def _ledger(item: Directions, rules: Sequence[Directions], lang: Lang) -> Iterator[str]:
    """What is as the `rules` have it is told with them, and not again with the total."""
    own = [found for found in item.found if not _is_as(found, rules)]
    parts = []
    groups = [*((key, [found for found in own if found.way is way]) for way, key in WAYS.items()),
              ("both with", [found for found in own if found.both and not found.proved]),
              ("not proved with", [found for found in own if not found.both and not found.proved])]  # fmt: skip
    for key, group in groups:
        if group:
            names = phrases(lang)["list"].join(found.fact.name for found in group)
            parts.append(phrase(lang, key, facts=names))
    if len(own) < len(item.found):
        parts.append(phrases(lang)["otherwise as" if own else "as its rules"])
    name = item.ledger.label or phrases(lang)["total"]
    text = phrases(lang)["join"].join(parts) or phrases(lang)["no single fact"]
    yield f"  {name}{phrases(lang)['colon']}{text}"
    for found in own:
        yield from ("    " + line for line in _rows(found, item.ledger, lang))
    yield from ("    " + line for line in _open(own, lang))


def _is_as(found: Direction, rules: Sequence[Directions]) -> bool:
    """Whether every rule that hangs on the fact moves so too."""
    ways = {inner.way for rule in rules for inner in rule.found if inner.fact is found.fact}
    return found.like is not None or (found.proved and ways == {found.way})


def _rows(found: Direction, ledger: Ledger, lang: Lang) -> Iterator[str]:
    """Two rows for each of both ways."""
    how = "pays from" if ledger.kind.base is Base.MONEY else "moves from"
    if found.both:
        yield from (_pair(found, pair, how, lang) for pair in (found.up, found.down) if pair is not None)


def _open(own: Sequence[Direction], lang: Lang) -> Iterator[str]:
    """What was seen where nothing is proved, and why nothing is; facts of which the same is said stand together."""
    reasons: dict[str, list[str]] = {}
    for found in own:
        if not found.proved and not found.both:
            reasons.setdefault(_reason(found, lang), []).append(found.fact.name)
    for reason, names in reasons.items():
        yield f"{phrases(lang)['list'].join(names)}{phrases(lang)['colon']}{reason}"


def _reason(found: Direction, lang: Lang) -> str:
    if found.why == "PLACES":
        return phrases(lang)["not tried"]
    seen = "seen up" if found.up else "seen down" if found.down else "seen nothing"
    reason = spent(Word(found.why), found.seconds) if found.seconds else Word(found.why)
    return phrases(lang)["join"].join((phrases(lang)[seen], said(reason, lang)))


def _pair(found: Direction, pair: Pair, how: str, lang: Lang) -> str:
    less, more = (value_text(value, found.fact.kind, lang) for value in pair.values)
    low, high = (readable(score) for score in pair.scores)
    facts = phrase(lang, "moved with", facts=said(pair.facts, lang)) if pair.facts and pair.facts.parts else ""
    return phrase(lang, how, fact=found.fact.name, less=less, more=more, low=low, high=high) + facts
