import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Every test begins with ears for Ctrl-C, though the tests run in the background, or a command before has written
    its results and is deaf to it from then on.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
