"""LibreOffice and Tesseract for tests: absent they are a visible skip, and in `.ci/run` a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from docctl.reading.office import find_office
from docctl.reading.recognise import WANTED, find_tesseract


def office() -> Path:
    """The folder of LibreOffice's programs."""
    return found if (found := find_office()) else _absent("libreoffice-writer-nogui libreoffice-calc-nogui")


def tesseract() -> tuple[Path, tuple[str, ...]]:
    """Tesseract with Chinese of both kinds and English."""
    found = find_tesseract()
    if found is None or found[1] != WANTED:
        _absent("tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-chi-tra")
    assert found is not None
    return found


def chinese_font() -> Path:
    """A font that draws Chinese."""
    found = sorted(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.*"))
    return found[0] if found else _absent("fonts-noto-cjk")


def _absent(packages: str) -> Path:
    reason = f"not installed: {packages}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
