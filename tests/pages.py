"""A page for each finding, from the catalogue and its smallest case: `make examples` writes them to docs/findings/."""

import re
from pathlib import Path

from literate import ROOT

from kpidsl.text.wording import LABELS, catalogue
from kpidsl.text.words import LANGS

FOLDER = ROOT / "docs/findings"
CASES = ROOT / "tests/findings"
_FILLED = re.compile(r"\{\w+\}")
TITLES = {"L": "characters and lines", "S": "the form of a line", "N": "names", "K": "kinds",
          "P": "the policy as a whole", "D": "facts", "E": "rows that are read well and cannot be scored"}  # fmt: skip


def pages() -> dict[str, str]:
    """Name of a file -> its text; README.md lists the others."""
    found = {f"{code}.md": _page(code) for code in sorted(catalogue())}
    return {**found, "README.md": _index()}


def _page(code: str) -> str:
    severity = str(catalogue()[code].get("severity", "error"))
    parts = [f"# {code}", f"{severity} · {TITLES[code[0]]}"]
    for lang in LANGS:
        said = catalogue()[code][lang]
        lines = [_open(said["what"])]
        lines += [f"- {LABELS[lang][part]}{LABELS[lang]['colon']}{_open(said[part])}" for part in ("why", "mend")]
        if "near" in said:
            lines.append(f"- {LABELS[lang]['mend']}{LABELS[lang]['colon']}{_open(said['near'])}")
        parts.append("\n".join(lines))
    case = CASES / f"{code}.md"
    if case.exists():
        parts.append("## " + case.read_text(encoding="utf-8").split(": ", 1)[1].rstrip())
    return "\n\n".join(parts) + "\n"


def _open(template: str) -> str:
    """A template with what is filled in left open."""
    return _FILLED.sub("…", template)


def _index() -> str:
    intro = "A page for each: what it says, why it matters to a score, how to mend it, its smallest case."
    lines = ["# Findings", "", intro, ""]
    for letter, title in TITLES.items():
        lines += [f"## {letter}: {title}", ""]
        codes = [code for code in sorted(catalogue()) if code[0] == letter]
        lines += [f"- [{code}]({code}.md) {_open(catalogue()[code]['en']['what'])} · "
                  f"{_open(catalogue()[code]['zh']['what'])}" for code in codes]  # fmt: skip
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        Path(FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
