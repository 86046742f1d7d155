"""Decides how a version's locks and hashes are written beside it, sealed (R-4, T-3)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from storage.api import as_utc
from storage.blocks import BLOCK
from storage.errors import Damaged
from storage.keys import Key

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class State:
    """What the store knows of one version. The file is a seal, a line break and JSON."""

    key: Key
    version: str
    size: int
    sha256: str
    stored_at: datetime
    digests: tuple[bytes, ...]
    retain_until: datetime | None
    held: bool = False

    def to_bytes(self) -> bytes:
        """Return the bytes of the file."""
        until = self.retain_until
        body = json.dumps(
            {
                "format": _FORMAT,
                "key": str(self.key),
                "version": self.version,
                "size": self.size,
                "sha256": self.sha256,
                "stored_at": self.stored_at.isoformat(),
                "retain_until": None if until is None else until.isoformat(),
                "held": self.held,
                "block": BLOCK,
                "blocks": [digest.hex() for digest in self.digests],
            },
            sort_keys=True,
        ).encode()
        return _seal(body) + b"\n" + body

    @classmethod
    def from_bytes(cls, data: bytes, key: Key) -> Self:
        """Read the bytes of the file of `key`.

        One flipped bit could move a lock; so whatever is not as it was written is `Damaged`,
        and so is the file of another key.
        """
        seal, _, body = data.partition(b"\n")
        if seal != _seal(body):
            raise Damaged(key, "", "a sealed state", "a broken seal")
        facts = json.loads(body)
        if (facts["format"], facts["block"]) != (_FORMAT, BLOCK):
            raise Damaged(key, facts["version"], "a format that is known", str(facts["format"]))
        if facts["key"] != str(key):
            raise Damaged(key, facts["version"], str(key), facts["key"])
        until = facts["retain_until"]
        return cls(
            key=key,
            version=facts["version"],
            size=facts["size"],
            sha256=facts["sha256"],
            stored_at=as_utc(datetime.fromisoformat(facts["stored_at"])),
            digests=tuple(bytes.fromhex(digest) for digest in facts["blocks"]),
            retain_until=None if until is None else as_utc(datetime.fromisoformat(until)),
            held=facts["held"],
        )


def read_state(path: Path, key: Key) -> State | None:
    """Return the state in a file, or None if there is none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return State.from_bytes(data, key)


def _seal(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
