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

MOST_EVENTS = 200
MOST_NAMED = 12
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
    told: set[str] = set()
    for item in inputs:
        lines = list(_input(item, lang, shown, said["inputs"] + said["colon"]))
        if lines[0] not in told:     # a cell that is looked up twice is told once
            yield from lines
        told.add(lines[0])
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
    """A value with what it was worked out from; a calculation that has no name is told by its text."""
    value = value_text(item.value, item.kind, lang)
    name = item.name or place_text(item.place, lang)
    text = _named(name, value, lang)
    if name in shown:
        yield head + text
        return
    if item.name:
        shown.add(name)
    formula = place_text(item.definition, lang)
    if formula and not (len(item.inputs) == 1 and not item.inputs[0].name and item.inputs[0].place == item.definition):
        text += phrase(lang, "formula", text=formula)
    yield head + text + (phrases(lang)["defaulted"] if item.defaulted else "")
    for inner in item.inputs:
        yield from (STEP + line for line in _input(inner, lang, shown, ""))
    yield from (STEP + line for line in _events(item, lang))


def _named(name: str, value: str, lang: Lang) -> str:
    """A name and its value; a calculation may have an equals sign of its own, so it gets a colon."""
    return f"{name}{phrases(lang)['colon']}{value}" if set(name) & set(" [(") else _equals(name, value)


def _events(item: Input, lang: Lang) -> Iterator[str]:
    """Every row that moved the result; the others by what they have in common."""
    moving = [event for event in item.events if event.value not in (None, 0)]
    for event in moving[:MOST_EVENTS]:
        yield phrase(lang, "event", row=_row(event, lang), used=_used(event, lang),
                     value=value_text(event.value, item.kind, lang))  # fmt: skip
    if len(moving) > MOST_EVENTS:
        yield phrase(lang, "more events", count=len(moving) - MOST_EVENTS)
    alike: dict[tuple[str, bool], list[Taken]] = {}
    for event in item.events:
        if event.value in (None, 0):
            alike.setdefault((_used(event, lang), event.value is None), []).append(event)
    for (used, left), rows in alike.items():
        row = _row(rows[0], lang) if len(rows) == 1 else phrase(lang, "rows alike", count=len(rows))
        value = value_text(Fraction(0), item.kind, lang)
        yield phrase(lang, "event left" if left else "event", row=row, used=used, value=value)


def _row(event: Taken, lang: Lang) -> str:
    return phrase(lang, "row number", row=event.number) if isinstance(event.number, int) else event.number


def _used(event: Taken, lang: Lang) -> str:
    """What was used of a row; of a count within it, the rows that counted."""
    said = phrases(lang)
    parts = []
    for item in event.used:
        value = value_text(item.value, item.kind, lang)
        rows = [_row(inner, lang) for inner in item.events if inner.value is not None]
        named = _named(item.name or place_text(item.place, lang), value, lang)
        parts.append(named + (phrase(lang, "from rows", rows=said["list"].join(rows[:MOST_NAMED])) if rows else ""))
    return said["list"].join(parts) + said["comma"] if parts else ""


def _choice(choice: Choice, lang: Lang) -> Iterator[str]:
    said = phrases(lang)
    found = ""
    if choice.kind is not None:
        found = _equals(place_text(choice.place, lang), value_text(choice.value, choice.kind, lang)) + said["comma"]
    chosen = choice.rows[choice.chosen]
    yield f"{found}{said['chosen']}{said['colon']}{row_text(chosen, lang)}"
    others = [row_text(row, lang) for row in dict.fromkeys(choice.rows) if not overlap(row, chosen)]
    if others:
        yield said["others"] + said["colon"] + said["join"].join(others)


def _equals(name: str, value: str) -> str:
    return f"{name} ≈ {value[1:]}" if value.startswith("≈") else f"{name} = {value}"
