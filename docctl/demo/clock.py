"""The clock of a story: it stands where the teller puts it."""

from __future__ import annotations

from datetime import datetime


class Told:
    """A clock that only the teller moves, never backwards."""

    def __init__(self, begins: datetime) -> None:
        self._now = begins

    def __call__(self) -> datetime:
        """Return the instant that is being told."""
        return self._now

    def move(self, at: datetime) -> None:
        """Go on to an instant; one that has passed already is told right after the last."""
        self._now = max(self._now, at)
