"""Decides what may go back with a returned item, and when its list may be ticked (A-9, V-6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Allowed, Refused, Verdict

MOST_ITEMS: Final = 50
#: What begins a line of a list; a dash right before a figure is the sign of a number.
_MARK: Final = re.compile(r"^[-－—–•·]+(?![\d.．])\s*")
LONGEST_ITEM: Final = 500


def items_in(typed: str) -> tuple[str, ...]:
    """Return the items of a list that was typed, one a line; a dash or dot before one is no part of it."""
    lines = (_MARK.sub("", " ".join(line.split())) for line in typed.splitlines())
    return tuple(one for one in lines if one)


def may_give_back(reason: str, items: Sequence[str]) -> Verdict:
    """Say whether an item may be returned: with a reason, a list of what is missing, or both (A-9, V-6)."""
    if not reason.strip() and not items:
        return Refused("V-6", "reason_needed")
    if len(items) > MOST_ITEMS:
        return Refused("A-9", "too_many_items", {"most": MOST_ITEMS, "count": len(items)})
    longest = max(map(len, items), default=0)
    if longest > LONGEST_ITEM:
        return Refused("A-9", "item_too_long", {"longest": LONGEST_ITEM, "length": longest})
    return Allowed()


def may_tick(status: RevisionStatus, *, is_latest: bool) -> Verdict:
    """Say whether items may be ticked as done: those of the last return, while it is mended (A-9)."""
    if status is not RevisionStatus.DRAFT:
        return Refused("A-9", "not_being_mended")
    return Allowed() if is_latest else Refused("A-9", "not_the_last_return")
