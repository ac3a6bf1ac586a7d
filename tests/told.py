"""What a run tells, without what tells the engines apart."""

from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang


def whichever_engine(told: str, lang: Lang) -> str:
    """Without the line that says that the exact engine did the run, and why."""
    begins = phrase(lang, "row by row", why="")
    return "".join(line for line in told.splitlines(keepends=True) if not line.startswith(begins))
