"""Signed heads of the trail: what is signed, how heads and keys follow each other (T-2)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from docctl.domain.canonical import canonical, sha256, utc
from docctl.domain.events import GENESIS

#: What a signature is over begins with its purpose, so that it serves no other.
HEAD_PURPOSE: Final = b"docctl audit head v1\n"
KEY_PURPOSE: Final = b"docctl audit key v1\n"

_HEX64: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the whole trail at an instant: number of events, root of their tree.

    `prev` is the digest of the head before (64 zeros for the first), `key_id` the digest of the public
    key, `origin` names the installation, `epoch` counts the restores of older states before it.
    """

    origin: str
    size: int
    root: str
    at: datetime
    prev: str
    key_id: str
    epoch: int = 0

    @property
    def body(self) -> str:
        """The canonical JSON that is signed and hashed."""
        return canonical(
            {
                "v": 1,
                "origin": self.origin,
                "size": self.size,
                "root": self.root,
                "time": self.at,
                "prev": self.prev,
                "key": self.key_id,
                **({"epoch": self.epoch} if self.epoch else {}),
            }
        )

    @property
    def digest(self) -> str:
        """What the next head names as the one before it."""
        return sha256(self.body)

    @property
    def signed(self) -> bytes:
        """The bytes under the signature."""
        return HEAD_PURPOSE + self.body.encode()


def head_of(body: str) -> Head:
    """Return the head whose canonical JSON this is; any other text raises ValueError."""
    try:
        found: Any = json.loads(body)
        head = Head(
            origin=str(found["origin"]),
            size=int(found["size"]),
            root=str(found["root"]),
            at=datetime.strptime(found["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
            prev=str(found["prev"]),
            key_id=str(found["key"]),
            epoch=int(found.get("epoch", 0)),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError("no head") from error
    if (
        head.body != body
        or head.size < 1
        or head.epoch < 0
        or not all(map(_HEX64.fullmatch, (head.root, head.prev, head.key_id)))
    ):
        raise ValueError("no head")
    return head


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A public key (hexadecimal) that signs heads; all but the first are signed by the key before."""

    key_id: str
    public: str
    since: datetime
    prev: str
    signature: str

    def signed(self, origin: str) -> bytes:
        """The bytes by which the key before hands over."""
        return handover(origin, public=self.public, since=self.since, prev=self.prev)


def handover(origin: str, *, public: str, since: datetime, prev: str) -> bytes:
    """Return what the old key signs to hand over to the new one."""
    body = {"v": 1, "origin": origin, "public": public, "since": utc(since), "prev": prev}
    return KEY_PURPOSE + canonical(body).encode()


def key_id_of(public: str) -> str:
    """Return the name of a public key: the SHA-256 of its 32 bytes."""
    return sha256(bytes.fromhex(public))


def why_not_next(before: Head | None, head: Head) -> str | None:
    """Return why a head cannot follow the one before, or None: origin, chain, size or time (T-2)."""
    if before is None:
        return None if head.prev == GENESIS else "head_chain"
    if head.origin != before.origin:
        return "head_origin"
    if head.prev != before.digest:
        return "head_chain"
    if head.size <= before.size:
        return "head_size"
    if head.epoch < before.epoch:
        return "head_epoch"
    return "head_time" if head.at < before.at else None
