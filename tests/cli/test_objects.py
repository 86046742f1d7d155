"""Whether damage of stored files is found, and what is swept: T-3, F-3."""

from __future__ import annotations

import io
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.models.base import new_id
from docctl.models.content import ItemFile, Upload
from storage.api import Area, Key
from tests.cli.terminal import Terminal
from tests.world import World


@pytest.fixture
def stored(world: World) -> tuple[ItemFile, str]:
    """Return the one file there is and the number of its document."""
    revision = world.draft()
    with world.house.uow.read() as session:
        row = session.scalars(select(ItemFile)).one()
    return row, world.document_of(revision).number


def path_of(terminal: Terminal, row: ItemFile) -> Path:
    """Return the stored bytes: the one file of the store with exactly this content."""
    assert terminal.settings is not None
    objects = terminal.settings.data / "objects"
    (found,) = [one for one in objects.rglob("*") if one.is_file() and one.stat().st_size == row.stored_size]
    return found


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def verify(terminal: Terminal) -> tuple[int, list[tuple[str, str]], list[str]]:
    result = terminal.run("objects", "verify", "--json")
    found = json.loads(result.stdout)
    problems = [(one["problem"], one["number"]) for one in found["problems"]]
    return result.exit_code, problems, found["without_row"]


def test_t_3_files_that_are_as_they_were_pass(terminal: Terminal, stored: tuple[ItemFile, str]) -> None:
    assert verify(terminal) == (0, [], [])


def test_t_3_one_changed_byte_is_found(terminal: Terminal, stored: tuple[ItemFile, str]) -> None:
    row, number = stored
    path = path_of(terminal, row)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    overwrite(path, bytes(data))
    assert verify(terminal) == (1, [("damaged", number)], [])


def test_t_3_a_truncated_file_is_found(terminal: Terminal, stored: tuple[ItemFile, str]) -> None:
    row, number = stored
    path = path_of(terminal, row)
    overwrite(path, path.read_bytes()[:-1])
    assert verify(terminal) == (1, [("damaged", number)], [])


def test_t_3_a_missing_file_is_found(terminal: Terminal, stored: tuple[ItemFile, str]) -> None:
    row, number = stored
    terminal.house.objects.destroy(Key.parse(row.object_key))
    assert verify(terminal) == (1, [("missing", number)], [])


def test_t_3_a_file_put_in_place_of_another_is_found_by_the_row(
    terminal: Terminal, stored: tuple[ItemFile, str]
) -> None:
    # Somebody who holds the machine writes other bytes with the store's own marks: only the row tells.
    row, number = stored
    key = Key.parse(row.object_key)
    terminal.house.objects.destroy(key)
    other = terminal.house.objects.put(key, io.BytesIO(b"other content"), retain_until=None)

    def point(session: object) -> None:
        session.execute(  # type: ignore[attr-defined]
            ItemFile.__table__.update().values(object_version=other.version)
        )

    _without_guards(terminal)
    terminal.house.uow.write(point)
    assert verify(terminal) == (1, [("swapped", number)], [])


def _without_guards(terminal: Terminal) -> None:
    import sqlite3

    with sqlite3.connect(terminal.house.uow.engine.url.database or "") as raw:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'item_file'"
        for (name,) in raw.execute(query).fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
    raw.close()


def put_orphan(terminal: Terminal) -> Key:
    key = Key.new(Area.RECORDS, "record", new_id(), 1)
    terminal.house.objects.put(key, io.BytesIO(b"belongs to nothing"), retain_until=None)
    return key


def test_t_3_a_file_without_a_row_is_listed_and_is_no_damage(
    terminal: Terminal, stored: tuple[ItemFile, str]
) -> None:
    key = put_orphan(terminal)
    assert verify(terminal) == (0, [], [str(key)])


@pytest.mark.parametrize(
    ("age", "swept"),
    [
        pytest.param(timedelta(hours=24) - timedelta(minutes=1), 0, id="a minute under a day"),
        pytest.param(timedelta(hours=24), 1, id="a day"),
    ],
)
def test_a_file_without_a_row_is_swept_after_a_day(
    terminal: Terminal, world: World, stored: tuple[ItemFile, str], age: timedelta, swept: int
) -> None:
    key = put_orphan(terminal)
    (listed,) = [one for one in terminal.house.objects.list(Area.RECORDS) if one.key == key]
    world.clock.now = listed.modified_at + age
    assert len(terminal.ok("objects", "sweep", "--check")["objects"]) == swept
    assert len(list(terminal.house.objects.list(Area.RECORDS))) == 2
    assert terminal.ok("objects", "sweep")["objects"] == [str(key)] * swept
    assert len(list(terminal.house.objects.list(Area.RECORDS))) == 2 - swept
    assert verify(terminal)[:2] == (0, [])


def test_r_4_a_locked_file_without_a_row_is_kept_by_the_store(terminal: Terminal, world: World) -> None:
    key = Key.new(Area.RECORDS, "record", new_id(), 1)
    far = world.clock() + timedelta(days=3650)
    terminal.house.objects.put(key, io.BytesIO(b"locked"), retain_until=far)
    (listed,) = terminal.house.objects.list(Area.RECORDS)
    world.clock.now = listed.modified_at + timedelta(days=2)
    assert world.clock() < far
    found = terminal.ok("objects", "sweep")
    assert (found["objects"], found["refused"]) == ([], [str(key)])


def test_a_file_that_a_row_names_is_never_swept(
    terminal: Terminal, world: World, stored: tuple[ItemFile, str]
) -> None:
    world.clock.forward(days=3650)
    assert terminal.ok("objects", "sweep")["objects"] == []
    assert verify(terminal) == (0, [], [])


def test_f_3_expired_uploads_are_swept_and_waiting_ones_stay(terminal: Terminal, world: World) -> None:
    world.upload("chen", name="一.docx")
    world.clock.forward(hours=23)
    kept = world.upload("chen", name="二.docx")
    world.clock.forward(hours=1)
    hour = time.time() - 3600
    for path in terminal.house.staging.strays():
        os.utime(path, (hour, hour))
    assert terminal.ok("objects", "sweep", "--check")["uploads"] == 1
    old = world.clock().timestamp() - 24 * 3600
    for path in terminal.house.staging.strays():
        if UUID(path.name) != kept.upload_id:
            os.utime(path, (old, old))
    assert terminal.ok("objects", "sweep")["uploads"] == 1
    with world.house.uow.read() as session:
        assert [one.id for one in session.scalars(select(Upload))] == [kept.upload_id]
    assert [path.name for path in terminal.house.staging.strays()] == [str(kept.upload_id)]
