"""Decides what an answer of the server means: absent, refused, full or not to be had (T-3).

Nothing of the client's own errors leaves this package; `Absent` and `Denied` do not either, for
what they mean depends on what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError

from storage.errors import StoreFull, StoreUnavailable

_ABSENT: Final = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchUpload"})
_FULL: Final = frozenset(
    {
        "QuotaExceeded",
        "InsufficientStorage",
        "InsufficientCapacity",
        "StorageFull",
        "XMinioStorageFull",
        "XMinioAdminBucketQuotaExceeded",
    }
)
_FULL_STATUS: Final = 507
_WRONG: Final = 400
_FAILED: Final = 500
#: What a server says of a version id that cannot be one of its own.
_NO_VERSION: Final = frozenset({"InvalidArgument", "BadRequest", "MethodNotAllowed", "InvalidVersionId"})


class Absent(Exception):
    """The server knows no such object, version or upload."""


class Denied(Exception):
    """The server refuses: a lock, a hold, or a right that is missing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unanswered(StoreUnavailable):
    """Nothing came back, or in part: what was asked may have happened all the same."""


class Rejected(StoreUnavailable):
    """The server has understood, and says that what is asked for cannot be: a fault of the set-up."""


@contextmanager
def understood(*, of_version: bool = False) -> Iterator[None]:
    """Turn what the client raises into our own errors.

    `of_version` says that a version is asked for by its id, so that an answer which calls the id
    impossible means that there is none.
    """
    try:
        yield
    except S3Error as error:
        raise _meaning(error, of_version=of_version) from error
    except (ServerError, InvalidResponseError) as error:
        raise _unclear(error) from error
    except (HTTPError, OSError) as error:
        raise Unanswered(_short(error)) from error
    except (MinioException, ParseError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"an answer that is none: {_short(error)}") from error


def _meaning(error: S3Error, *, of_version: bool) -> Exception:
    code = error.code or "unknown"
    status = getattr(error.response, "status", None)
    if code in _FULL or status == _FULL_STATUS:
        return StoreFull(code)
    if code in _ABSENT or (of_version and code in _NO_VERSION):
        return Absent(code)
    if code == "AccessDenied":
        return Denied(code)
    if status is not None and _WRONG <= status < _FAILED:
        return Rejected(code)
    return StoreUnavailable(code)


def _unclear(error: ServerError | InvalidResponseError) -> Exception:
    # The client keeps the status of an answer without XML in its text only.
    status = error.status_code if isinstance(error, ServerError) else _status_in(error)
    if status == _FULL_STATUS:
        return StoreFull(f"status {status}")
    return StoreUnavailable(f"status {status}" if status else _short(error))


def _status_in(error: InvalidResponseError) -> int | None:
    return getattr(error, "_code", None)


def _short(error: Exception) -> str:
    """Return the kind of an error; its text may hold addresses and parts of requests."""
    reason = getattr(error, "reason", None)
    inner = f" ({type(reason).__name__})" if isinstance(reason, Exception) else ""
    return f"{type(error).__name__}{inner}"
