"""What a policy says at a place, its keywords in the reader's language."""

from kpidsl.core.nodes import Place
from kpidsl.reports.words import phrase
from kpidsl.syntax.translate import one_line
from kpidsl.text.source import Span
from kpidsl.text.words import Lang


def place_text(place: Place, lang: Lang) -> str:
    """The text there, on one line."""
    return one_line(place.text, lang) if isinstance(place, Span) else ""


def row_text(row: Place, lang: Lang) -> str:
    """A row of a block; where the value lies between two rows of points, both."""
    if not isinstance(row, Span) or "\n" not in row.text:
        return place_text(row, lang)
    lines = row.text.split("\n")
    return " … ".join(one_line(line, lang) for line in (lines[0], lines[-1]))


def overlap(row: Place, other: Place) -> bool:
    if not isinstance(row, Span) or not isinstance(other, Span):
        return row == other
    return row.start < other.end and other.start < row.end


def where(place: Place, lang: Lang) -> str:
    return phrase(lang, "line", path=place.source.path, line=place.line) if isinstance(place, Span) else ""
