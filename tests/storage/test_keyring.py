"""What a key store in one file keeps to besides: only its owner reads it, no slip undoes it (R-7)."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from storage.api import StoreUnavailable
from tests.storage.key_places import FilePlace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[FilePlace]:
    made = FilePlace(tmp_path)
    yield made
    made.clear()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_key_store_and_master_key_are_for_their_owner_alone(place: FilePlace) -> None:
    place.open().make(uuid4())
    assert mode(place.path.parent) == 0o700
    for path in (*place.path.parent.iterdir(), place.master.path):
        assert mode(path) == 0o600, path


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM item_key",
        "UPDATE item_key SET destroyed_at = NULL, wrapped = x'00', master_id = 'x'",
        "REPLACE INTO item_key (item, master_id, wrapped, made_at) SELECT item, 'x', x'00', '' FROM item_key",
    ],
)
def test_r_7_a_tombstone_stays_also_for_who_writes_into_the_file(place: FilePlace, statement: str) -> None:
    keys, item = place.open(), uuid4()
    keys.make(item)
    keys.destroy([item])
    with sqlite3.connect(place.path) as raw:
        raw.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(statement)
    raw.close()


VICTIM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from storage.keyring_sqlite import SqliteKeyRing
from storage.master import MasterFile

folder = Path(sys.argv[1])
keys = SqliteKeyRing(
    folder / "data" / "keys" / "keys.db", master=MasterFile(folder / "master.key"),
    clock=lambda: datetime.now(UTC),
)
print("begins", flush=True)
while True:
    keys.rotate()
    keys.drop_old_master()
"""


def test_a_rotation_killed_anywhere_goes_on(place: FilePlace) -> None:
    keys = place.open()
    items = [uuid4() for _ in range(700)]
    secrets = [keys.make(one) for one in items]
    keys.close()
    for number in range(6):
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(place.folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert victim.stdout is not None
        assert victim.stdout.readline() == "begins\n"
        time.sleep(0.03 + number * 0.043)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
        again = place.open()
        assert [again.get(one) for one in items] == secrets
        again.close()
    again = place.open()
    again.rotate()
    again.drop_old_master()
    assert again.status().behind == 0
    assert [again.get(one) for one in items] == secrets


def test_a_key_store_that_cannot_be_read_says_so(place: FilePlace) -> None:
    place.open().close()
    place.path.write_bytes(b"no database" * 999)
    with pytest.raises(StoreUnavailable, match="key store"):
        place.open()
