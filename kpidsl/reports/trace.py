"""What an entry used and chose, in words: inputs with what they were worked out from, conditions, rows, steps."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from kpidsl.core.nodes import Place
from kpidsl.core.results import Choice, Entry, Input, Slope, Taken, Test
from kpidsl.reports.policy_text import overlap, place_text, row_text
from kpidsl.reports.words import phrase, phrases, value_text
from kpidsl.text.words import Lang
from kpidsl.values.kinds import Kind
from kpidsl.values.numerals import readable

MOST_EVENTS = 20
STEP = "  "


def entry_lines(entry: Entry, lang: Lang, shown: set[str]) -> Iterator[str]:
    """What an entry used and chose; `shown` as for `trace_lines`."""
    yield from trace_lines(entry.inputs, entry.choices, entry.tests, lang, shown)
    for slope in entry.slopes:
        yield _slope(slope, lang)
    for step in entry.steps:
        name = "pro rata" if step.before == step.after else "steps"
        yield phrase(lang, name, text=place_text(step.place, lang), before=readable(step.before),
                     after=readable(step.after))  # fmt: skip


def _slope(slope: Slope, lang: Lang) -> str:
    """The straight line with its numbers: (92% - 80%) / (100% - 80%) * 10 = 6."""
    x, low, high = (_exactly(value, slope.kind, lang) for value in (slope.x, slope.low, slope.high))
    start, stop = readable(slope.start), readable(slope.stop)
    share = f"({x} - {low}) / ({high} - {low})"
    text = f"{share} * {stop}" if slope.start == 0 else f"{start} + {share} * ({stop} - {start})"
    return phrases(lang)["slope"] + _equals(text, readable(slope.value))


def _exactly(value: Fraction, kind: Kind, lang: Lang) -> str:
    """As a reader sees it, or as a fraction where decimals do not end."""
    text = value_text(value, kind, lang)
    return f"{value.numerator}/{value.denominator}" if text.startswith("≈") else text


def trace_lines(inputs: Sequence[Input], choices: Sequence[Choice], tests: Sequence[Test], lang: Lang,
                shown: set[str]) -> Iterator[str]:
    """`shown` are the names whose working was shown before in the same account; these are named only."""
    said = phrases(lang)
    for item in inputs:
        yield from _input(item, lang, shown, said["inputs"] + said["colon"])
    for test in _by_place(tests):
        yield phrase(lang, "holds" if test.holds else "fails", text=place_text(test.place, lang),
                     value=value_text(test.value, test.kind, lang))  # fmt: skip
    for choice in choices:
        yield from _choice(choice, lang)


def _by_place(tests: Sequence[Test]) -> list[Test]:
    """One test for each comparison as it is written: “is one of” is tried option by option."""
    found: dict[Place, Test] = {}
    for test in tests:
        if test.place not in found or test.holds:
            found[test.place] = test
    return list(found.values())


def _input(item: Input, lang: Lang, shown: set[str], head: str) -> Iterator[str]:
    name = item.name or place_text(item.place, lang)
    yield head + _equals(name, value_text(item.value, item.kind, lang))
    if name in shown:
        return
    if item.name:
        shown.add(name)
    for inner in item.inputs:
        yield from (STEP + line for line in _input(inner, lang, shown, ""))
    for event in item.events[:MOST_EVENTS]:
        yield STEP + _event(event, item.kind, lang)
    if len(item.events) > MOST_EVENTS:
        yield STEP + phrase(lang, "more events", count=len(item.events) - MOST_EVENTS)


def _event(event: Taken, kind: Kind, lang: Lang) -> str:
    said = phrases(lang)
    used = said["list"].join(_equals(item.name or place_text(item.place, lang),
                                     value_text(item.value, item.kind, lang)) for item in event.used)  # fmt: skip
    name = "event" if event.value is not None else "event left"
    value = value_text(event.value, kind, lang) if event.value is not None else ""
    row = phrase(lang, "row number", row=event.number) if isinstance(event.number, int) else event.number
    return phrase(lang, name, row=row, used=used + said["comma"] if used else "", value=value)


def _choice(choice: Choice, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    found = ""
    if choice.table:
        yield f"{place_text(choice.place, lang)} = {row_text(choice.rows[choice.chosen], lang)}"
        return
    if choice.kind is not None:
        subject = place_text(choice.place, lang).split(" ", 1)[-1]
        found = _equals(subject, value_text(choice.value, choice.kind, lang)) + said["comma"]
    chosen = choice.rows[choice.chosen]
    yield f"{found}{said['chosen']}{said['colon']}{row_text(chosen, lang)}"
    others = [row_text(row, lang) for row in dict.fromkeys(choice.rows) if not overlap(row, chosen)]
    if others:
        yield said["others"] + said["colon"] + said["join"].join(others)


def _equals(name: str, value: str) -> str:
    return f"{name} ≈ {value[1:]}" if value.startswith("≈") else f"{name} = {value}"
