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

from docctl.jobs.deliveries import deliver
from docctl.jobs.wait import settle
from docctl.models.base import new_id
from docctl.models.content import ItemFile, Upload
from storage.api import Area, Key
from tests.cli.terminal import Terminal
from tests.filing import held
from tests.lists import accepted, filed
from tests.tampering import past_the_guards
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

    with past_the_guards(terminal.house) as raw:
        raw.execute("UPDATE item_file SET object_version = ?", (other.version,))
    assert verify(terminal) == (1, [("swapped", number)], [])


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


# --- locks and holds as the rows ask for


def problems(terminal: Terminal) -> list[str]:
    return [problem for problem, _ in verify(terminal)[1]]


@pytest.mark.parametrize(
    ("hours", "is_named"), [(36 - 1, False), (36, True)], ids=["still has time", "its time is over"]
)
def test_r_4_a_record_that_is_locked_too_short_is_named(
    terminal: Terminal, world: World, hours: int, is_named: bool
) -> None:
    filed(world)
    world.clock.forward(hours=1)
    deliver(world.house)  # the short lock; the worker then stands still
    world.clock.forward(hours=hours - 1)
    found = problems(terminal)
    assert ("lock_short" in found) is is_named
    settle(world.house)
    assert problems(terminal) == []


def test_r_4_a_rolling_lock_that_nobody_renews_is_named_at_a_quarter(
    terminal: Terminal, world: World
) -> None:
    world.issued(world.draft())
    settle(world.house)
    world.clock.forward(days=730 * 3 / 4 - 1)
    assert problems(terminal) == []
    world.clock.forward(days=2)
    assert problems(terminal) == ["lock_short"]
    settle(world.house)
    assert problems(terminal) == []


def test_r_5_a_hold_that_the_store_does_not_have_is_named(terminal: Terminal, world: World) -> None:
    record_id = accepted(world, filed(world))
    settle(world.house)
    held(world, record_id)
    settle(world.house)
    world.clock.forward(days=2)
    settle(world.house)
    assert problems(terminal) == []
    with world.house.uow.read() as session:
        row = session.scalars(select(ItemFile).where(ItemFile.owner_id == record_id)).one()
    world.house.objects.hold(Key.parse(row.object_key), row.object_version, on=False)
    assert problems(terminal) == ["not_held"]


def test_t_3_what_lies_beside_the_objects_is_named_and_no_damage(
    terminal: Terminal, stored: tuple[ItemFile, str]
) -> None:
    assert terminal.settings is not None
    (terminal.settings.data / "objects" / "records" / "readme").write_bytes(b"")
    result = terminal.run("objects", "verify", "--json")
    (stray,) = json.loads(result.stdout)["strays"]
    assert (result.exit_code, stray["kind"], stray["name"]) == (0, "no_key", "readme")
    assert "readme" in terminal.run("objects", "verify").stdout


def test_r_4_a_folder_is_protected_and_that_is_enough(terminal: Terminal, world: World) -> None:
    result = terminal.run("objects", "probe", "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["verdict"], data["enough"]) == (0, "protected", True)
    assert data["reasons"] == ["object_lock"]
    assert terminal.run("objects", "probe").stdout.count("\n") == 3
