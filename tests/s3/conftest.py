"""A store on fresh buckets of the real server, and one that is reached through a bad network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.keys import Area
from storage.s3.bucket import Bucket
from storage.s3.store import S3Store
from tests import postgres
from tests.s3.between import Between, standing_between
from tests.s3.serving import IMPATIENT, PATIENCE, Server


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Made:
    """A store, its buckets, and the client of the user who owns them."""

    store: S3Store
    buckets: dict[Area, Bucket]
    server: Server

    @property
    def records(self) -> Bucket:
        return self.buckets[Area.RECORDS]


Make = Callable[..., Made]


@pytest.fixture(scope="session")
def key_server() -> Iterator[str]:
    """Return the folder of a PostgreSQL server for the keys that several hosts share."""
    if there := os.environ.get(postgres.SERVER):
        yield there
        return
    server = postgres.Server()
    yield str(server.folder)
    server.stop()


@pytest.fixture
def make(s3_server: Server, socket_enabled: None, tmp_path: Path) -> Make:
    def made(
        *, grace: timedelta | None = None, default: timedelta | None = None, url: str | None = None
    ) -> Made:
        """`default` is the rule of the bucket, `grace` what the store has been told of it."""
        buckets = s3_server.buckets(grace=default, url=url, patience=IMPATIENT if url else PATIENCE)
        return Made(S3Store(buckets, clock=now, grace=grace, scratch=tmp_path), buckets, s3_server)

    return made


@pytest.fixture
def between(s3_server: Server, socket_enabled: None) -> Iterator[Between]:
    with standing_between(s3_server.url) as made:
        yield made
