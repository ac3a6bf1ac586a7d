"""Lines that say again, in the same words, what another line says: one of the two is enough."""

from kpidsl.text.findings import Argument, Ready
from kpidsl.text.source import Span


def doubled(line: Span, first: Span) -> Argument:
    """The second of two lines, taken out where it says the same. A comment behind it stays, on a line of its own."""
    text = line.source.text
    start = text.rfind("\n", 0, line.start) + 1
    end = (text + "\n").index("\n", line.end)
    behind = text[line.end : end].lstrip()
    if line.text != first.text or text[start : line.start].strip():
        return ""
    if behind:
        return Ready("", Span(line.source, line.start, end - len(behind)))
    return Ready("", Span(line.source, start, min(end + 1, len(text))))
