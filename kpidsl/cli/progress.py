"""A line on the terminal that says what a run is at and how far; nothing off a terminal, nor in the first second."""

import sys
import threading
from typing import Any

import click

FIRST, EACH = 1.0, 0.2
WIDTH = 30


class Progress:
    """Shown until `end`; `stage` is what the connection is at."""

    def __init__(self, connection: Any) -> None:
        self.stage = ""
        self._connection = connection
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        self._thread.start()

    def _show(self) -> None:
        pause = FIRST
        while not self._over.wait(pause):
            pause = EACH
            click.echo(f"\r\x1b[2K{self.stage} {self._bar()}", nl=False, err=True)
        if pause == EACH:
            click.echo("\r\x1b[2K", nl=False, err=True)

    def _bar(self) -> str:
        """Of a query that knows how much of it is done."""
        done = self._connection.query_progress()
        if not 0 <= done <= 100:
            return ""
        full = int(done * WIDTH / 100)
        return f"[{'#' * full}{'-' * (WIDTH - full)}] {done:3.0f}%"

    def end(self) -> None:
        self._over.set()
        self._thread.join()


def wanted(quiet: bool) -> bool:
    return not quiet and sys.stderr.isatty()
