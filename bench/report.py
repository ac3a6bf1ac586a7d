"""How long a report of 5,000 subjects takes to write and to open in headless Chromium.

    python bench/report.py [ROWS]

Opening is from the navigation until the table can be searched. The aim is less than 3 seconds for 5,000 subjects.
"""

import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path += [str(ROOT / "tests"), str(ROOT / "bench")]
import browser  # noqa: E402
import facts  # noqa: E402

ROUNDS = 3


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table, page = facts.make(rows, Path(folder)), Path(folder) / "report.html"
        command = [sys.executable, "-m", "kpidsl", "report", "policies/grid-2014.kpi", str(table), "-q"]
        start = time.perf_counter()
        subprocess.run([*command, "-o", str(page)], cwd=ROOT, check=True)
        print(f"written in {time.perf_counter() - start:.1f} s, {page.stat().st_size / 1e6:.1f} MB")
        with browser.started() as chromium:
            for _ in range(ROUNDS):
                print(", ".join(f"{name} {taken:.2f} s" for name, taken in opened(chromium, page).items()))


def opened(chromium: Any, path: Path) -> dict[str, float]:
    page = chromium.new_page()
    times = [time.perf_counter()]
    page.goto(path.as_uri())
    page.wait_for_selector("html.ready")
    times.append(time.perf_counter())
    page.fill("#controls input", "0123")
    page.wait_for_function("document.querySelectorAll('#scores tbody tr').length < 100")
    times.append(time.perf_counter())
    page.evaluate("document.querySelector('#scores tbody a').click()")
    page.wait_for_selector("#account .ledger")
    times.append(time.perf_counter())
    page.close()
    taken = (after - before for before, after in pairwise(times))
    return dict(zip(("opened", "searched", "an account"), taken, strict=True))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
