"""When a reason or finding will do: written down, and no longer than can be read (A-16, D-2, D-5, V-6)."""

from __future__ import annotations

from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: The longest reason in characters, unless a rule allows more: it is read in a list.
LONGEST: Final = 500


def reason_given(text: str, *, rule: str, longest: int = LONGEST) -> Verdict:
    """Say whether a reason stands, and is no longer than it may be; `rule` is the one that asks for it."""
    length = len(text.strip())
    if not length:
        return Refused(rule, "reason_needed")
    if length > longest:
        return Refused(rule, "reason_too_long", {"longest": longest, "length": length})
    return Allowed()
