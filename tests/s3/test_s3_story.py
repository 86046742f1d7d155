"""The first story on PostgreSQL and S3, docctl and servers under one clock that leaps by years (R-4, R-7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage.master import MARK
from tests import postgres
from tests.s3.shifted import Installed, Shift, ask, clock_file, gateway
from tests.s3.site import BUCKETS, VERSIONS, environment, make_databases
from tests.story.steps import SECRET, places_with, tell_the_story
from tests.world import START

pytestmark = [pytest.mark.s3, pytest.mark.timeout(600)]

#: Try to destroy every version of a record's objects, as docctl and as who owns the buckets.
DESTROY = """
import json, sys
from minio.error import S3Error
from tests.s3.serving import Server
server, codes = Server(sys.argv[2], sys.argv[1]), []
for bucket, client in ((b, server.client(u)) for b in json.loads(sys.argv[3]) for u in ("app", "owner")):
    for one in client.list_objects(bucket, prefix="record/", recursive=True, include_version=True):
        try:
            client.remove_object(bucket, one.object_name, version_id=one.version_id)
            codes.append("gone")
        except S3Error as error:
            if error.code == "RequestTimeTooSkewed":
                raise
            codes.append(error.code)
print(json.dumps(codes))
"""

#: A registered fact, which stands in the database as it was typed; and what stands in the file alone.
FACT, IN_THE_FILE = "海豚联系人", ("zqxmark7731", "二〇二六年三月部门审核")


def asked(folder: str, database: str, query: str) -> list[Any]:
    """Ask a database as the superuser."""
    with psycopg.connect(postgres.address(folder, "postgres", database)) as raw:
        return raw.execute(query.encode()).fetchall()


def may_cut_the_log(folder: str) -> None:
    """Give the owner of the tables what the operations guide says."""
    postgres.execute(folder, f"GRANT pg_checkpoint TO {postgres.OWNER}")
    with psycopg.connect(postgres.address(folder, "postgres", "company"), autocommit=True) as raw:
        raw.execute(f"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {postgres.OWNER}".encode())


@dataclass
class Site:
    """An installation on a database server and a store that see one clock."""

    docctl: Installed
    shift: Shift
    data: Path
    server: list[str]
    buckets: list[str]
    database: str

    def ask(self, code: str, *more: str) -> list[object]:
        """Ask the store as its owner."""
        found: list[object] = json.loads(ask(self.shift, code, *self.server, json.dumps(self.buckets), *more))
        return found

    def on_the_database_server(self, *words: str) -> list[str]:
        """Return the server's files with one of the words: both databases, log, spool, after a checkpoint."""
        postgres.execute(self.database, "CHECKPOINT")
        return places_with(Path(self.database), words)

    def later(self, days: int) -> None:
        """Move the clock on, and wait until the store sees it."""
        self.shift.forward(days)
        self.ask(VERSIONS, "[]")


@pytest.fixture
def site(tmp_path: Path, socket_enabled: None) -> Iterator[Site]:
    with ExitStack() as at_the_end:
        file = at_the_end.enter_context(clock_file())
        shift = Shift(file, start=START)
        settings = (*postgres.HASTY, "wal_recycle=off")
        database = postgres.Server(settings=settings, environment=shift.environment)
        at_the_end.callback(database.stop)
        make_databases(database)
        may_cut_the_log(str(database.folder))
        server = at_the_end.enter_context(gateway(shift, file))
        buckets = json.loads(ask(shift, BUCKETS, *server))
        seen = {**shift.environment, **environment(database, server[1], buckets, tmp_path / "data")}
        yield Site(Installed(seen), shift, tmp_path / "data", server, buckets, str(database.folder))


def test_the_first_story_on_postgresql_and_s3_under_one_clock(site: Site, tmp_path: Path) -> None:
    story = tell_the_story(site.docctl, site.later, tmp_path)
    next(story)
    found = site.ask(VERSIONS, json.dumps(SECRET))
    assert not [one for one in found if one[1]]  # type: ignore[index]  # encrypted from the first (R-7)
    assert site.on_the_database_server(FACT), "the search below would find nothing anywhere"
    codes = site.ask(DESTROY)
    assert codes
    assert "gone" not in codes  # locked for the grace of filing, for who owns the buckets too
    next(story)
    codes = site.ask(DESTROY)  # thirty years later the lock is over, but a hold is on it
    assert codes
    assert "gone" not in codes
    next(story)
    found = site.ask(VERSIONS, json.dumps(SECRET))
    assert not [one for one in found if str(one[0]).startswith("record/")]  # type: ignore[index]
    assert not [one for one in found if one[1]]  # type: ignore[index]
    assert places_with(site.data, SECRET) == []
    # What only the file said is on the database server in no row, living or dead, and in no log; nor are
    # the wrapped keys of what was destroyed in the tables of the key store.
    assert site.on_the_database_server(*IN_THE_FILE) == []
    # What was typed in is deleted; the server forgets it once its owner says so.
    assert site.on_the_database_server(FACT)
    assert site.docctl.ok("disposal", "clear-server")["log"] is True
    assert site.on_the_database_server(FACT) == []
    status = site.docctl.ok("keys", "status")
    assert status["destroyed"] == 1
    ((number,),) = asked(site.database, "keys", "SELECT oid FROM pg_database WHERE datname = 'keys'")
    tables = [one for one in (Path(site.database) / "data" / "base" / str(number)).iterdir() if one.is_file()]
    assert sum(one.read_bytes().count(MARK) for one in tables) == status["keys"] > 0
