"""What an account shows to whom: the one whom it is about sees nothing of files and runs, which may tell of others."""

from collections.abc import Mapping
from typing import Any

PAYEE = "payee"
HIDDEN = ("facts", "tables", "run")
"""Parts of a manifest that are about files and how many others there are."""


def shown_manifest(manifest: Mapping[str, Any], reader: str) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key not in hidden(manifest, reader)}


def hidden(manifest: Mapping[str, Any], reader: str) -> tuple[str, ...]:
    """What is left out for a reader, by the names of its parts."""
    return tuple(key for key in HIDDEN if key in manifest) if reader == PAYEE else ()
