"""Decides how a server is called: with bounded waits, few repeats and no redirect (T-3)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import certifi
import urllib3
from minio import Minio
from urllib3.exceptions import HTTPError

from storage.errors import StoreUnavailable

#: Answers that may be better a moment later.
_AGAIN: Final = (500, 502, 503, 504)
_FAILED: Final = 500


@dataclass(frozen=True, slots=True)
class Credential:
    """Who asks; the secret is in no text of it."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request may take, in seconds, and how often it is repeated.

    `connect` bounds sending as well: a part of 5 MiB has to leave within it.
    """

    connect: float = 10
    read: float = 20
    repeats: int = 2
    pause: float = 0.3


USUAL: Final = Patience()
#: Of who only asks for the time, between other work.
_SHORT: Final = Patience(connect=3, read=3, repeats=1)


class Noticing(urllib3.PoolManager):
    """Connections that know whether the last request of a thread was sent more than once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._seen = threading.local()

    @contextmanager
    def watched(self) -> Iterator[Callable[[], bool]]:
        """Give what says whether a request inside was repeated: it may then have happened twice."""
        self._seen.repeated = False
        yield lambda: bool(self._seen.repeated)

    def urlopen(self, method: str, url: str, redirect: bool = True, **options: Any) -> Any:  # type: ignore[override]
        """Send a request, and again where that is allowed."""
        answer = super().urlopen(method, url, redirect=redirect, **options)
        if answer.retries is not None and answer.retries.history:
            self._seen.repeated = True
        return answer


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is: `http://host:port` or `https://host`, and its region."""

    url: str
    region: str = "us-east-1"
    patience: Patience = USUAL

    def __post_init__(self) -> None:
        """Refuse what is no address of a server."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError(f"not the address of a server: {self.url!r}")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("an address has no credential, query or fragment")


class Client(Minio):
    """A client that takes the hash of a body from who has computed it, instead of hashing it again.

    It stands in the signature of a request over plain http; a server refuses other bytes than those.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._known = threading.local()

    @contextmanager
    def sending(self, size: int, sha256: str) -> Iterator[None]:
        """Say what the hash of a body is, the only one of this size that the thread sends inside."""
        self._known.body = size, sha256
        try:
            yield
        finally:
            del self._known.body

    def _build_headers(self, host: str, headers: Any = None, body: Any = None, creds: Any = None) -> Any:
        size, sha256 = getattr(self._known, "body", (None, ""))
        if body is None or creds is None or self._base_url.is_https or len(body) != size:
            return super()._build_headers(host, headers, body, creds)
        made, date = super()._build_headers(host, headers, None, creds)
        made |= {"Content-Length": str(size), "x-amz-content-sha256": sha256}
        return made, date


def connect(endpoint: Endpoint, credential: Credential) -> Client:
    """Return a client; nothing is asked of the server yet."""
    parts = urlsplit(endpoint.url)
    return Client(
        parts.netloc,
        access_key=credential.access_key,
        secret_key=credential.secret_key,
        secure=parts.scheme == "https",
        region=endpoint.region,
        http_client=_connections(endpoint.patience),
    )


def _connections(patience: Patience) -> Noticing:
    return Noticing(
        maxsize=16,
        timeout=urllib3.Timeout(connect=patience.connect, read=patience.read),
        retries=urllib3.Retry(
            total=patience.repeats,
            redirect=False,
            backoff_factor=patience.pause,
            status_forcelist=_AGAIN,
            raise_on_status=False,  # the last answer says more than that there were several
            respect_retry_after_header=False,  # a server does not decide how long we wait
        ),
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
    )


@contextmanager
def watched(client: Minio) -> Iterator[Callable[[], bool]]:
    """Give what says whether a request inside was sent more than once; see `Noticing`."""
    connections = client._http  # noqa: SLF001  # the client was given it, and has no public name for it
    if isinstance(connections, Noticing):
        with connections.watched() as was_repeated:
            yield was_repeated
    else:
        yield lambda: True


def clock_of(endpoint: Endpoint) -> Callable[[], datetime]:
    """Return the server's clock: the date of an answer, also of a refusal, in UTC to the second.

    Asked, it raises StoreUnavailable where nothing answers soon, or without a date.
    """
    connections = _connections(_SHORT)

    def now() -> datetime:
        try:
            answer = connections.request("HEAD", endpoint.url, redirect=False)
            date = parsedate_to_datetime(answer.headers["Date"])
        except (HTTPError, KeyError, ValueError) as error:
            raise StoreUnavailable("the server does not say what time it is") from error
        if answer.status >= _FAILED:  # perhaps said by something that stands before the server
            raise StoreUnavailable("the server does not say what time it is")
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)

    return now
