"""What the content of a revision or a disposal list is, as the canonical text that signatures sign (V-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from docctl.domain.canonical import canonical, sha256

MANIFEST_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file of the manifest; `size` in bytes, `sha256` of the content in hexadecimal."""

    role: str
    ordinal: int
    name: str
    media_type: str
    sha256: str
    size: int
    #: Of an annex; said only where it has one, so that hashes of before stay what they are.
    title: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The canonical text and its SHA-256."""

    text: str
    sha256: str


def manifest(kind: str, facts: dict[str, Any], files: Sequence[ManifestFile]) -> Manifest:
    """Return the manifest of registration data and files; the same input gives the same bytes (V-13)."""
    text = canonical(
        {
            "v": MANIFEST_VERSION,
            "kind": kind,
            "facts": facts,
            "files": [
                {
                    "role": one.role,
                    "ordinal": one.ordinal,
                    "name": one.name,
                    "media_type": one.media_type,
                    "sha256": one.sha256,
                    "size": one.size,
                    **({"title": one.title} if one.title else {}),
                }
                for one in sorted(files, key=lambda one: (one.role, one.ordinal, one.name))
            ],
        }
    )
    return Manifest(text, sha256(text))
