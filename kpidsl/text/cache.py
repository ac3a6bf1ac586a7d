"""What takes long to build and does not change, kept in the user's cache. Always safe to delete."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import kpidsl


def cached(name: str, source: bytes, build: Callable[[bytes], bytes]) -> bytes:
    """`build(source)`, from the cache where it holds what was built from the same source by the same versions."""
    version = f"{kpidsl.__version__} {sys.version}".encode()
    key = hashlib.sha256(version + b"\0" + source).hexdigest()[:32]
    path = folder() / f"{name}-{key}"
    data = _read(path)
    if data is None:
        data = build(source)
        _write(path, data)
    return data


def folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path(os.path.expanduser("~")) / ".cache") / "kpidsl"


def _read(path: Path) -> bytes | None:
    """What the cache holds; None where there is nothing or its checksum says that it is damaged."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    digest, data = stored[:32], stored[32:]
    return data if hashlib.sha256(data).digest() == digest else None


def _write(path: Path, data: bytes) -> None:
    """Written beside and renamed, so that processes may race; a cache that cannot be written is done without."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = file.name
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(temporary, path)
    except OSError:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
