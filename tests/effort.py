"""How many examples Hypothesis tries: ten times as many in `.ci/long` as by default, and others each time."""

from __future__ import annotations

from hypothesis import settings

_QUICK = 100

settings.register_profile("thorough", settings.default, max_examples=10 * _QUICK, derandomize=False)


def examples(quick: int) -> int:
    """Return how many examples a test tries that takes longer than most: `quick` where others try 100."""
    return quick * settings.default.max_examples // _QUICK
