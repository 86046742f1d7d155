"""What a plain text says, and the paragraphs to show."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any, Final

from docctl.reading import encodings
from docctl.reading.errors import ReadingFailed

_NEWLINES: Final = re.compile(r"\r\n?|[\x0b\x85\u2028\u2029]")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read(path: str) -> dict[str, Any]:
    """Read a text in UTF-8, UTF-16, GB 18030 or Big5; form feeds part its pages."""
    decoded = encodings.decode(Path(path).read_bytes())
    if decoded is None:
        raise ReadingFailed("unreadable", "no encoding fits")
    text = _UNSEEN.sub("", _NEWLINES.sub("\n", decoded))
    pages = [0, *(match.end() for match in re.finditer("\f", text))]
    return {"text": text, "html": paragraphs(text), "pages": pages, "parts": []}


def paragraphs(text: str) -> str:
    """Return one paragraph of HTML for each line that says something."""
    lines = (line.rstrip() for line in re.split(r"[\n\f]", text))
    return "\n".join(f"<p>{html.escape(line)}</p>" for line in lines if line.strip())
