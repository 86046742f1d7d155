"""Decides by trying what the server of the records bucket keeps to (R-4, R-5).

What is put for it lies under `probe/`, which no key begins with, and is removed by a later probe
once its locks have ended. The far dates are tried only when asked for: what is locked until then
stays until then.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.retention import Retention

from storage.api import Clock, as_utc, uuid7
from storage.errors import StoreUnavailable
from storage.probe import Check, Finding, Probe, judged
from storage.s3.answers import Absent, Denied, Rejected, understood
from storage.s3.bucket import Bucket, Head, NotAnInstant, whole_second
from storage.s3.buckets import WronglySetUp, default_lock
from storage.s3.listing import PROBES, about_area
from storage.s3.locks import LATEST

#: The folder of probes.
FOLDER: Final = PROBES
_MINUTE: Final = timedelta(minutes=1)
#: The lock of the object whose hold is tried after it has ended; longer ones for a slow server.
_SHORT: Final = (3, 10, 30)
_MOST_SKEW: Final = timedelta(minutes=5)
_ABOVE_A_PART: Final = (5 << 20) + 1
#: The first day that does not fit into 32 bits of seconds.
_WRAPS: Final = datetime(2106, 2, 8, tzinfo=UTC)
_CONTENT: Final = b"a probe of the store"


def probe(
    bucket: Bucket,
    *,
    clock: Clock,
    grace: timedelta | None,
    far: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Probe:
    """Try everything once and return the verdict; takes some seconds.

    Raises StoreUnavailable where the server does not answer, or refuses to list, read or put: that is
    no verdict.
    """
    at = as_utc(clock())
    probing = _Probing(bucket, clock, grace, sleep)
    with about_area():  # a right that is missing for what the store does all day
        probing.clear()
        return judged(probing.findings(far=far), at=at)


class _Probing:
    """One probe: each method tries one thing on an object of its own, or on the first one."""

    def __init__(
        self, bucket: Bucket, clock: Clock, grace: timedelta | None, sleep: Callable[[float], None]
    ) -> None:
        self._bucket, self._clock, self._grace, self._sleep = bucket, clock, grace, sleep
        self._folder = f"{FOLDER}{uuid7().hex}/"

    def findings(self, *, far: bool) -> Iterator[Finding]:
        try:
            with understood():
                default_lock(self._bucket.client, self._bucket.name)
        except (WronglySetUp, Denied):
            yield Finding(Check.OBJECT_LOCK, passed=False)
        else:
            yield Finding(Check.OBJECT_LOCK, passed=True)
        yield from self._locks()
        yield Finding(Check.PARTS_LOCKED, _tried(self._parts))
        yield from self._holds()
        if far:
            yield Finding(Check.LATEST_DATE, _tried(lambda: self._keeps("latest", LATEST)))
            yield Finding(Check.DATE_WRAPS, _tried(lambda: self._keeps("wraps", _WRAPS)))

    def clear(self) -> None:
        """Remove what earlier probes have left and what is no longer locked."""
        for one in list(self._bucket.walk(FOLDER)):
            self._bucket.remove(one.name, [one.version])

    def _locks(self) -> Iterator[Finding]:
        name = self._folder + "lock"
        version = self._put(name, _CONTENT)
        head = self._bucket.head(name, version)
        yield Finding(Check.READ_BACK, self._read(name, version) == _CONTENT)
        if self._grace is not None:
            least = self._now() + self._grace - _MOST_SKEW
            until = head.locked_until
            yield Finding(Check.DEFAULT_LOCK, until is not None and least <= until)
        until = whole_second(max(self._now(), head.locked_until or self._now()) + 2 * _MINUTE)

        def is_kept(found: Head) -> bool:
            return (found.mode, found.until) == (COMPLIANCE, until)

        def after(change: Callable[[], object]) -> bool:
            _refused(change)
            return is_kept(self._bucket.head(name, version))

        def retain(to: datetime, mode: str = COMPLIANCE) -> bool:
            return _tried(lambda: after(lambda: self._bucket.retain(name, version, to, mode=mode)))

        yield Finding(Check.LOCK_KEPT, retain(until))
        yield Finding(
            Check.DELETE_REFUSED, _tried(lambda: after(lambda: self._bucket.remove(name, [version])))
        )
        yield Finding(Check.SHORTEN_REFUSED, retain(until - _MINUTE))
        yield Finding(Check.DOWNGRADE_REFUSED, retain(until + _MINUTE, GOVERNANCE))
        yield Finding(
            Check.BYPASS_REFUSED,
            _tried(lambda: after(lambda: self._bucket.remove(name, [version], bypass=True))),
        )
        yield Finding(Check.CLOCK, self._is_in_time(head))

    def _parts(self) -> bool:
        name = self._folder + "parts"
        version = self._put(name, bytes(_ABOVE_A_PART))
        current = self._bucket.head(name, version).locked_until
        until = whole_second(max(self._now(), current or self._now()) + 2 * _MINUTE)
        self._bucket.retain(name, version, until)
        self._bucket.remove(name, [version])
        return self._bucket.head(name, version).locked_until == until

    def _holds(self) -> Iterator[Finding]:
        """Try a hold on an object whose lock has ended, so that the hold alone refuses."""
        for seconds in _SHORT:
            name, until = f"{self._folder}hold{seconds}", self._in(seconds)
            version = self._locked_shortly(name, until)
            if version is not None:
                break
        else:
            yield from (Finding(one, None) for one in (Check.HOLD_KEPT, Check.HOLD_APART, Check.LOCK_ENDS))
            return
        _refused(lambda: self._bucket.hold(name, version, on=True))
        self._sleep((until - self._now() + timedelta(seconds=1)).total_seconds())
        self._bucket.remove(name, [version])
        yield Finding(Check.HOLD_KEPT, _tried(lambda: self._bucket.head(name, version).held))
        _refused(lambda: self._lift(name, version))
        yield Finding(Check.HOLD_APART, _tried(lambda: self._bucket.head(name, version).held))
        _refused(lambda: self._bucket.hold(name, version, on=False))
        yield Finding(Check.LOCK_ENDS, not self._bucket.remove(name, [version]))

    def _locked_shortly(self, name: str, until: datetime) -> str | None:
        """Put an object with a lock of seconds; None where it has another, which would refuse too."""
        try:
            version = self._put(name, _CONTENT, until)
            return version if self._bucket.head(name, version).locked_until == until else None
        except (Denied, NotAnInstant, Rejected):
            return None

    def _lift(self, name: str, version: str) -> None:
        """Try to lift a hold with the application's credential."""
        with understood(of_version=True):
            self._bucket.client.disable_object_legal_hold(self._bucket.name, name, version_id=version)

    def _keeps(self, what: str, until: datetime) -> bool:
        """Try a far date on an object that is made once and looked at again by later probes."""
        name = f"{FOLDER}{what}"
        there = self._bucket.entries(name)
        version = there[-1].version if there else self._put(name, b"")
        if not there:
            self._bucket.retain(name, version, until)
        return self._bucket.head(name, version).locked_until == until

    def _put(self, name: str, content: bytes, until: datetime | None = None) -> str:
        with understood():
            self._bucket.client.put_object(
                self._bucket.name,
                name,
                io.BytesIO(content),
                len(content),
                num_parallel_uploads=1,
                retention=None if until is None else Retention(COMPLIANCE, until),
                # Some servers take a lock only with a checksum of the body.
                metadata=None if until is None else {"x-amz-sdk-checksum-algorithm": "SHA256"},
            )
        found = [one for one in self._bucket.entries(name) if not one.is_marker]
        if not found:
            raise StoreUnavailable("what was put is not listed")
        return found[0].version

    def _read(self, name: str, version: str) -> bytes:
        with self._bucket.reading(name, version) as body:
            return body.read()

    def _is_in_time(self, head: Head) -> bool:
        try:
            server = as_utc(parsedate_to_datetime(head.server_time))
        except ValueError:
            return False
        return abs(server - self._now()) <= _MOST_SKEW

    def _in(self, seconds: int) -> datetime:
        return whole_second(self._now() + timedelta(seconds=seconds))

    def _now(self) -> datetime:
        return as_utc(self._clock())


def _tried(check: Callable[[], bool]) -> bool:
    """Return what a check says; that the object has gone or the server refuses is a no."""
    try:
        return check()
    except (Absent, Denied, NotAnInstant, Rejected):
        return False


def _refused(change: Callable[[], object]) -> None:
    """Try something; that the server refuses is fine, what counts is what it shows afterwards."""
    with contextlib.suppress(Absent, Denied, Rejected):
        change()
