"""How events are hashed into a chain, and how a chain is checked (T-1, T-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, Final
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
        """Return the canonical JSON of all that precedes: what is hashed, and what an export holds (T-2)."""
        values = (getattr(self, name) for name in self.__slots__)
        return text_of([str(one) if isinstance(one, UUID) else one for one in values])

    def digest(self) -> str:
        """Return the event's hash: SHA-256 of its canonical JSON (T-2)."""
        return sha256(self.text())


@dataclass(frozen=True, slots=True)
class Wire:
    """An event as the database hands it out, to be hashed without making values of it first."""

    seq: int
    prev_hash: str
    detail_digest: str
    text: str

    def digest(self) -> str:
        """Return the hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def wire(row: Sequence[Any]) -> Wire:
    """Return the event of a row with the values of `Link` in their order; see `text_of`."""
    return Wire(row[0], row[14], row[13], text_of(row))


def text_of(row: Sequence[Any]) -> str:
    """Return the canonical JSON of an event from the values of `Link` in their order (T-2).

    The same text as `canonical` makes, but a trail has millions of events: so ids may come as 32 or
    36 characters, and instants as SQLite keeps them.
    """
    (
        seq,
        recorded_at,
        occurred_at,
        actor_id,
        actor_name,
        on_behalf_of,
        channel,
        system_user,
        action,
        subject_kind,
        subject_id,
        subject_version,
        facts,
        detail_digest,
        prev_hash,
    ) = row
    return (
        f'{{"action":{_quoted(action)},"actor":{_id(actor_id)},"actor_name":{_quoted(actor_name)}'
        f',"channel":{_quoted(channel)},"detail":{_quoted(detail_digest)},"facts":{_quoted(facts)}'
        f',"occurred_at":{_at(occurred_at)},"on_behalf_of":{_id(on_behalf_of)},"prev":{_quoted(prev_hash)}'
        f',"recorded_at":{_at(recorded_at)},"seq":{seq},"subject":[{_quoted(subject_kind)}'
        f',{_id(subject_id)},{_quoted(subject_version)}],"system_user":{_quoted(system_user)},"v":1}}'
    )


def _quoted(text: str) -> str:
    return encode_basestring(text if text.isascii() else normalize("NFC", text))


def _id(value: Any) -> str:
    if value is None:
        return "null"
    text = value if isinstance(value, str) else str(value)
    if len(text) == 32:
        text = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return encode_basestring(text)


def _at(value: Any) -> str:
    text = f"{value[:10]}T{value[11:]}Z" if isinstance(value, str) else utc(value)
    return encode_basestring(text)


@dataclass(frozen=True, slots=True)
class Checked:
    """One event with its stored hash and its detail as found (None: no detail row).

    `may_be_erased`: a *destroyed* event names its subject, so the detail may be gone (R-7).
    """

    link: Link | Wire
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
