"""A terminal on the small company."""

from __future__ import annotations

from pathlib import Path

import pytest

from docctl.config import Settings
from docctl.services.house import House
from tests.cli.terminal import Terminal
from tests.world import docx_bytes


@pytest.fixture
def terminal(house: House, settings: Settings) -> Terminal:
    return Terminal(house, settings)


@pytest.fixture
def docx(tmp_path: Path) -> Path:
    path = tmp_path / "记录控制程序.docx"
    path.write_bytes(docx_bytes("目的", "本程序规定记录的控制。"))
    return path
