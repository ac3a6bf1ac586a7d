"""Why the columnar engine leaves a run to the exact one, in words."""

from kpidsl.core.left import LeftError
from kpidsl.reports.policy_text import where
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang


def left_text(left: LeftError, lang: Lang) -> str:
    """Why the columnar engine leaves a run to the exact one."""
    said = phrase(lang, f"left {left.reason}", **left.filled)
    item, name = left.definition, left.filled.get("name")
    if left.reason == "TOO_WIDE" and name:
        said += phrase(lang, "left in column", name=name)
    if item is None:
        return said
    line = where(item.place, lang)
    return said + phrase(lang, "left in", name=item.label or item.name or phrase(lang, "total"), line=line)
