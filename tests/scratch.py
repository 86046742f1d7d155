"""Where tests keep their files: in memory where there is room; each sync is asked for, and none waited for.

What is written, linked, synced and read is the same in memory and on a disk. What a disk does besides is for
the long tests, which stay on it. Where there is no room, or TMPDIR or `--basetemp` says so, all stay on it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")
#: Several times what two processes have there at once: a test that passed leaves nothing.
_ROOM = 1 << 30
#: What pytest asks for the folder in which it makes one for each run.
_ROOT = "PYTEST_DEBUG_TEMPROOT"


def choose(config: pytest.Config) -> None:
    """Let the tests that run by default write to memory; processes that share them are told by the first."""
    elsewhere = config.option.basetemp or os.environ.get("TMPDIR") or os.environ.get(_ROOT)
    if elsewhere or "not long" not in config.option.markexpr or not _is_roomy():
        return
    os.environ[_ROOT] = str(_MEMORY)
    config.add_cleanup(lambda: os.environ.pop(_ROOT))


def _is_roomy() -> bool:
    try:
        there = os.statvfs(_MEMORY)
    except OSError:
        return False
    runs_programs = not there.f_flag & os.ST_NOEXEC
    return runs_programs and os.access(_MEMORY, os.W_OK) and there.f_bavail * there.f_frsize >= _ROOM
