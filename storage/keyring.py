"""Decides what every key store promises: one key for each item, durable, and destroyed for ever (R-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

#: How long an item's key is, in bytes.
KEY_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What a key store holds; `behind` are keys that an older master key still wraps."""

    keys: int
    destroyed: int
    behind: int
    master_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class KeysDestroyed:
    """Proof that keys are gone: which had been there, when, where was looked (R-7).

    `looked_at` and `not_claimed` are codes for the certificate, as in `storage.api.Destroyed`.
    """

    items: tuple[UUID, ...]
    at: datetime
    looked_at: tuple[str, ...]
    not_claimed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rotation:
    """The master key was replaced: from which to which, and how many item keys were wrapped anew."""

    old_id: str
    new_id: str
    keys: int


class KeyRing(Protocol):
    """A store of item keys, wrapped by a master key that it does not hold.

    What callers may rely on:

    - Once `make` has returned a key, a crash or power cut does not lose it; of several makers at
      once, in several processes, all get the same one.
    - Once `destroy` has returned, a tombstone (item and instant) stands where the key was, and no key
      is ever made again for that item. Once `purge` has returned as well, no byte of the key is in
      the key store's files; `KeysDestroyed.not_claimed` names what is beside them.
    - Keys are handed out, never kept: a key destroyed by another process is gone at once.
    - `StoreUnavailable` may come from every method, `MasterKeyWrong` from those that give a key.
    """

    @property
    def is_shared(self) -> bool:
        """Say whether several hosts use it, each with a copy of the file with the master key."""

    @property
    def since(self) -> datetime:
        """Return when the key store was made: what is stored later is encrypted."""

    def make(self, item_id: UUID) -> bytes:
        """Return the item's key, made durably where there is none. Raises KeyDestroyed."""

    def get(self, item_id: UUID) -> bytes:
        """Return the item's key. Raises KeyMissing, KeyDestroyed."""

    def get_many(self, item_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """Return the keys of those items that have one; the others are left out."""

    def destroyed_among(self, item_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the items whose keys were destroyed: for them none is ever made again."""

    def destroy(self, item_ids: Sequence[UUID]) -> KeysDestroyed:
        """Put tombstones in the place of the items' keys; may be repeated (R-7).

        An item without a key gets its tombstone too: none can come to be later.
        """

    def purge(self) -> None:
        """Leave no byte of a destroyed key in the key store's files, and look (R-7).

        Meant for the end of a list, since it may write the whole key store anew. Raises
        StoreUnavailable where it could not be done, and may be repeated.
        """

    def made_before(self, instant: datetime) -> Iterator[UUID]:
        """Yield the items whose keys were made at or before an instant, for the sweep of orphans."""

    def tombstones(self) -> Iterator[UUID]:
        """Yield the items whose keys were destroyed: a register that outlives a restore (R-7)."""

    def status(self) -> KeyStatus:
        """Return how many keys there are, and which master key wraps them."""

    def prepare(self) -> str:
        """Put a new master key beside the present one in the file, and return its id; use neither yet.

        A shared key store is rotated after the file has been put on every host.
        """

    def is_prepared(self) -> bool:
        """Say whether the file holds a new master key that is not used alone yet."""

    def rotate(self) -> Rotation:
        """Make a new master key, unless one is prepared, and wrap every item key anew.

        One that was interrupted goes on.

        The old master key stays beside the new one until `drop_old_master`.
        """

    def drop_old_master(self) -> None:
        """Forget the old master key. Raises StoreUnavailable while it still wraps a key."""

    def copy_to(self, path: Path, *, expires_on: date) -> int:
        """Write a consistent copy with the wrapped keys into a new file; return their number."""

    def expiry_of(self, path: Path) -> date | None:
        """Return until when a copy may be used; None for what is no copy."""

    def take_from(self, path: Path) -> int:
        """Take from a copy the keys of items that have neither key nor tombstone; return their number.

        A tombstone of the copy destroys the key here. Raises MasterKeyWrong, and takes nothing,
        where the copy's master key is not there any more.
        """

    def close(self) -> None:
        """Let go of files and connections."""
