"""What a key store in PostgreSQL keeps to besides: its own database, old snapshots, several hosts (R-7)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from storage.api import KeyDestroyed, MasterKeyWrong, StoreUnavailable
from storage.errors import KeyStoreForeign
from storage.master import MARK, MasterFile
from tests import postgres
from tests.storage.key_places import ServerPlace

pytestmark = pytest.mark.postgresql_only

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path, server: str) -> Iterator[ServerPlace]:
    made = ServerPlace(tmp_path, server)
    yield made
    made.clear()


def test_r_7_an_old_snapshot_keeps_no_destroyed_key(place: ServerPlace) -> None:
    keys, item = place.open(), uuid4()
    keys.make(item)
    with psycopg.connect(place.url) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT txid_current()")  # from now on it sees what was there
        keys.destroy([item])
        keys.purge()
        assert not place.holds(MARK)


def test_r_7_who_holds_the_table_stops_the_purge_and_it_may_be_repeated(place: ServerPlace) -> None:
    keys, item = place.open(), uuid4()
    keys.make(item)
    keys.destroy([item])
    with psycopg.connect(place.url) as dump:
        dump.execute("LOCK TABLE item_key IN ACCESS SHARE MODE")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            keys.purge()
    keys.purge()
    assert not place.holds(MARK)


@pytest.mark.parametrize("statement", ["CREATE TABLE document (id integer)", "CREATE VIEW v AS SELECT 1"])
def test_r_7_a_database_with_other_tables_is_no_key_store(place: ServerPlace, statement: str) -> None:
    with psycopg.connect(place.url) as raw:
        raw.execute(statement.encode())
    with pytest.raises(KeyStoreForeign, match="needs a database of its own"):
        place.open()
    assert not place.master.exists()


def test_r_7_a_second_host_needs_a_copy_of_the_master_key(place: ServerPlace) -> None:
    item = uuid4()
    secret = place.open().make(item)
    elsewhere = place.folder / "elsewhere" / "master.key"
    with pytest.raises(MasterKeyWrong, match="is missing"):
        place.open(elsewhere)
    assert not elsewhere.exists()
    MasterFile(elsewhere).make()
    with pytest.raises(MasterKeyWrong, match="the key store needs"):
        place.open(elsewhere)
    elsewhere.write_bytes(place.master.path.read_bytes())
    assert place.open(elsewhere).get(item) == secret


def test_a_host_that_got_the_prepared_master_key_goes_on_through_a_rotation(place: ServerPlace) -> None:
    keys, item, elsewhere = place.open(), uuid4(), place.folder / "elsewhere.key"
    secret = keys.make(item)
    elsewhere.write_bytes(place.master.path.read_bytes())
    elsewhere.chmod(0o600)
    other = place.open(elsewhere)
    assert not keys.is_prepared()
    new = keys.prepare()
    assert (keys.is_prepared(), keys.prepare(), keys.status().behind) == (True, new, 0)
    elsewhere.write_bytes(place.master.path.read_bytes())
    assert keys.rotate().new_id == new
    keys.drop_old_master()
    assert other.get(item) == secret
    assert other.make(uuid4())
    assert other.status().behind == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM item_key",
        "TRUNCATE item_key",
        "UPDATE item_key SET destroyed_at = NULL, wrapped = 'x', master_id = 'x'",
    ],
)
def test_r_7_a_tombstone_stays_also_for_who_writes_into_the_table(place: ServerPlace, statement: str) -> None:
    keys, item = place.open(), uuid4()
    keys.make(item)
    keys.destroy([item])
    keys.purge()  # the guards outlast it
    with psycopg.connect(place.url) as raw, pytest.raises(psycopg.IntegrityError):
        raw.execute(statement.encode())
    with pytest.raises(KeyDestroyed):
        keys.make(item)


def test_a_key_store_that_does_not_answer_says_so_in_one_line(place: ServerPlace) -> None:
    keys = place.open()
    place.lose()
    place.url = place.url.replace("keys", "nowhere")
    with pytest.raises(StoreUnavailable, match="key store") as stopped:
        place.open()
    assert "\n" not in str(stopped.value)
    place.url = place._urls[1]
    assert keys.status().keys == 0  # that of the first database goes on


VICTIM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from docctl.services.database import ServerConnections
from storage.keyring_postgresql import PostgresKeyRing
from storage.master import MasterFile

keys = PostgresKeyRing(
    ServerConnections(sys.argv[1]), master=MasterFile(Path(sys.argv[2])), clock=lambda: datetime.now(UTC)
)
print("begins", flush=True)
while True:
    keys.rotate()
    keys.drop_old_master()
"""


def test_a_rotation_killed_anywhere_goes_on(place: ServerPlace) -> None:
    keys = place.open()
    items = [uuid4() for _ in range(700)]
    secrets = {one: keys.make(one) for one in items}
    for number in range(4):
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, place.url, str(place.master.path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert victim.stdout is not None
        assert victim.stdout.readline() == "begins\n"
        time.sleep(0.05 + number * 0.067)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
        assert place.open().get_many(items) == secrets
    again = place.open()
    again.rotate()
    again.drop_old_master()
    assert again.status().behind == 0
    assert again.get_many(items) == secrets


def test_r_7_who_makes_a_key_waits_for_a_rotation_and_uses_its_master_key(place: ServerPlace) -> None:
    keys, item = place.open(), uuid4()
    new = keys.prepare()
    with psycopg.connect(place.url) as rotating, ThreadPoolExecutor(1) as thread:
        rotating.execute("UPDATE key_store SET value = %s WHERE name = 'master_id'", (new,))
        making = thread.submit(keys.make, item)
        with pytest.raises(TimeoutError):
            making.result(0.5)
        rotating.commit()
        secret = making.result(20)
    assert place.execute("SELECT master_id FROM item_key WHERE item = %s", item) == [(new,)]
    assert keys.get(item) == keys.make(item) == secret


def test_r_7_a_key_is_durable_whatever_the_server_does_of_its_own_accord(place: ServerPlace) -> None:
    keys, item = place.open(), uuid4()
    name = urlsplit(place.url).path.strip("/")
    postgres.execute(place.server, f"ALTER DATABASE {name} SET synchronous_commit = off")
    again = place.open()
    with psycopg.connect(place.url) as raw:
        raw.execute("CREATE TABLE seen (setting text)")
        raw.execute(
            "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$"
        )
        raw.execute(
            "CREATE CONSTRAINT TRIGGER seen AFTER INSERT ON item_key DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION see()"
        )
    assert again.make(item) == keys.get(item)
    assert place.execute("SELECT setting FROM seen") == [("on",)]
