"""How many examples Hypothesis tries: ten times as many in `.ci/long` as by default, and others each time."""

from __future__ import annotations

from hypothesis import settings

_QUICK = 100

# How long an example takes depends on what else the machine does.
settings.register_profile("quick", settings.default, deadline=None)
settings.load_profile("quick")
settings.register_profile("thorough", settings.default, max_examples=10 * _QUICK, derandomize=False)


def examples(quick: int, thorough: int | None = None) -> int:
    """Return how many examples a test tries that takes longer than most: `quick` where others try 100.

    With the thorough profile it tries `thorough`, or as many times more as others.
    """
    times = settings.default.max_examples // _QUICK
    return quick if times == 1 else thorough or quick * times
