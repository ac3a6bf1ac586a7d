"""Files written whole or not at all."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from stat import S_IMODE

MANIFEST = ".manifest.json"
"""What the name of a file of results has behind it in that of its manifest."""
Content = bytes | Callable[[str], None]
"""The whole file, or what writes it to a path."""


def write_all(contents: Mapping[Path, Content]) -> None:
    """The last that a command does: once the files are in their place, an interrupt comes too late. Raises OSError."""
    from kpidsl.facts.shielded import settled

    with staged(contents) as put, settled():
        put()


def write_first(contents: Mapping[Path, Content]) -> None:
    """As `write_all`, where the command goes on. Raises OSError."""
    from kpidsl.facts.shielded import shielded

    with staged(contents) as put, shielded():
        put()


@contextmanager
def staged(contents: Mapping[Path, Content]) -> Iterator[Callable[[], None]]:
    """Every file is written beside its place; gives what renames them all, once all are there. Raises OSError."""
    import tempfile  # it costs a fiftieth of a small run, which may write nothing

    written: list[tuple[str, Path]] = []
    try:
        for path, data in contents.items():
            placeable(path)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
                written.append((file.name, path))
                if isinstance(data, bytes):
                    file.write(data)
                else:
                    data(file.name)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(file.name, S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask())
        yield partial(_rename, written)
    finally:
        for temporary, _ in written:
            if os.path.exists(temporary):
                os.unlink(temporary)


def placeable(path: Path) -> None:
    """Raises OSError where no file can be put at the path."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))


def _rename(written: Iterable[tuple[str, Path]]) -> None:
    for temporary, path in written:
        os.replace(temporary, path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
