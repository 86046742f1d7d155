"""A zip for which the disk has no room is refused before anything is written (I-1)."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from docctl.domain.imports import RunState, Watched
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.imports.watch import TAKEN, take_watched
from docctl.jobs.imports.work import work_imports
from docctl.models.content import Upload
from docctl.models.imports import ImportFile, ImportRun
from docctl.services.house import House
from docctl.services.imports.folder import RunFolder
from docctl.services.imports.room import require_room
from docctl.services.imports.start import StartImport, start_import
from docctl.services.imports.watched import not_taken_from
from docctl.services.uploads import stage_upload
from tests.bad_input.test_real_disk import Disk, disk
from tests.cli.terminal import Terminal
from tests.imports.making import Run, _type, _unit, text_of
from tests.imports.test_watch import rest
from tests.places import Place
from tests.world import Clock, World, build_house

__all__ = ["disk"]

MIB = 1 << 20
#: What the zip holds, and a tenth more for what is read of it.
HOLDS = 6 * MIB
NEEDS = HOLDS + HOLDS // 10


@pytest.fixture
def world(disk: Disk, founded: Place, clock: Clock) -> Iterator[World]:
    """Return the small company with its data folder on a small disk."""
    house = build_house(founded.copy(disk.folder / "data").settings, clock)
    yield World.of(house, clock)
    house.close()


@pytest.fixture
def house(world: World) -> House:
    return world.house


def swelling(target: Path) -> Path:
    """Write a zip of some kilobytes that holds much more, one file of it as companies have them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        text = text_of("记录控制程序", number="JL-QP-07").encode()
        archive.writestr("a.txt", text)
        for number in range(3):
            size = HOLDS // 3 if number else HOLDS // 3 - len(text)
            archive.writestr(f"{number}.txt", b"1 2 3\n" * (size // 6) + b" " * (size % 6))
        archive.writestr("Thumbs.db", b"x" * HOLDS)  # what is not taken needs no room
    return target


def written(world: World) -> tuple[int, int, list[str]]:
    with world.house.uow.read() as session:
        return (
            session.scalar(select(func.count()).select_from(ImportRun)) or 0,
            session.scalar(select(func.count()).select_from(ImportFile)) or 0,
            sorted(one.name for one in (world.house.data / "imports").glob("*/*")),
        )


def upload(world: World, path: Path) -> StartImport:
    with path.open("rb") as source:
        staged = stage_upload(
            source, name="old.zip", by=world.by("chen"), house=world.house, for_document=False
        )
    return StartImport("旧文件", "archive", _unit(world, "PZ"), _type(world), uploads=(staged,))


def free(world: World) -> int:
    return shutil.disk_usage(world.house.data).free


def test_i_1_a_zip_is_refused_with_what_is_needed_and_free_and_nothing_is_written(
    disk: Disk, world: World, tmp_path: Path
) -> None:
    cmd = upload(world, swelling(tmp_path / "old.zip"))
    before = written(world)
    disk.leave(NEEDS - 4096)
    there = free(world)
    with pytest.raises(RuleRefused) as error:
        start_import(cmd, by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "I-1.no_room"
    assert error.value.refused.params == {"needed": NEEDS, "free": there}
    assert written(world) == before
    with world.house.uow.read() as session:
        assert session.get(Upload, cmd.uploads[0]) is not None  # it can be tried again
    disk.clear()
    start_import(cmd, by=world.by("chen"), house=world.house)
    assert written(world)[0] == before[0] + 1


def test_i_1_room_to_the_last_byte_is_enough(disk: Disk, world: World, tmp_path: Path) -> None:
    archive = swelling(tmp_path / "old.zip")
    disk.leave(NEEDS + 8192)
    require_room(world.house, [(archive, "old.zip")])
    disk.leave(NEEDS - 8192)
    with pytest.raises(RuleRefused):
        require_room(world.house, [(archive, "OLD.ZIP")])
    require_room(world.house, [(archive, "old.dat")])  # which is not taken apart


def test_i_1_the_command_is_refused_by_what_is_missing_and_starts_nothing(
    disk: Disk, world: World, tmp_path: Path
) -> None:
    terminal = Terminal(world.house, no_wait=True)
    archive = swelling(tmp_path / "old.zip")
    before = written(world)
    disk.leave(NEEDS - 8192)
    there = free(world)
    said = terminal.run("import", archive, "--as", "chen")
    assert said.exit_code == 3
    assert said.stderr.startswith("I-1.no_room: ")
    assert f"{NEEDS}" in said.stderr
    assert f"{there}" in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert written(world) == before
    disk.clear()
    done = terminal.ok("import", archive, user="chen")
    assert [one["path"] for one in done["files"]] == ["a.txt", "0.txt", "1.txt", "2.txt", "Thumbs.db"]
    assert written(world)[0] == before[0] + 1


def test_i_1_a_run_waits_where_the_disk_was_filled_meanwhile_and_goes_on(
    disk: Disk, world: World, house: House, tmp_path: Path
) -> None:
    run_id = start_import(
        upload(world, swelling(tmp_path / "old.zip")), by=world.by("chen"), house=world.house
    )
    run = Run(world, run_id)
    disk.leave(NEEDS // 2)
    work_imports(house)
    assert run.row.state is RunState.RECEIVING
    assert written(world)[1] == 0
    assert RunFolder.of(house.data, run_id).copied() == 0
    disk.clear()
    work_imports(house)
    assert len(run.files()) == 5
    assert HOLDS < RunFolder.of(house.data, run_id).copied() < HOLDS + 5 * 200  # they lie encrypted


def test_i_1_what_was_copied_before_a_stop_needs_no_room_again(
    disk: Disk, world: World, tmp_path: Path
) -> None:
    archive = swelling(tmp_path / "old.zip")
    run_id = start_import(upload(world, archive), by=world.by("chen"), house=world.house)
    copied = RunFolder.of(world.house.data, run_id).path / "01a22ccf-da03-702d-92ff-0c01440bba64"
    copied.write_bytes(b"x" * (HOLDS // 2))
    disk.leave(NEEDS // 2 + 8192)
    require_room(world.house, [(archive, "old.zip")], run_id)
    with pytest.raises(RuleRefused):
        require_room(world.house, [(archive, "old.zip")])


def waiting(house: House) -> list[Refused]:
    """Return what the page of imports says of watched folders."""
    with house.uow.read() as session:
        return not_taken_from(session, house)


def tmp_other(folder: Path) -> Path:
    """Return another folder beside one."""
    made = folder.parent / "other"
    made.mkdir()
    return made


def test_i_1_a_zip_in_a_watched_folder_stays_there_until_there_is_room(
    disk: Disk, world: World, house: House, folder: Path
) -> None:
    swelling(folder / "old.zip")
    watched = Watched(folder, "PZ", "procedure")
    rest(folder)
    disk.leave(NEEDS // 2)
    assert not take_watched(house, watched)
    assert [one.name for one in folder.iterdir()] == ["old.zip"]
    assert written(world)[:2] == (0, 0)
    (told,) = waiting(replace(house, watched=(watched,)))
    assert (told.key, told.params["folder"], told.params["needed"]) == (
        "I-1.watched_no_room",
        folder.name,
        NEEDS,
    )
    assert waiting(replace(house, watched=(Watched(tmp_other(folder), "PZ", "procedure"),))) == []
    disk.clear()
    assert take_watched(house, watched)
    assert [one.name for one in folder.iterdir()] == [TAKEN]
    assert waiting(replace(house, watched=(watched,))) == []


def test_i_1_a_folder_whose_zip_was_taken_away_waits_no_longer(
    disk: Disk, world: World, house: House, folder: Path
) -> None:
    watched = Watched(folder, "PZ", "procedure")
    swelling(folder / "old.zip")
    rest(folder)
    disk.leave(NEEDS // 2)
    assert not take_watched(house, watched)
    (folder / "old.zip").unlink()
    assert not take_watched(house, watched)
    assert waiting(replace(house, watched=(watched,))) == []
    (house.data / "imports" / "watched" / "room.json").write_text('{"x": 1}', encoding="utf-8")
    assert waiting(replace(house, watched=(watched,))) == []  # of another version


def test_i_1_a_zip_that_cannot_be_opened_has_its_line_and_needs_no_room(
    disk: Disk, world: World, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no zip")
    disk.leave(8192)
    require_room(world.house, [(broken, "broken.zip")])
