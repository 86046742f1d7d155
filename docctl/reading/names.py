"""What a file may be called: the last part of its name, without what deceives or breaks."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: The shortest limit of the file systems that a copy may be saved on, in bytes of UTF-8.
_LONGEST: Final = 200
_LONGEST_EXTENSION: Final = 16
_NOT_ON_WINDOWS: Final = re.compile(r'[<>:"|?*]')
_SPACES: Final = re.compile(r"\s+")
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def clean_name(name: str) -> str:
    """Return a name in NFC without folders, control characters and direction marks, not too long.

    The extension stays, also when the rest is cut. A name of which nothing is left becomes `file`.
    """
    last = re.split(r"[/\\]", name)[-1]
    # NFC may join what stood on both sides of a dropped mark, so it comes after dropping
    kept = "".join(c for c in _SPACES.sub(" ", last) if unicodedata.category(c)[0] != "C")
    tidy = _NOT_ON_WINDOWS.sub("_", unicodedata.normalize("NFC", kept)).strip(" .")
    if not tidy:
        return "file"
    if _DEVICES.match(tidy):
        tidy = "_" + tidy
    return _shorten(tidy)


def extension(name: str) -> str:
    """Return the extension in lower case without its dot; empty where there is none."""
    _, dot, last = name.rpartition(".")
    return last.strip().lower() if dot else ""


def _shorten(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, last = name.rpartition(".")
    if not dot or len(last.encode()) > _LONGEST_EXTENSION:
        stem, dot, last = name, "", ""
    room = _LONGEST - len((dot + last).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + last
