"""Texts of policies and facts made harmless where they are shown: nothing in them is markup, or hidden."""

import re

# Marks that turn the direction of what follows, or cannot be seen; a reader sees their codes instead.
_HIDDEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_OPENING = re.compile(r"^([-+=]|\d+[.)])(?=\s)")


def visible(text: str) -> str:
    """With what is hidden shown by its code."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def markdown(text: str) -> str:
    """A text of one line as Markdown that shows just it."""
    line = _MARKUP.sub(r"\\\1", visible(text.replace("\n", " ")))
    return _OPENING.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", line)
