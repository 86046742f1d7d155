"""Decides how a lock or hold is set so that it is known to be there: asked, then read back (R-4, R-5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from storage.errors import (
    Damaged,
    HoldActive,
    LockNotHonoured,
    ObjectMissing,
    RetentionActive,
    RetentionShortened,
    StoreUnavailable,
)
from storage.keys import Key
from storage.s3.answers import Absent, Denied
from storage.s3.bucket import Bucket, Head, NotAnInstant, whole_second

#: A server here reads dates after 2106-02-07 as 1970; nothing is ever locked for longer than this.
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


@contextmanager
def about(key: Key, version: str) -> Iterator[None]:
    """Turn what the server says into what it means for one version."""
    try:
        yield
    except Absent as error:
        raise ObjectMissing(key, version) from error
    except Denied as error:
        raise StoreUnavailable(f"refused: {error.code}") from error
    except NotAnInstant as error:
        raise Damaged(key, version, "the date of a lock", str(error)) from error


def head_of(bucket: Bucket, key: Key, version: str) -> Head:
    """Return what the server says of a version."""
    with about(key, version):
        return bucket.head(key.path, version)


def lock(bucket: Bucket, key: Key, version: str, until: datetime) -> None:
    """Lock a version until an instant that is to come, and read it back (R-4)."""
    if until > LATEST:
        raise LockNotHonoured(key, version, until, LATEST)
    asked = whole_second(until)
    current = head_of(bucket, key, version).locked_until
    if current is not None and asked < current:
        raise RetentionShortened(key, version, current, until)
    if current != asked:
        denied = None
        try:
            with about(key, version):
                bucket.retain(key.path, version, asked)
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, Denied):
                raise
            denied = error
        found = head_of(bucket, key, version).locked_until
        if found is not None and asked < found:  # somebody else was faster
            raise RetentionShortened(key, version, found, until)
        if denied is not None:
            raise denied
        if found != asked:
            raise LockNotHonoured(key, version, asked, found)


def set_hold(bucket: Bucket, key: Key, version: str, *, on: bool) -> None:
    """Set or lift the hold with the credential for holds, and read it back with the other (R-5)."""
    if head_of(bucket, key, version).held is on:
        return
    try:
        with about(key, version):
            bucket.hold(key.path, version, on=on)
    except StoreUnavailable as error:
        if isinstance(error.__cause__, Denied):
            head_of(bucket, key, version)  # a version that has gone is not a right that is missing
        raise
    if (found := head_of(bucket, key, version).held) is not on:
        raise LockNotHonoured(key, version, on, found)


def require_free(key: Key, heads: dict[str, Head], now: datetime) -> None:
    """Raise if one of the versions is held or locked; a hold is named first (R-4, R-5).

    A lock of any mode counts, and our own clock counts beside the server's: one that runs ahead
    would give away what is to be kept.
    """
    for version, head in heads.items():
        if head.held:
            raise HoldActive(key, version)
    for version, head in heads.items():
        if head.mode and head.until is None:
            raise Damaged(key, version, "the date of a lock", "none")
        if head.until is not None and now < head.until:
            raise RetentionActive(key, version, head.until)
