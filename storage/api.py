"""Decides what every object store promises, and nothing about how (R-4, R-5, R-7, T-3)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import BinaryIO, Protocol

from storage.errors import (
    AlreadyStored,
    Damaged,
    HoldActive,
    InvalidKey,
    KeyDestroyed,
    KeyMissing,
    LockNotHonoured,
    MasterKeyWrong,
    ObjectMissing,
    RetentionActive,
    RetentionShortened,
    StorageError,
    StoreFull,
    StoreUnavailable,
    WrongSize,
)
from storage.keys import Area, Key, uuid7

__all__ = [
    "AlreadyStored",
    "Area",
    "Clock",
    "Damaged",
    "Destroyed",
    "Fixity",
    "FixityState",
    "HoldActive",
    "InvalidKey",
    "Key",
    "KeyDestroyed",
    "KeyMissing",
    "Listed",
    "LockNotHonoured",
    "MasterKeyWrong",
    "ObjectMissing",
    "ObjectStore",
    "RetentionActive",
    "RetentionShortened",
    "Stat",
    "StorageError",
    "StoreFull",
    "StoreUnavailable",
    "Stored",
    "Stray",
    "StrayKind",
    "WrongSize",
    "as_utc",
    "require_locks",
    "uuid7",
]

#: Tells the present instant, aware.
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a row pins: the version, and hash and size of the content and of the stored bytes.

    The two pairs are the same unless a store wrapped around this one changes the bytes.
    """

    key: Key
    version: str
    sha256: str
    size: int
    stored_sha256: str
    stored_size: int


@dataclass(frozen=True, slots=True)
class Stat:
    """What the store says of one version: size and hash are those of the stored bytes."""

    size: int
    sha256: str
    retain_until: datetime | None
    held: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One version in a listing; the size is that of the stored bytes."""

    key: Key
    version: str
    size: int
    modified_at: datetime


class StrayKind(StrEnum):
    """What may lie in a store without being an object of it (T-3)."""

    NEWER_VERSION = "newer_version"
    DELETE_MARKER = "delete_marker"
    NO_KEY = "no_key"


@dataclass(frozen=True, slots=True)
class Stray:
    """Something in a store that no `put` of ours has left there; it is named, never removed for that."""

    area: Area
    kind: StrayKind
    name: str
    version: str


class FixityState(StrEnum):
    """What a check of one version found (T-3)."""

    OK = "ok"
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Fixity:
    """The result of reading every stored byte again (T-3).

    `expected` is the hash that the store noted when it wrote, `found` that of the bytes now;
    either is None where it cannot be told. The caller compares both with its own row.
    """

    key: Key
    version: str
    state: FixityState
    expected: str | None
    found: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Proof that nothing is left under a key: what went, when, and where was looked (R-7).

    `versions` is empty where there was nothing. `looked_at` and `not_claimed` are codes for the
    certificate: the places that were seen empty, and those that this store cannot speak of.
    """

    key: Key
    versions: tuple[str, ...]
    at: datetime
    looked_at: tuple[str, ...]
    not_claimed: tuple[str, ...]


class ObjectStore(Protocol):
    """A store of write-once versions that can be locked until an instant, and held.

    What callers may rely on, for each method and each store:

    - A key is written once. While it has a version, `put` raises `AlreadyStored`; of several
      puts at once exactly one wins. Versions are never used twice, also after `destroy`.
    - Once `put`, `retain`, `hold` or `destroy` has returned, a crash or power cut does not undo
      it. Before that an object is either absent or complete, never in part.
    - Reads name a version and get that one or `ObjectMissing`, at the call, not later.
    - Instants are aware; those that come back are UTC. A naive one raises `ValueError`. A lock
      is never earlier than was asked; a store may round it up to the next second. It refuses
      while now < until and no longer at `until`. An instant that has passed locks nothing.
    - Only the area `RECORDS` has locks; elsewhere asking for one raises `LockNotHonoured`.
    - `StoreUnavailable` may come from every method, and a missing store is never reported as
      missing objects. Failures of the source that is read come through as they are.
    - Methods may be called from several threads and processes at once.

    A store may be wrapped by one that changes the bytes: then `Stored.sha256` and `.size` speak
    of the content, everything else (`Stat`, `Listed`, `Fixity`) of the bytes as stored, so that
    checks need no keys. Nothing may ask for the type of a store.
    """

    def put(
        self,
        key: Key,
        source: BinaryIO,
        *,
        retain_until: datetime | None,
        size: int | None = None,
    ) -> Stored:
        """Store what `source` gives until its end, all or nothing, and read the lock back (R-4).

        The source is read once, in pieces, from where it stands; a short read is not its end. If
        `size` is given and differs, `WrongSize` is raised. After any error nothing is visible;
        after `LockNotHonoured` an unlocked version may be left for `destroy`.
        Raises AlreadyStored, LockNotHonoured, StoreFull, WrongSize.
        """

    def open(self, key: Key, version: str) -> AbstractContextManager[BinaryIO]:
        """Open exactly this version, never the latest; the stream can seek (T-3).

        Bytes that are not those that were stored are not served: `Damaged` comes at once or from
        the read that meets them. Raises ObjectMissing, Damaged; where the store encrypts, KeyMissing
        and KeyDestroyed.
        """

    def stat(self, key: Key, version: str) -> Stat:
        """Return what the store says of a version, without reading it. Raises ObjectMissing."""

    def retain(self, key: Key, version: str, *, until: datetime) -> None:
        """Lock until `until`, read back; the same instant again is no change (R-4).

        Raises RetentionShortened, LockNotHonoured, ObjectMissing.
        """

    def hold(self, key: Key, version: str, *, on: bool) -> None:
        """Set or lift the store's one hold: on while at least one of ours is (R-5).

        Read back; repeating is no change. Raises LockNotHonoured, ObjectMissing.
        """

    def destroy(self, key: Key) -> Destroyed:
        """Remove every version, look again, and prove that nothing is left (R-7).

        Refused before anything is removed if one version is held or locked; a hold is named
        first. May be repeated: once all is gone it succeeds with no versions, and one that
        was interrupted goes on. A reader that is open may read to its end.
        Raises HoldActive, RetentionActive; Damaged where the lock cannot be told.
        """

    def verify(self, key: Key, version: str) -> Fixity:
        """Read and hash every byte again; report, never raise for it and never delete (T-3)."""

    def list(self, area: Area, prefix: str = "", *, after: Key | None = None) -> Iterator[Listed]:
        """Yield what is stored, by `Key.path` in the order of its characters, each once (T-3).

        `prefix` is how `Key.path` begins; `after` resumes behind a key, stored or not. The
        listing is no snapshot: what comes or goes meanwhile may or may not be seen.
        """

    def strays(self, area: Area) -> Iterator[Stray]:
        """Yield what lies in an area beside objects: put there by others, or left by a failure (T-3)."""


def as_utc(instant: datetime) -> datetime:
    """Return an aware instant in UTC; a naive one raises `ValueError`."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"an instant without a time zone: {instant!r}")
    return instant.astimezone(UTC)


def require_locks(key: Key, version: str | None, asked: object) -> None:
    """Raise `LockNotHonoured` where the area of the key has no locks (R-4)."""
    if not key.area.has_locks:
        raise LockNotHonoured(key, version, asked, None)
