"""How events are hashed into a chain, and how a chain is checked (T-1, T-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from docctl.domain.canonical import canonical, sha256

#: What the first event's `prev_hash` is.
GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """All of an event that the chain covers; instants in UTC, `facts` as stored."""

    seq: int
    recorded_at: datetime
    occurred_at: datetime
    actor_id: UUID | None
    actor_name: str
    on_behalf_of: UUID | None
    channel: str
    system_user: str
    action: str
    subject_kind: str
    subject_id: UUID | None
    subject_version: str
    facts: str
    detail_digest: str
    prev_hash: str

    def digest(self) -> str:
        """Return the event's hash: SHA-256 of the canonical JSON of all that precedes (T-2)."""
        return sha256(
            canonical(
                {
                    "v": 1,
                    "seq": self.seq,
                    "recorded_at": self.recorded_at,
                    "occurred_at": self.occurred_at,
                    "actor": self.actor_id,
                    "actor_name": self.actor_name,
                    "on_behalf_of": self.on_behalf_of,
                    "channel": self.channel,
                    "system_user": self.system_user,
                    "action": self.action,
                    "subject": [self.subject_kind, self.subject_id, self.subject_version],
                    "facts": self.facts,
                    "detail": self.detail_digest,
                    "prev": self.prev_hash,
                }
            )
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """One event with its stored hash and its detail as found (None: no detail row).

    `may_be_erased`: a *destroyed* event names its subject, so the detail may be gone (R-7).
    """

    link: Link
    hash: str
    detail: tuple[bytes, bytes] | None
    may_be_erased: bool = False


def detail_digest(salt: bytes, detail: bytes) -> str:
    """Return SHA-256(salt ‖ detail): the chain holds even when the detail is erased (R-7)."""
    return sha256(salt + detail)


@dataclass(frozen=True, slots=True)
class Break:
    """The first event at which the chain does not hold, and why."""

    seq: int
    reason: str


def first_break(events: Iterator[Checked], *, head_seq: int, head_hash: str) -> Break | int:
    """Walk the chain; return the first break, or the number of events where all hold (T-2).

    A detail that is missing is a break unless it may have been erased; one that is there must fit.
    """
    expected, prev = 1, GENESIS
    for one in events:
        link = one.link
        reason = _reason(one, expected=expected, prev=prev)
        if reason is not None:
            return Break(min(expected, link.seq) if reason == "missing" else link.seq, reason)
        expected, prev = expected + 1, one.hash
    if expected - 1 != head_seq:
        return Break(min(expected, head_seq + 1), "missing" if expected <= head_seq else "head")
    if prev != head_hash:
        return Break(head_seq, "head")
    return expected - 1


def _reason(one: Checked, *, expected: int, prev: str) -> str | None:
    link = one.link
    if link.seq != expected:
        return "missing"
    if link.prev_hash != prev:
        return "order"
    if link.digest() != one.hash:
        return "changed"
    if one.detail is None:
        return None if one.may_be_erased else "detail_missing"
    salt, detail = one.detail
    if detail_digest(salt, detail) != link.detail_digest:
        return "detail_changed"
    return None
