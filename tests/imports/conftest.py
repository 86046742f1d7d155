"""What tests of imports share: a folder of old files, apart from the house's own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder outside the data folder."""
    made = tmp_path / "旧文件"
    made.mkdir()
    return made
