"""How events are hashed into a chain, and how a chain is checked (T-1, T-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from json import JSONEncoder
from typing import Final
from unicodedata import normalize
from uuid import UUID

from docctl.domain.canonical import sha256, utc

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

    def text(self) -> str:
        """Return the canonical JSON of all that precedes: what is hashed, and what an export holds (T-2).

        The same text as `canonical` makes of these values, but a trail has millions of them.
        """
        return (
            f'{{"action":{_quoted(self.action)},"actor":{_id(self.actor_id)}'
            f',"actor_name":{_quoted(self.actor_name)},"channel":{_quoted(self.channel)}'
            f',"detail":{_quoted(self.detail_digest)},"facts":{_quoted(self.facts)}'
            f',"occurred_at":"{utc(self.occurred_at)}","on_behalf_of":{_id(self.on_behalf_of)}'
            f',"prev":{_quoted(self.prev_hash)},"recorded_at":"{utc(self.recorded_at)}","seq":{self.seq}'
            f',"subject":[{_quoted(self.subject_kind)},{_id(self.subject_id)}'
            f',{_quoted(self.subject_version)}],"system_user":{_quoted(self.system_user)},"v":1}}'
        )

    def digest(self) -> str:
        """Return the event's hash: SHA-256 of its canonical JSON (T-2)."""
        return sha256(self.text())


_encoded: Final = JSONEncoder(ensure_ascii=False).encode


def _quoted(text: str) -> str:
    return _encoded(text if text.isascii() else normalize("NFC", text))


def _id(value: UUID | None) -> str:
    return "null" if value is None else f'"{value}"'


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
