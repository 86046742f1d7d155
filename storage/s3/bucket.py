"""Decides what is asked of one bucket: by name and version, never for the newest (R-4, T-3)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final, Protocol

from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.datatypes import Object
from minio.deleteobjects import DeleteObject
from minio.retention import Retention

from storage.errors import StoreUnavailable
from storage.s3.answers import Absent, Unanswered, understood
from storage.s3.connection import Client, watched

#: What we note beside an object; S3 keeps it with the version and never changes it.
NOTED: Final = "x-amz-meta-"
_DATE: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
#: A body has to come at this rate at least, in bytes a second, after its first seconds.
_SLOWEST: Final = 64 << 10
_PIECE: Final = 256 << 10


class NotAnInstant(ValueError):
    """The server's date of a lock cannot be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing of versions."""

    name: str
    version: str
    size: int
    modified_at: datetime
    is_marker: bool


@dataclass(frozen=True, slots=True)
class Head:
    """What the server says of one version; `mode` is empty where it has no lock."""

    size: int
    noted: Mapping[str, str]
    mode: str
    until: datetime | None
    held: bool
    server_time: str

    @property
    def locked_until(self) -> datetime | None:
        """Return the end of a lock that nobody can take away; any other is none (R-4)."""
        return self.until if self.mode == COMPLIANCE else None


class Readable(Protocol):
    """A body that comes in pieces."""

    def read(self, amt: int | None = None, /) -> bytes: ...


def _hashed(client: Minio, size: int, noted: Mapping[str, str]) -> AbstractContextManager[None]:
    """Let the client know the hash of a body that is sent in one piece."""
    sha256 = noted.get("sha256")
    return client.sending(size, sha256) if isinstance(client, Client) and sha256 else nullcontext()


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket as seen with one credential, and a second one for legal holds."""

    name: str
    client: Minio
    holder: Minio

    def entries(self, name: str) -> list[Entry]:
        """Return versions and delete markers of exactly this name, each kind newest first."""
        return [one for one in self.walk(name) if one.name == name]

    def walk(self, prefix: str = "", after: str | None = None) -> Iterator[Entry]:
        """Yield versions and markers by name; markers come at the end of their page."""
        with understood():
            for one in self.client.list_objects(
                self.name, prefix=prefix, recursive=True, start_after=after, include_version=True
            ):
                yield _entry(one)

    def head(self, name: str, version: str) -> Head:
        """Return what the server says of a version. Raises Absent."""
        if not version:  # an empty id would ask for the newest
            raise Absent("no version")
        try:
            with understood(of_version=True):
                found = self.client.stat_object(self.name, name, version_id=version)
        except Absent:
            self.require_present()  # a missing bucket says of every object that it is missing
            raise
        return _head(found)

    def stands(self, name: str) -> bool | None:
        """Say whether a name has a version now; None where a delete marker hides what may be below."""
        try:
            with understood():
                found = self.client.stat_object(self.name, name)
        except Absent as error:
            self.require_present()
            answer = getattr(error.__cause__, "response", None)
            hidden = answer is not None and answer.headers.get("x-amz-delete-marker") == "true"
            return None if hidden else False
        if not found.version_id:  # something in between answers in the server's place
            raise StoreUnavailable("an answer that is none: no version")
        return True

    def put(self, name: str, source: BinaryIO, size: int, noted: Mapping[str, str]) -> str:
        """Send an object; above 5 MiB the client does so in parts.

        Returns its version, "" where a request was repeated: then there may be two of them.
        """
        with understood(), watched(self.client) as was_repeated, _hashed(self.client, size, noted):
            made = self.client.put_object(
                self.name,
                name,
                source,
                size,
                metadata={NOTED + key: value for key, value in noted.items()},
                num_parallel_uploads=1,  # its threads do not end after a failure
            )
            return "" if was_repeated() else made.version_id or ""

    @contextmanager
    def reading(self, name: str, version: str, *, start: int = 0, size: int = 0) -> Iterator[Readable]:
        """Give the body of a version, or a range of it; a slow one ends in `Unanswered`."""
        with understood(of_version=True):
            answer = self.client.get_object(self.name, name, offset=start, length=size, version_id=version)
            try:
                yield _Paced(answer)
            finally:
                answer.close()
                answer.release_conn()

    def retain(self, name: str, version: str, until: datetime, *, mode: str = COMPLIANCE) -> None:
        """Ask for a lock; only `head` tells whether there is one. Raises Absent, Denied.

        A server that calls the request impossible means the date, not the version.
        """
        with understood():
            self.client.set_object_retention(self.name, name, Retention(mode, until), version_id=version)

    def hold(self, name: str, version: str, *, on: bool) -> None:
        """Ask for a hold, or its end, with the credential for holds. Raises Absent, Denied."""
        call = self.holder.enable_object_legal_hold if on else self.holder.disable_object_legal_hold
        with understood():
            call(self.name, name, version_id=version)

    def remove(self, name: str, versions: Sequence[str], *, bypass: bool = False) -> dict[str, str]:
        """Remove versions and markers by id; return the code for each that was refused."""
        wanted = [DeleteObject(name, version) for version in versions]
        with understood():
            # The client's answer is lazy: what is not read to its end is not removed either.
            refused = list(self.client.remove_objects(self.name, wanted, bypass_governance_mode=bypass))
        return {one.version_id or "": one.code for one in refused}

    def end_uploads(self, name: str) -> int:
        """End uploads in parts that have not come to their end; return how many (R-7)."""
        ended = 0
        with understood():
            # The client has both calls, but without a public name.
            found = self.client._list_multipart_uploads(self.name, prefix=name)  # noqa: SLF001
            for one in found.uploads:
                if one.object_name == name and one.upload_id:
                    self.client._abort_multipart_upload(self.name, name, one.upload_id)  # noqa: SLF001
                    ended += 1
        return ended

    def require_present(self) -> None:
        """Raise `StoreUnavailable` where the bucket itself is missing."""
        with understood():
            if self.client.bucket_exists(self.name):
                return
        raise StoreUnavailable(f"no bucket {self.name}")


class _Paced:
    """A body that has to keep coming: a server that drips does not hold a caller for ever."""

    def __init__(self, answer: Readable) -> None:
        self._answer, self._read, self._since = answer, 0, time.monotonic()

    def read(self, amt: int | None = None, /) -> bytes:
        piece = self._answer.read(_PIECE if amt is None else amt)
        self._read += len(piece)
        waited = time.monotonic() - self._since
        if piece and waited > 30 + self._read / _SLOWEST:
            raise Unanswered("too slow")
        return piece


def _entry(one: Object) -> Entry:
    if one.object_name is None or one.version_id is None or one.last_modified is None:
        raise StoreUnavailable("a listing without versions: is the bucket versioned?")
    return Entry(
        one.object_name,
        one.version_id,
        one.size or 0,
        one.last_modified.astimezone(UTC),
        bool(one.is_delete_marker),
    )


def _head(found: Object) -> Head:
    headers = {key.lower(): value for key, value in (found.metadata or {}).items()}
    until = headers.get("x-amz-object-lock-retain-until-date")
    return Head(
        size=found.size or 0,
        noted={key.removeprefix(NOTED): value for key, value in headers.items() if key.startswith(NOTED)},
        mode=headers.get("x-amz-object-lock-mode", "").upper(),
        until=None if until is None else instant(until),
        held=headers.get("x-amz-object-lock-legal-hold", "OFF").upper() != "OFF",
        server_time=headers.get("date", ""),
    )


def instant(text: str) -> datetime:
    """Read the date of a lock; servers write up to nine digits of a second."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise NotAnInstant(text)
    whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    nanoseconds = int((match[2] or "0").ljust(9, "0"))
    return whole + timedelta(microseconds=-(-nanoseconds // 1000))


def whole_second(until: datetime) -> datetime:
    """Return the next whole second: finer dates do not come back from every server (R-4)."""
    return until if until.microsecond == 0 else until.replace(microsecond=0) + timedelta(seconds=1)
