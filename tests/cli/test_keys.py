"""The key store from the command line: status, backup with expiry, rotation, keys that come back (R-7)."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from docctl.config import Settings, WrongSetting
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.effects import read_upload
from docctl.models.base import new_id
from docctl.models.content import ItemFile
from docctl.models.trail import EventRow
from docctl.services.house import House
from docctl.services.keys.backup import NAME
from storage.api import Area, Key, KeyDestroyed, KeyMissing
from storage.encrypted import EncryptedStore
from tests.cli.terminal import Terminal
from tests.tampering import past_the_guards
from tests.world import Clock, World, build_house


@pytest.fixture
def stored(world: World) -> ItemFile:
    """Return the one file there is."""
    world.draft()
    with world.house.uow.read() as session:
        return session.scalars(select(ItemFile)).one()


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    return tmp_path / "safe"


def events(house: House, action: str) -> list[dict[str, object]]:
    with house.uow.read() as session:
        query = select(EventRow.facts).where(EventRow.action == action).order_by(EventRow.seq)
        return [json.loads(one) for one in session.scalars(query)]


def read(house: House, row: ItemFile) -> bytes:
    with house.objects.open(Key.parse(row.object_key), row.object_version) as stream:
        return stream.read()


def forget(house: House, row: ItemFile) -> None:
    """Lose a key, as a disk does."""
    path = house.scratch.parent / "keys" / "keys.db"
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER no_row_goes")
        raw.execute("DELETE FROM item_key WHERE item = ?", (row.owner_id.bytes,))
    raw.close()


def test_r_7_a_backup_replaces_the_one_before_and_the_trail_knows_of_it(
    terminal: Terminal, stored: ItemFile, safe: Path, world: World
) -> None:
    assert terminal.ok("keys", "status")["overdue"] is True
    made = terminal.ok("keys", "backup", str(safe))
    assert (made["path"], made["keys"]) == (str(safe / NAME), 1)
    assert made["expires_on"] == str(terminal.house.today() + timedelta(days=35))
    first = (safe / NAME).read_bytes()
    assert terminal.house.keys.get(stored.owner_id) not in first
    world.draft("另一份")
    terminal.ok("keys", "backup", str(safe))
    assert [one.name for one in safe.iterdir()] == [NAME]
    assert (safe / NAME).read_bytes() != first
    assert stat.S_IMODE((safe / NAME).stat().st_mode) == 0o600
    told = events(terminal.house, "keys.backed_up")
    assert [one["keys"] for one in told] == [1, 2]
    assert told[0]["expires_on"] == made["expires_on"]


@pytest.mark.parametrize(("days", "overdue"), [(35, False), (36, True)])
def test_r_7_a_backup_is_overdue_after_its_last_day(
    terminal: Terminal, stored: ItemFile, safe: Path, world: World, days: int, overdue: bool
) -> None:
    terminal.ok("keys", "backup", str(safe))
    world.clock.forward(days=days)
    assert terminal.ok("keys", "status")["overdue"] is overdue


def test_the_days_of_a_backup_are_a_setting(
    terminal: Terminal, stored: ItemFile, safe: Path, settings: Settings
) -> None:
    house = replace(terminal.house, key_backup_days=7)
    made = Terminal(house, settings).ok("keys", "backup", str(safe))
    assert made["expires_on"] == str(house.today() + timedelta(days=7))


def test_r_7_no_backup_of_keys_lies_with_the_data(terminal: Terminal, settings: Settings) -> None:
    result = terminal.run("keys", "backup", str(settings.data / "elsewhere"), "--json")
    assert result.exit_code == 3
    assert not (settings.data / "elsewhere").exists()
    assert events(terminal.house, "keys.backed_up") == []


def test_a_new_company_owes_no_backup_before_it_has_keys(terminal: Terminal) -> None:
    found = terminal.ok("keys", "status")
    assert (found["keys"], found["backup"], found["overdue"]) == (0, None, False)


def test_the_master_key_is_replaced_and_a_backup_of_the_old_one_is_overdue(
    terminal: Terminal, stored: ItemFile, safe: Path, settings: Settings, clock: Clock
) -> None:
    content = read(terminal.house, stored)
    old = settings.master_key.read_bytes()
    terminal.ok("keys", "backup", str(safe))
    done = terminal.ok("keys", "rotate")
    found = terminal.ok("keys", "status")
    assert (found["master"], found["behind"], found["overdue"]) == (done["new"], 0, True)
    assert read(terminal.house, stored) == content
    assert events(terminal.house, "keys.rotated") == [{"old": done["old"], "new": done["new"], "keys": 1}]
    again = build_house(settings, clock)
    assert read(again, stored) == content
    again.close()
    settings.master_key.write_bytes(old)
    with pytest.raises(WrongSetting, match="DOCCTL_MASTER_KEY_FILE"):
        build_house(settings, clock)


def test_lost_keys_come_back_from_the_backup(terminal: Terminal, stored: ItemFile, safe: Path) -> None:
    content = read(terminal.house, stored)
    terminal.ok("keys", "backup", str(safe))
    forget(terminal.house, stored)
    with pytest.raises(KeyMissing):
        read(terminal.house, stored)
    result = terminal.run("objects", "verify", "--json")
    assert [one["problem"] for one in json.loads(result.stdout)["problems"]] == ["no_key"]
    assert terminal.ok("keys", "restore", str(safe))["keys"] == 1
    assert read(terminal.house, stored) == content
    assert terminal.ok("keys", "restore", str(safe))["keys"] == 0
    assert [one["keys"] for one in events(terminal.house, "keys.restored")] == [1, 0]


def test_r_7_a_destroyed_key_does_not_come_back(terminal: Terminal, stored: ItemFile, safe: Path) -> None:
    terminal.ok("keys", "backup", str(safe))
    terminal.house.keys.destroy([stored.owner_id])
    assert terminal.ok("keys", "restore", str(safe))["keys"] == 0
    with pytest.raises(KeyDestroyed):
        read(terminal.house, stored)


@pytest.mark.parametrize(("days", "code"), [(35, 0), (36, 3)])
def test_r_7_an_expired_backup_is_not_used(
    terminal: Terminal, stored: ItemFile, safe: Path, world: World, days: int, code: int
) -> None:
    terminal.ok("keys", "backup", str(safe))
    world.clock.forward(days=days)
    assert terminal.run("keys", "restore", str(safe)).exit_code == code


@pytest.mark.parametrize("content", [None, b"no copy"])
def test_what_is_no_backup_is_refused(terminal: Terminal, safe: Path, content: bytes | None) -> None:
    safe.mkdir()
    if content is not None:
        (safe / NAME).write_bytes(content)
    assert terminal.run("keys", "restore", str(safe)).exit_code == 3


def test_t_3_a_file_whose_key_is_lost_is_read_later_and_one_whose_key_was_destroyed_never(
    terminal: Terminal, stored: ItemFile, safe: Path
) -> None:
    wanted = {"file_id": str(stored.id)}
    terminal.ok("keys", "backup", str(safe))
    forget(terminal.house, stored)
    with pytest.raises(RuleRefused) as refused:  # the delivery is tried again
        list(read_upload(terminal.house, wanted))
    assert refused.value.refused.key == "T-3.no_key"
    terminal.ok("keys", "restore", str(safe))
    list(read_upload(terminal.house, wanted))
    terminal.house.keys.destroy([stored.owner_id])
    list(read_upload(terminal.house, wanted))


@pytest.mark.parametrize("command", ["status", "backup", "restore", "rotate"])
@pytest.mark.parametrize(("language", "sentence"), [("zh_Hans", "没有密钥库"), ("en", "There is no key")])
def test_where_there_is_no_key_store_its_commands_say_so(
    terminal: Terminal,
    settings: Settings,
    safe: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    language: str,
    sentence: str,
) -> None:
    monkeypatch.setattr("docctl.cli.words.usual_language", lambda: language)
    house = replace(terminal.house, keys=None)
    folder = [str(safe)] if command in {"backup", "restore"} else []
    result = Terminal(house, settings).run("keys", command, *folder)
    assert result.exit_code == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"keys.no_store: {sentence}")
    assert not safe.exists()


def test_a_data_folder_from_before_encryption_goes_on(
    house: House, world: World, settings: Settings, clock: Clock
) -> None:
    assert isinstance(house.objects, EncryptedStore)
    plain = replace(house, objects=house.objects._inner)
    World.of(plain, clock).draft("从前的文件")
    house.close()
    shutil.rmtree(settings.data / "keys")  # as an older version has left it
    settings.master_key.unlink()
    again = build_house(settings, clock)
    World.of(again, clock).draft("新的文件")
    with again.uow.read() as session:
        rows = session.scalars(select(ItemFile).order_by(ItemFile.added_at, ItemFile.id)).all()
    assert [row.sha256 == row.stored_sha256 for row in rows] == [True, False]
    assert all(len(read(again, row)) == row.size for row in rows)
    found = Terminal(again, settings).ok("objects", "verify")
    assert (found["objects"], found["problems"], found["plain"]) == (2, [], 1)
    again.close()


# --- keys of items that never came to be


def test_r_7_the_key_of_an_item_that_never_came_to_be_is_swept_with_its_file(
    terminal: Terminal, stored: ItemFile, world: World
) -> None:
    orphan = Key.new(Area.RECORDS, "record", new_id(), 1)
    terminal.house.objects.put(orphan, io.BytesIO(b"belongs to nothing"), retain_until=None)
    (listed,) = [one for one in terminal.house.objects.list(Area.RECORDS) if one.key == orphan]
    world.clock.now = listed.modified_at + timedelta(hours=24) - timedelta(microseconds=1)
    assert terminal.ok("objects", "sweep")["keys"] == 0
    world.clock.forward(microseconds=1)
    assert terminal.ok("objects", "sweep", "--check")["keys"] == 1
    assert terminal.house.keys.get(orphan.item_id)
    assert terminal.ok("objects", "sweep")["keys"] == 1
    with pytest.raises(KeyDestroyed):
        terminal.house.keys.get(orphan.item_id)
    assert read(terminal.house, stored)  # the key of what has a row stays


def test_r_7_a_key_is_kept_while_the_store_keeps_its_file(terminal: Terminal, world: World) -> None:
    key = Key.new(Area.RECORDS, "record", new_id(), 1)
    far = world.clock() + timedelta(days=3650)
    terminal.house.objects.put(key, io.BytesIO(b"locked"), retain_until=far)
    world.clock.forward(days=3)
    found = terminal.ok("objects", "sweep")
    assert (found["refused"], found["keys"]) == ([str(key)], 0)
    assert terminal.house.keys.get(key.item_id)


def test_r_7_a_row_without_files_keeps_its_key(terminal: Terminal, stored: ItemFile, world: World) -> None:
    key = Key.parse(stored.object_key)
    terminal.house.objects.destroy(key)
    with past_the_guards(terminal.house) as raw:
        raw.execute("DELETE FROM item_file")
    world.clock.forward(days=3)
    assert terminal.ok("objects", "sweep")["keys"] == 0
    assert terminal.house.keys.get(stored.owner_id)


# --- a new master key for several hosts


def test_a_new_master_key_can_be_prepared_and_is_used_by_the_rotation(
    terminal: Terminal, stored: ItemFile, settings: Settings
) -> None:
    old = terminal.ok("keys", "status")["master"]
    made = terminal.ok("keys", "rotate", "--prepare")
    assert made["path"] == str(settings.master_key)
    assert terminal.ok("keys", "status")["master"] == old
    assert terminal.ok("keys", "rotate", "--prepare")["new"] == made["new"]
    assert read(terminal.house, stored)
    done = terminal.ok("keys", "rotate")
    assert (done["old"], done["new"]) == (old, made["new"])
    assert read(terminal.house, stored)
    assert [one["new"] for one in events(terminal.house, "keys.prepared")] == [made["new"]] * 2


# --- the setting


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return tmp_path / "fresh"


def test_the_master_key_lies_beside_the_data_folder(fresh: Path, clock: Clock) -> None:
    settings = Settings.from_env({"DOCCTL_DATA": str(fresh)}, folder=fresh.parent)
    assert settings.master_key == fresh.parent / "fresh.master.key"
    build_house(settings, clock).close()
    assert stat.S_IMODE(settings.master_key.stat().st_mode) == 0o600


def test_the_master_key_lies_where_the_setting_says(fresh: Path, clock: Clock) -> None:
    place = fresh.parent / "secrets" / "master"
    settings = Settings.from_env(
        {"DOCCTL_DATA": str(fresh), "DOCCTL_MASTER_KEY_FILE": str(place)}, folder=fresh.parent
    )
    build_house(settings, clock).close()
    assert place.exists()
    assert not (fresh.parent / "fresh.master.key").exists()


def test_r_7_the_master_key_never_lies_in_the_data_folder(fresh: Path) -> None:
    with pytest.raises(WrongSetting, match="lies in the data folder"):
        Settings.from_env(
            {"DOCCTL_DATA": str(fresh), "DOCCTL_MASTER_KEY_FILE": str(fresh / "keys" / "m")},
            folder=fresh.parent,
        )


def test_a_missing_master_key_stops_the_start_with_one_line(
    terminal: Terminal, settings: Settings, world: World
) -> None:
    settings.master_key.unlink()
    result = Terminal(None, settings).run("keys", "status")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("settings.wrong: DOCCTL_MASTER_KEY_FILE: ")
