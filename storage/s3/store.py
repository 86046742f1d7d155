"""Decides how S3 buckets keep objects: one bucket an area, one version a key (R-4, R-5, R-7, T-3).

The bucket of records has Object Lock; both have versioning. A key is written once: its last part is
random, puts of one key take turns in a process, and of several versions that a repeated request or
another host has left the oldest is the object. Nothing is believed before
it was read back: hash and size after each put, mode and date after each lock.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

from storage.api import (
    AlreadyStored,
    Area,
    Clock,
    Damaged,
    Destroyed,
    Fixity,
    FixityState,
    Key,
    Listed,
    ObjectMissing,
    RetentionShortened,
    Stat,
    StorageError,
    Stored,
    StoreUnavailable,
    Stray,
    as_utc,
    require_locks,
    uuid7,
)
from storage.s3.answers import Unanswered
from storage.s3.bucket import Bucket, Entry, Head
from storage.s3.listing import about_area, key_of, strays
from storage.s3.locks import about, head_of, lock, require_free, set_hold
from storage.s3.reading import CheckedVersion, hash_of
from storage.s3.spool import Noted, spooled
from storage.s3.turns import Turns

LOOKED_AT: Final = ("versions", "delete_markers", "unfinished_uploads", "each_version")
NOT_CLAIMED: Final = ("freed_blocks", "server_garbage", "replicas", "copies_elsewhere")
#: How far the server's idea of the default lock may lie behind ours before it is set anew.
_SLACK: Final = timedelta(minutes=10)
#: How often a destruction begins again because something has come meanwhile.
_ROUNDS: Final = 5


class S3Store:
    """Objects in S3. See `storage.api.ObjectStore`.

    `grace` is the default lock of the bucket of records: what is put without a lock has this one.
    Bodies are spooled in `scratch`. Our own lock of a key holds within a process; between hosts the
    server decides, and a server may check a lock a moment before it removes a version: callers that
    lock and destroy one object at once have to exclude each other.
    """

    def __init__(
        self,
        buckets: Mapping[Area, Bucket],
        *,
        clock: Clock,
        grace: timedelta | None = None,
        scratch: Path | None = None,
    ) -> None:
        self._buckets, self._clock = dict(buckets), clock
        self._grace, self._scratch = grace, scratch
        self._turns = Turns()
        self._puts = Turns()

    def put(
        self,
        key: Key,
        source: BinaryIO,
        *,
        retain_until: datetime | None,
        size: int | None = None,
    ) -> Stored:
        """Spool and hash the source, send it, see that it won, lock it (R-4).

        Where the network fails on the way, an unlocked version may be left for a sweep.
        """
        until = None if retain_until is None else as_utc(retain_until)
        if until is not None:
            require_locks(key, None, until)
        bucket, mark, version = self._buckets[key.area], uuid7().hex, ""
        with self._puts.of(key.path):
            if not key.is_first_use() and self._is_there(bucket, key):
                raise AlreadyStored(key)
            with spooled(key, source, size=size, folder=self._scratch) as (spool, noted):
                try:
                    with about(key, ""):
                        version = bucket.put(
                            key.path, spool, noted.size, {**noted.to_metadata(), "put": mark}
                        )
                except (Unanswered, ObjectMissing) as error:
                    # Also an upload that the client wanted to end, and that had come to its end before.
                    if not self._found_after_all(bucket, key, mark):
                        raise StoreUnavailable(f"not stored: {error}") from error
            with self._turns.of(key.path):
                version = version or self._won(bucket, key, mark)
                try:
                    self._lock_new(bucket, key, version, until, self._whole(bucket, key, version, noted))
                except BaseException:
                    with contextlib.suppress(StorageError):
                        _drop(bucket, key, [version])
                    raise
        return Stored(key, version, noted.sha256, noted.size, noted.sha256, noted.size)

    def open(self, key: Key, version: str) -> AbstractContextManager[BinaryIO]:
        """Open one version; each block is fetched and checked before it is served (T-3)."""
        bucket = self._buckets[key.area]
        head = head_of(bucket, key, version)
        noted = _noted(key, version, head)
        if head.size != noted.size:
            raise Damaged(key, version, f"{noted.size} bytes", f"{head.size} bytes")
        return BufferedReader(CheckedVersion(bucket, key=key, version=version, noted=noted))

    def stat(self, key: Key, version: str) -> Stat:
        """Return size, hash and locks of one version (R-4)."""
        head = head_of(self._buckets[key.area], key, version)
        return Stat(head.size, _noted(key, version, head).sha256, head.locked_until, head.held)

    def retain(self, key: Key, version: str, *, until: datetime) -> None:
        """Lock until an instant, or extend the lock (R-4)."""
        until = as_utc(until)
        require_locks(key, version, until)
        bucket = self._buckets[key.area]
        with self._turns.of(key.path):
            if until <= self._now():
                current = head_of(bucket, key, version).locked_until
                if current is not None and until < current:
                    raise RetentionShortened(key, version, current, until)
                return  # a server refuses a date that has passed, and it would lock nothing
            lock(bucket, key, version, until)

    def hold(self, key: Key, version: str, *, on: bool) -> None:
        """Set or lift the hold (R-5)."""
        require_locks(key, version, on)
        with self._turns.of(key.path):
            set_hold(self._buckets[key.area], key, version, on=on)

    def destroy(self, key: Key) -> Destroyed:
        """Remove all versions, markers and unfinished uploads of a key, and look again (R-7)."""
        bucket, now = self._buckets[key.area], self._now()
        gone: set[str] = set()
        with self._turns.of(key.path), about(key, ""):
            for _ in range(_ROUNDS):  # a put that is under way may land in between
                bucket.end_uploads(key.path)
                if not (found := bucket.entries(key.path)) and not self._heads(bucket, key, gone):
                    return Destroyed(key, tuple(sorted(gone)), now, LOOKED_AT, NOT_CLAIMED)
                self._remove(bucket, key, found)
                gone |= {one.version for one in found if not one.is_marker}
        raise StoreUnavailable(f"something is left under {key}")

    def verify(self, key: Key, version: str) -> Fixity:
        """Read every byte again (T-3)."""
        bucket, at = self._buckets[key.area], self._now()
        try:
            head = head_of(bucket, key, version)
            with about(key, version):
                found = hash_of(bucket, key, version)
        except ObjectMissing:
            return Fixity(key, version, FixityState.MISSING, None, None, at)
        except Damaged:  # what the server says of its lock cannot be read
            return Fixity(key, version, FixityState.DAMAGED, None, None, at)
        noted = Noted.from_metadata(head.noted)
        expected = None if noted is None else noted.sha256
        state = FixityState.OK if found == expected else FixityState.DAMAGED
        return Fixity(key, version, state, expected, found, at)

    def list(self, area: Area, prefix: str = "", *, after: Key | None = None) -> Iterator[Listed]:
        """Yield the versions of an area in the order of their keys (T-3)."""
        behind = "" if after is None else after.path
        with about_area():
            for one in self._buckets[area].walk(prefix, behind or None):
                if not one.is_marker and one.name > behind and (key := key_of(area, one.name)):
                    yield Listed(key, one.version, one.size, one.modified_at)

    def strays(self, area: Area) -> Iterator[Stray]:
        """Yield newer versions, delete markers and names that are no keys; probes are known (T-3)."""
        with about_area():
            yield from strays(self._buckets[area], area)

    def _now(self) -> datetime:
        return as_utc(self._clock())

    def _is_there(self, bucket: Bucket, key: Key) -> bool:
        """Say whether a key has a version; a listing, which costs more than a put, only where in doubt."""
        with about(key, ""):
            found = bucket.stands(key.path)
        return bool(_versions(bucket, key)) if found is None else found

    def _won(self, bucket: Bucket, key: Key, mark: str) -> str:
        """Return our version if it is the oldest one; else remove it and raise AlreadyStored.

        A request that the client repeated may have left two of ours: the younger one goes.
        """
        found = [one.version for one in _versions(bucket, key)]
        if len(found) == 1:
            ours = found if _mark(bucket, key, found[0]) == mark else []
        else:
            ours = [version for version in found if _mark(bucket, key, version) == mark]
        if not ours:
            if found:
                raise AlreadyStored(key)
            raise StoreUnavailable(f"destroyed while it was put: {key}")
        has_won = found[-1] == ours[-1]
        with contextlib.suppress(StorageError):  # a default lock keeps what is too much until it ends
            _drop(bucket, key, ours[:-1] if has_won else ours)
        if not has_won:
            raise AlreadyStored(key)
        return ours[-1]

    def _found_after_all(self, bucket: Bucket, key: Key, mark: str) -> bool:
        """Say whether a put whose answer was lost has reached the store."""
        try:
            return any(_mark(bucket, key, one.version) == mark for one in _versions(bucket, key))
        except StorageError:
            return False

    def _whole(self, bucket: Bucket, key: Key, version: str, noted: Noted) -> Head:
        """Return what the server says of a new version; raise Damaged where that is not what was sent."""
        try:
            head = head_of(bucket, key, version)
        except ObjectMissing as error:
            raise StoreUnavailable(f"destroyed while it was put: {key}") from error
        if head.size != noted.size or Noted.from_metadata(head.noted) != noted:
            raise Damaged(key, version, f"{noted.size} bytes {noted.sha256}", f"{head.size} bytes")
        return head

    def _lock_new(self, bucket: Bucket, key: Key, version: str, until: datetime | None, head: Head) -> None:
        """Lock a new version for as long as was asked, and for the grace at least, and see it."""
        now, current = self._now(), head.locked_until
        if self._grace is not None and key.area.has_locks:
            least = now + self._grace
            if current is None or current < least - _SLACK:
                lock(bucket, key, version, least)
                current = least
        if until is not None and until > now and (current is None or current < until):
            lock(bucket, key, version, until)

    def _remove(self, bucket: Bucket, key: Key, found: Sequence[Entry]) -> None:
        """Remove what was found, unless one of it is held or locked; a refusal is explained."""
        versions = [one.version for one in found if not one.is_marker]
        require_free(key, self._heads(bucket, key, versions), self._now())
        if found and (refused := bucket.remove(key.path, [one.version for one in found])):
            # The server's clock has the last word: whatever ours says, a lock is why.
            require_free(key, self._heads(bucket, key, versions), datetime.min.replace(tzinfo=UTC))
            raise StoreUnavailable(f"refused: {', '.join(sorted(set(refused.values())))}")

    def _heads(self, bucket: Bucket, key: Key, versions: Iterable[str]) -> dict[str, Head]:
        heads = {}
        for version in versions:
            with contextlib.suppress(ObjectMissing):
                heads[version] = head_of(bucket, key, version)
        return heads


def _versions(bucket: Bucket, key: Key) -> Sequence[Entry]:
    with about(key, ""):
        return [one for one in bucket.entries(key.path) if not one.is_marker]


def _mark(bucket: Bucket, key: Key, version: str) -> str:
    try:
        with about(key, version):
            return bucket.head(key.path, version).noted.get("put", "")
    except ObjectMissing:
        return ""


def _drop(bucket: Bucket, key: Key, versions: Sequence[str]) -> None:
    if versions:
        with about(key, ""):
            bucket.remove(key.path, versions)


def _noted(key: Key, version: str, head: Head) -> Noted:
    noted = Noted.from_metadata(head.noted)
    if noted is None:
        raise Damaged(key, version, "a hash beside the object", "none")
    return noted
