"""The page of `docctl doctor`: which checks there are, in the order in which one mends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from docctl.checks.check import Bench, Check, Finding, find
from docctl.checks.keeping import KEEPING
from docctl.checks.machine import MACHINE
from docctl.checks.outside import OUTSIDE
from docctl.checks.outward import OUTWARD
from docctl.checks.parts import PARTS

#: A further part of docctl adds its checks here, and their sentences to `doctor.toml`.
CHECKS: Final[tuple[Check, ...]] = (*MACHINE, *PARTS, *KEEPING, *OUTSIDE, *OUTWARD)


def findings(bench: Bench, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Return what every check finds."""
    return [find(one, bench) for one in checks]
