"""Copies of a run's files lie encrypted while people check them, and none is readable after its end (R-7)."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from docctl.domain.imports import RunState
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.imports.record_runs import step_records
from docctl.jobs.imports.run_keys import destroy_ended_keys
from docctl.jobs.imports.work import step, work_imports
from docctl.models.record_imports import RecordImport
from docctl.services.imports.commit import CancelImport, cancel_import
from docctl.services.imports.copies import Copies
from docctl.services.imports.folder import RECORDS, RunFolder
from docctl.services.imports.start import StartImport, start_import
from docctl.services.objects.sweep import sweep
from docctl.services.records.import_table import (
    CancelRecordImport,
    OrderRecordImport,
    StartRecordImport,
    cancel_record_import,
    order_record_import,
    start_record_import,
)
from docctl.services.uploads import stage_upload
from storage.errors import Damaged, KeyDestroyed
from tests.away import KeysAway
from tests.filing import a_form
from tests.imports.making import Run, text_of, write, zipped
from tests.world import World

SECRET = "轴承内圈间隙零点零三"
WHOLE = {"number": "JL-QP-07", "label": "A/0", "effective": "2020-01-01"}


def lies_plain(world: World) -> list[str]:
    """Return what below the folders of imports holds the secret in plain."""
    below = [world.house.data / "imports", world.house.data / "record-imports", world.house.scratch]
    files = [one for folder in below if folder.is_dir() for one in folder.rglob("*") if one.is_file()]
    return [one.name for one in files if SECRET.encode() in one.read_bytes()]


def secret_text() -> str:
    return text_of("轴承程序", **WHOLE) + SECRET


def uploaded(world: World, path: Path, who: str = "chen") -> UUID:
    with path.open("rb") as source:
        return stage_upload(source, name=path.name, by=world.by(who), house=world.house, for_document=False)


def started(world: World, *paths: Path) -> Run:
    uploads = tuple(uploaded(world, one) for one in paths)
    cmd = StartImport("旧文件", "upload", world.units["PZ"], world.types["procedure"], uploads=uploads)
    return Run(world, start_import(cmd, by=world.by("chen"), house=world.house))


def test_r_7_copies_lie_encrypted_from_upload_to_import(world: World, folder: Path, tmp_path: Path) -> None:
    write(folder, "a.txt", secret_text())
    packed, single = zipped(folder, tmp_path / "old.zip"), write(tmp_path, "b.txt", secret_text() + "乙")
    run = started(world, packed, single)
    assert lies_plain(world) == []
    assert not list(world.house.staging.strays())  # no second copy is left behind
    step(world.house, run.id, RunState.RECEIVING)
    assert [one.path for one in run.files().values()] == ["a.txt", "b.txt"]
    assert lies_plain(world) == []
    run.read()
    assert lies_plain(world) == []
    assert SECRET in run.content("a.txt").text
    row = run.imported()["a.txt"]
    assert row.outcome == "in_force"
    assert row.revision_id is not None


def test_r_7_the_end_of_a_run_makes_every_copy_of_its_copies_unreadable(
    world: World, folder: Path, tmp_path: Path
) -> None:
    write(folder, "a.txt", secret_text())
    run = Run.of(world, folder).read()
    copies = Copies.of(world.house, run.id)
    path = copies.folder.file(run.files()["a.txt"].id)
    kept = tmp_path / "kept"
    shutil.copytree(copies.folder.path, kept)  # a backup, a snapshot of the disk
    with copies.opened(path) as source:
        assert SECRET.encode() in source.read()
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    work_imports(world.house)
    destroy_ended_keys(world.house)
    shutil.copytree(kept, copies.folder.path, dirs_exist_ok=True)
    with pytest.raises(KeyDestroyed), copies.opened(path):
        pass


def test_t_3_a_copy_in_the_place_of_another_is_not_read(world: World, folder: Path) -> None:
    write(folder, "a.txt", secret_text())
    write(folder, "b.txt", text_of("别的程序", number="JL-QP-08", label="A/0", effective="2020-01-01"))
    run = Run.of(world, folder)
    copies, files = RunFolder.of(world.house.data, run.id), run.files()
    shutil.copy(copies.file(files["b.txt"].id), copies.file(files["a.txt"].id))
    with pytest.raises(Damaged), Copies.of(world.house, run.id).opened(copies.file(files["a.txt"].id)) as one:
        one.read()
    run.read()
    assert {path: row.code for path, row in run.files().items()} == {"a.txt": "copy_gone", "b.txt": ""}


def test_r_7_a_run_waits_while_its_key_is_away(world: World, folder: Path) -> None:
    write(folder, "a.txt", secret_text())
    run = Run.of(world, folder)
    keys = world.house.keys
    object.__setattr__(world.house, "keys", KeysAway(keys, {run.id}))
    try:
        with pytest.raises(RuleRefused, match="disk_failed"):
            step(world.house, run.id, RunState.READING)
    finally:
        object.__setattr__(world.house, "keys", keys)
    assert run.files()["a.txt"].state == "waiting"
    assert run.read().files()["a.txt"].state == "read"


def test_i_1_an_upload_is_left_where_it_is_when_the_import_is_refused(world: World, tmp_path: Path) -> None:
    upload = uploaded(world, write(tmp_path, "b.txt", secret_text()))
    cmd = StartImport(" ", "upload", world.units["PZ"], world.types["procedure"], uploads=(upload,))
    with pytest.raises(RuleRefused, match="name_needed"):
        start_import(cmd, by=world.by("chen"), house=world.house)
    assert world.house.staging.path(upload).is_file()
    assert not list((world.house.data / "imports").glob("*"))


def a_table(world: World, tmp_path: Path) -> UUID:
    folder = tmp_path / "table"
    write(folder, "table.csv", "编号,名称,日期,文件\nR-1,轴承记录,2020-03-01,scans/a.txt\n")
    write(folder, "scans/a.txt", SECRET)
    upload = uploaded(world, zipped(folder, tmp_path / "t.zip"), "wang")
    cmd = StartRecordImport("旧记录", a_form(world), (upload,))
    return start_record_import(cmd, by=world.by("wang"), house=world.house)


def state_of(world: World, import_id: UUID) -> RecordImport:
    with world.house.uow.read() as session:
        return session.get_one(RecordImport, import_id)


def test_r_7_tables_of_records_and_their_files_lie_encrypted_too(world: World, tmp_path: Path) -> None:
    import_id = a_table(world, tmp_path)
    assert lies_plain(world) == []
    while state_of(world, import_id).state is not RunState.CHECKING:
        step_records(world.house, import_id)
    below = RunFolder.of(world.house.data, import_id, RECORDS).path / "files"
    assert sorted(one.name for one in below.rglob("*") if one.is_file()) == ["a.txt", "table.csv"]
    assert lies_plain(world) == []
    order_record_import(OrderRecordImport(import_id), by=world.by("wang"), house=world.house)
    while state_of(world, import_id).state is RunState.IMPORTING:
        step_records(world.house, import_id)
    assert (state_of(world, import_id).total, state_of(world, import_id).code) == (1, "")
    assert destroy_ended_keys(world.house) == 1
    assert state_of(world, import_id).key_destroyed_at is not None
    assert destroy_ended_keys(world.house) == 0


def test_r_7_the_key_of_an_open_table_is_swept_by_nobody_and_goes_when_it_is_given_up(
    world: World, tmp_path: Path
) -> None:
    import_id = a_table(world, tmp_path)
    world.clock.now += timedelta(days=2)
    assert sweep(world.house, by=world.system()).keys == 0
    assert world.house.keys is not None
    assert len(world.house.keys.get(import_id)) == 32
    cancel_record_import(CancelRecordImport(import_id), by=world.by("wang"), house=world.house)
    assert destroy_ended_keys(world.house) == 1
    with pytest.raises(KeyDestroyed):
        world.house.keys.get(import_id)


def test_r_7_copies_from_before_they_were_encrypted_are_read_as_they_are(world: World, folder: Path) -> None:
    write(folder, "a.txt", secret_text())
    run = Run.of(world, folder)
    path = RunFolder.of(world.house.data, run.id).file(run.files()["a.txt"].id)
    path.write_bytes((folder / "a.txt").read_bytes())
    assert run.read().imported()["a.txt"].outcome == "in_force"


def test_r_7_of_a_disk_that_is_full_nothing_is_left(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploaded(world, write(tmp_path, "b.txt", secret_text()))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    cmd = StartImport("旧的", "upload", world.units["PZ"], world.types["procedure"], uploads=(upload,))
    with pytest.raises(RuleRefused, match="disk_full"):
        start_import(cmd, by=world.by("chen"), house=world.house)
    monkeypatch.undo()
    assert not list((world.house.data / "imports").glob("*"))
    assert world.house.staging.path(upload).is_file()
