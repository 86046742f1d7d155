"""When a child has had its time: what it waits for a processor on a busy machine is not counted.

So that load changes no result. One that sleeps, or hangs in a library, has its time by the clock.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from docctl.reading.errors import ReadingFailed

#: So many times its time a child may wait for a processor; then the machine does something else altogether.
_LONGEST: Final = 20
#: A wait shorter than this, in seconds, ends nothing: the kernel counts it late.
_LEAST: Final = 0.05


class Deadline:
    """The end of a child's time for one request, in seconds by the clock and without what it waited."""

    def __init__(self, pid: int, seconds: float) -> None:
        """Begin now."""
        self._pid, self._seconds = pid, seconds
        self._began, self._waited = time.monotonic(), waited(pid)

    def left(self) -> float:
        """Return how long is left, in seconds. Raises ReadingFailed where nothing is.

        `timeout` where the child has had its time; `busy` where the machine did not give it.
        """
        now = time.monotonic()
        away = waited(self._pid) - self._waited
        left = self._began + self._seconds + min(away, self._seconds * _LONGEST) - now
        if left > 0:
            return max(left, _LEAST)
        raise ReadingFailed("busy" if away > self._seconds * _LONGEST else "timeout")


def waited(pid: int) -> float:
    """Return how long a process has waited for a processor in seconds; 0 where unknown."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):  # a kernel that does not tell, or a process that has ended
        return 0.0


__all__ = ["Deadline", "waited"]
