"""Ctrl-C while a database is at work.

A signal's own handler waits until the main thread is back in Python, which a query may take minutes for; so the signal
is also written to a pipe, and a thread that waits there tells the database.
"""

import os
import signal
import threading
from typing import Any


class Watch:
    """From its making until `end`, Ctrl-C stops what the connection is at; `asked` is whether there was one."""

    def __init__(self, connection: Any) -> None:
        self.asked = False
        self._connection = connection
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._before: int | None = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
            self._thread.start()

    def _watch(self) -> None:
        while number := os.read(self._read, 1):
            if number[0] == signal.SIGINT:
                self.asked = True
                self._connection.interrupt()

    def end(self) -> None:
        if self._before is not None:
            signal.set_wakeup_fd(self._before)
        os.close(self._write)
        if self._before is not None:
            self._thread.join()
        os.close(self._read)
