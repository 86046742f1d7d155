"""Pauses by which two racers win about as often: who has just won sets out later the next time."""

from __future__ import annotations

from random import Random

#: By how much later, in seconds; each pause also has a random part of up to this much.
STEP = 0.002


class Pace:
    """The pauses of two racers, `first` and `second`, from round to round."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._later = 0.0  # by how much the first one sets out later than the second

    def pauses(self) -> tuple[float, float]:
        """Return how long the two wait before they set out."""
        first, second = self._dice.uniform(0, STEP), self._dice.uniform(0, STEP)
        return first + max(0.0, self._later), second + max(0.0, -self._later)

    def won(self, *, first: bool) -> None:
        """Note who won a round."""
        self._later += STEP if first else -STEP
