"""How long what failed waits until it is tried again: twice as long each time, up to a longest pause."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

#: From here on every pause is the longest one.
_MOST_DOUBLINGS: Final = 20


def pause_after(tries: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Return the pause after so many tries, 1 for the first."""
    return min(longest, first * (1 << min(tries - 1, _MOST_DOUBLINGS)))
