"""Decides what a listing of a bucket means: objects, and what others have put beside them (T-3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Final

from storage.api import Area, Stray, StrayKind
from storage.errors import InvalidKey, StoreUnavailable
from storage.keys import Key
from storage.s3.answers import Denied
from storage.s3.bucket import Bucket

#: Where probes put their objects; no key begins like this.
PROBES: Final = "probe/"


@contextmanager
def about_area() -> Iterator[None]:
    """Turn a refusal of a whole listing into what it means."""
    try:
        yield
    except Denied as error:
        raise StoreUnavailable(f"refused: {error.code}") from error


def key_of(area: Area, name: str) -> Key | None:
    """Return the key of a name in the bucket of an area; None where it is none of ours."""
    try:
        return Key.parse(f"{area}/{name}")
    except InvalidKey:
        return None


def strays(bucket: Bucket, area: Area) -> Iterator[Stray]:
    """Yield all that is not the oldest version of a key; markers come after the versions of their page."""
    for is_marker, page in groupby(bucket.walk(), key=lambda one: one.is_marker):
        for name, entries in groupby(page, key=lambda one: one.name):
            if name.startswith(PROBES):
                continue
            versions = [one.version for one in entries]
            if is_marker:
                kind = StrayKind.DELETE_MARKER
            elif key_of(area, name) is None:
                kind = StrayKind.NO_KEY
            else:
                kind, versions = StrayKind.NEWER_VERSION, versions[:-1]
            yield from (Stray(area, kind, name, version) for version in versions)
