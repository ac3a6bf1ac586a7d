"""Mutates the text of a policy; each mutant must give findings or a policy, in 10 seconds and 1 GB, without a crash.

    python tests/fuzz/mutate.py [COUNT] [SEED] [POLICY]

Cuts, doubles and swaps pieces, puts in foreign characters, nests brackets, and makes lines and numbers huge. Prints the
slowest mutant, the memory at its peak, and any crash with the seed that brings it back. Exit 1 if there was one.
"""

import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from kpidsl.core.examples import trials
from kpidsl.core.lower import lower
from kpidsl.policy.resolve import resolve
from kpidsl.text.source import Source
from kpidsl.text.wording import render

POLICY = Path(sys.argv[3] if len(sys.argv) > 3 else Path(__file__).parent.parent.parent / "policies/grid-2014.kpi")
SECONDS, BYTES = 10, 1_000_000_000
FOREIGN = ["\0", "\u200b", "\u202e", "\ufeff", "¿", "é", "🙂", "\U00020000", "٣", "ｶ", "\t", "\u3000", "\r", "“",
           "`", "#", "\ud7ff", "\u0301", "％", "【", "$", "\\", "'", "；", "。"]  # fmt: skip


def cut(text: str, draw: random.Random) -> str:
    start = draw.randrange(len(text))
    return text[:start] + text[start + draw.randint(1, 80) :]


def double(text: str, draw: random.Random) -> str:
    start = draw.randrange(len(text))
    end = start + draw.randint(1, 400)
    return text[:end] + text[start:end] + text[end:]


def swap(text: str, draw: random.Random) -> str:
    lines = text.split("\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def foreign(text: str, draw: random.Random) -> str:
    for _ in range(draw.randint(1, 5)):
        at = draw.randrange(len(text))
        text = text[:at] + draw.choice(FOREIGN) * draw.randint(1, 3) + text[at:]
    return text


def words(text: str, draw: random.Random) -> str:
    parts = text.split(" ")
    one, other = draw.randrange(len(parts)), draw.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return " ".join(parts)


def nest(text: str, draw: random.Random) -> str:
    opening, closing = draw.choice(["()", "[]", "（）", "【】"])
    depth = draw.choice([10, 59, 61, 1000, 10_000])
    return text.replace("换卡率 - 40%", opening * depth + "换卡率" + closing * depth + " - 40%")


def chain(text: str, draw: random.Random) -> str:
    link = draw.choice([" + 1", " * 2", " / 3", " 或 是", " 且 非 是", " - "])
    return text.replace("换卡率 - 40%", "换卡率" + link * draw.choice([10, 100, 100_000]))


def deepen(text: str, draw: random.Random) -> str:
    depth = draw.choice([10, 1000])
    return text + "\n" + "".join(" " * at + "子项 深 分值 1\n" for at in range(depth))


def long_line(text: str, draw: random.Random) -> str:
    piece = draw.choice(["x", "甲, ", "1 + ", "( ", '"', "# ", " "])
    size = draw.choice([10_000, 1_000_000, 50_000_000])
    return text + "\n设 长 = " + piece * (size // len(piece))


def long_number(text: str, draw: random.Random) -> str:
    digits = draw.choice([30, 31, 5000, 1_000_000])
    return text.replace("80%", draw.choice(["9" * digits + "%", "0." + "3" * digits, "1" + "0" * digits]))


COMMON = [cut, double, swap, foreign, words]
RARE = [nest, chain, deepen, long_line, long_number]


def mutant(text: str, seed: int) -> str:
    draw = random.Random(seed)
    for _ in range(draw.randint(1, 3)):
        text = draw.choice(COMMON)(text, draw) or " "
    return draw.choice(RARE)(text, draw) if draw.random() < 0.1 else text


def survive(text: str) -> None:
    """Everything that `check` does, the lowering, and the examples. Raises what a user would have seen as a crash."""
    policy, findings = resolve(Source("mutant.kpi", text), _nothing_to_read)
    for finding in findings[:20]:
        for lang in ("zh", "en"):
            render(finding, lang)
    if policy is not None:
        lower(policy, {})
        trials(policy)


def _nothing_to_read(path: str) -> Source:
    raise FileNotFoundError(path)


def limited(work: Callable[[], None]) -> None:
    """Runs `work`; raises TimeoutError after SECONDS of its own time, whatever else the machine does."""

    def expired(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"more than {SECONDS} seconds")

    signal.signal(signal.SIGPROF, expired)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main(count: int, first: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (4 * BYTES, 4 * BYTES))
    text = POLICY.read_text(encoding="utf-8")
    slowest, crashes = (0.0, first), 0
    for seed in range(first, first + count):
        start = time.perf_counter()
        try:
            limited(lambda seed=seed: survive(mutant(text, seed)))
        except Exception:
            crashes += 1
            print(f"seed {seed}:\n{traceback.format_exc()}")
        slowest = max(slowest, (time.perf_counter() - start, seed))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"{count} mutants from seed {first}: {crashes} crashes; slowest {slowest[0]:.2f} s (seed {slowest[1]}); "
          f"memory at most {peak / 1e6:.0f} MB")
    return 1 if crashes or peak > BYTES else 0


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    sys.exit(main(*(given + [2000, 0][len(given) :])))
