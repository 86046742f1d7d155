"""What a legal hold may cover: records by number, keys that records share (R-5, S-7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: The most records that one hold names, and the most keys: what is typed, and locked, at once.
MOST: Final = 500
MOST_KEYS: Final = 20
LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Key:
    """A key as typed; two that differ in width, case, blanks or dashes are one (N-10)."""

    kind: str
    value: str

    @property
    def normal(self) -> str:
        """What records are compared by."""
        return normal(self.value)


def may_cover(*, records: int, keys: Sequence[Key], kinds: Collection[str]) -> Verdict:
    """Say whether a hold may be placed on so many records and on these keys, of the known kinds (R-5)."""
    if not records and not keys:
        return Refused("R-5", "nothing_to_hold")
    if records > MOST:
        return Refused("R-5", "too_many", {"most": MOST})
    if len(keys) > MOST_KEYS:
        return Refused("R-5", "too_many_keys", {"most": MOST_KEYS})
    for one in keys:
        if one.kind not in kinds:
            return Refused("F-3", "no_such_key", {"kind": one.kind})
        if not one.normal:
            return Refused("R-5", "key_says_nothing", {"field": one.kind})
        if len(one.value) > LONGEST_KEY:
            return Refused("C-6", "too_long", {"field": one.kind, "longest": LONGEST_KEY})
    return Allowed()


def may_hold_key(key: Key, *, seen: int, none_yet_is_meant: bool) -> Verdict:
    """Say whether a key may be held that no record bears, as far as the person sees (R-5, X-3).

    It may be mistyped, and then nothing that matters would be held.
    """
    if seen or none_yet_is_meant:
        return Allowed()
    return Refused("R-5", "no_record_bears", {"field": key.kind, "value": key.value})
