"""What must be done whole, though somebody presses Ctrl-C."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shielded() -> Iterator[None]:
    """An interrupt waits until the end."""
    hear_again = _deaf()
    try:
        yield
    finally:
        hear_again()


@contextmanager
def settled() -> Iterator[None]:
    """The last step of a command: an interrupt waits until it is over, and comes too late once it is done.

    What is left then is to tidy up and to say what was written; nobody is to be told that it was broken off.
    """
    hear_again = _deaf()
    try:
        yield
    except BaseException:
        hear_again()
        raise
    if _is_main():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _deaf() -> Callable[[], None]:
    """Lets interrupts wait; returns what hears them again, those that wait first."""
    if not _is_main():
        return lambda: None
    waiting: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: waiting.append(number))

    def hear_again() -> None:
        signal.signal(signal.SIGINT, before)
        if waiting:
            signal.raise_signal(signal.SIGINT)

    return hear_again


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
