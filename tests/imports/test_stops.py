"""What goes wrong while files are taken in: a stop at any step, a hostile file, a person gone (I-1)."""

from __future__ import annotations

import shutil
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from docctl.domain.imports import Choice, RunState
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.cite_texts import cite_texts
from docctl.jobs.deliveries import deliver
from docctl.jobs.imports import work
from docctl.jobs.imports.folders import clear_ended
from docctl.jobs.imports.watch import TAKEN, take_watched
from docctl.jobs.imports.work import receive, step, work_imports
from docctl.models.citations import Citation
from docctl.models.imports import ImportFile
from docctl.models.organisation import Person, RoleGrant
from docctl.reading.sources import Source, folder_files, packed_files
from docctl.services.imports.change import (
    ChangeImport,
    UndoImportChange,
    change_import,
    undo_import_change,
)
from docctl.services.imports.commit import CancelImport, CommitImport, cancel_import, commit_import
from docctl.services.imports.folder import RunFolder
from docctl.services.imports.note import NoteComparison, note_comparison
from docctl.services.imports.split import SplitFile, split_file
from docctl.services.imports.start import StartImport, start_import
from tests.imports.making import Run, _type, _unit, text_of, write
from tests.imports.test_watch import rest, the_runs, watched
from tests.services.test_guards import EPOCH
from tests.world import World

WHOLE = {"number": "JL-QP-07", "label": "B/1", "effective": "2021-05-01"}


def started(world: World) -> Run:
    cmd = StartImport("旧文件", "folder", _unit(world, "PZ"), _type(world))
    return Run(world, start_import(cmd, by=world.by("chen"), house=world.house))


def changed(world: World, row: Any, **values: Any) -> None:
    def change(session: Any) -> None:
        found = session.get_one(type(row), row.id)
        for name, value in values.items():
            setattr(found, name, value)

    world.house.uow.write(change)


def ended(run: Run) -> dict[str, ImportFile]:
    for _ in range(20):
        if run.row.state is RunState.DONE:
            break
        work_imports(run.world.house)
    assert run.row.state is RunState.DONE
    return run.files()


def lines(rows: dict[str, ImportFile]) -> dict[str, tuple[str, str]]:
    return {path: (row.outcome, f"{row.rule}.{row.code}".strip(".")) for path, row in rows.items()}


def test_i_1_a_worker_of_the_host_does_not_end_what_a_command_still_brings(
    world: World, folder: Path
) -> None:
    for number in range(1, 61):
        (folder / f"{number:03}.txt").touch()
    run = started(world)

    def sources() -> Iterator[Source]:
        for source in folder_files(folder):
            yield source
            if source.path == "055.txt":  # the first batch has been noted
                work_imports(world.house)

    receive(world.house, run.id, sources())
    assert len(run.files()) == 60
    assert run.row.state is RunState.READING


def test_i_1_a_run_whose_files_nobody_brings_any_more_is_given_up(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = started(world)
    receive(world.house, run.id, folder_files(folder), is_last=False)  # and then it died
    world.clock.forward(minutes=10)
    work_imports(world.house)
    assert run.row.state is RunState.RECEIVING
    world.clock.forward(seconds=1)
    with RunFolder.of(world.house.data, run.id).alone():
        work_imports(world.house)
        assert run.row.state is RunState.RECEIVING
    work_imports(world.house)
    assert run.row.state is RunState.CANCELLED


def test_i_1_after_a_stop_no_file_of_one_path_is_left_out(world: World, folder: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            archive.writestr("a.txt", text_of(f"程序{number}"))

    def sources() -> Iterator[Source]:
        for number in (1, 2):
            yield from packed_files(tmp_path / f"{number}.zip", f"{number}.zip")

    run = started(world)
    receive(world.house, run.id, [next(sources())], is_last=False)  # and then it stopped
    receive(world.house, run.id, sources())
    with world.house.uow.read() as session:
        found = session.execute(select(ImportFile.path, ImportFile.sha256)).all()
    assert [one.path for one in found] == ["a.txt", "a.txt"]
    assert len({one.sha256 for one in found}) == 2


def test_i_1_a_damaged_entry_of_an_archive_has_its_line(world: World, tmp_path: Path) -> None:
    packed = tmp_path / "z.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bad.txt", bytes(range(256)) * 40)
        archive.writestr("good.txt", text_of("程序", **WHOLE))
    raw = bytearray(packed.read_bytes())
    raw[37:57] = b"\xff" * 20
    packed.write_bytes(raw)
    run = started(world)
    receive(world.house, run.id, packed_files(packed, "z.zip"))
    assert lines(run.files()) == {"bad.txt": ("skipped", "I-1.file_unreadable"), "good.txt": ("", "")}


def test_i_1_a_name_with_characters_that_no_table_holds(tmp_path: Path) -> None:
    packed = tmp_path / "z.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("aXb.txt", "x")
    packed.write_bytes(packed.read_bytes().replace(b"aXb", b"a\0b"))
    assert [one.path for one in packed_files(packed, "z.zip")] == ["a\ufffdb.txt"]


def test_i_1_a_full_disk_is_no_fault_of_the_file(world: World, folder: Path) -> None:
    write(folder, "a.txt", "x")
    run = started(world)

    def sources() -> Iterator[Source]:
        shutil.rmtree(RunFolder.of(world.house.data, run.id).path)
        yield from folder_files(folder)

    with pytest.raises(RuleRefused) as error:
        receive(world.house, run.id, sources())
    assert error.value.refused.key == "request.disk_full"
    assert not run.files()
    receive(world.house, run.id, folder_files(folder))
    assert list(run.files()) == ["a.txt"]


def test_i_1_a_run_that_cannot_go_on_blocks_no_other(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    first = Run.of(world, folder).read()
    commit_import(CommitImport(first.id), by=world.by("chen"), house=world.house)
    copies = RunFolder.of(world.house.data, first.id).path
    shutil.rmtree(copies)
    copies.write_text("no folder")
    second = Run.of(world, folder)
    while work_imports(world.house):
        pass
    assert first.row.state is RunState.IMPORTING
    assert second.row.state is RunState.CHECKING


@pytest.mark.parametrize("when", [RunState.READING, RunState.IMPORTING])
def test_i_1_a_copy_that_is_gone_has_its_line(world: World, folder: Path, when: RunState) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    write(folder, "b.txt", text_of("来访接待办法", number="JL-QP-08", label="A/0", effective="2021-05-01"))
    run = Run.of(world, folder)
    if when is RunState.IMPORTING:
        run.read()
    RunFolder.of(world.house.data, run.id).file(run.files()["a.txt"].id).unlink()
    assert lines(run.read().imported()) == {
        "a.txt": ("failed", "upload.copy_gone"),
        "b.txt": ("in_force", ""),
    }


def test_i_1_a_fault_of_ours_is_one_file_s_line(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    write(folder, "b.txt", text_of("来访接待办法", number="JL-QP-08", label="A/0", effective="2021-05-01"))
    run = Run.of(world, folder).read()
    run.keep("a.txt", facts={**run.content("a.txt").facts, "citations": [{"times": "many"}]})
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    assert lines(ended(run)) == {"a.txt": ("failed", "I-1.fault"), "b.txt": ("in_force", "")}


def test_i_1_who_ordered_the_import_and_was_disabled_imports_nothing(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        chen = session.get_one(Person, world.people["chen"])
    changed(world, chen, disabled_at=world.clock())
    assert lines(ended(run)) == {"a.txt": ("failed", "X-1.not_permitted")}


def _quoted(person: uuid.UUID) -> str:
    return f"'{person.hex}'"


def test_t_2_an_import_waits_while_a_restored_state_is_not_accepted(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    world.house.uow.write(
        lambda session: session.execute(text(EPOCH.format(first=_quoted(world.people["zhao"]))))
    )
    work_imports(world.house)
    assert run.row.state is RunState.IMPORTING
    assert lines(run.files()) == {"a.txt": ("", "")}


def test_x_3_nothing_is_brought_into_a_document_of_another_unit(world: World, folder: Path) -> None:
    draft = world.draft()
    other = world.document_of(draft)
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))

    def only_of(session: Any) -> None:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.person_id == world.people["chen"])):
            grant.unit_id = world.units["KF"]

    assert other.unit_id != world.units["KF"]
    run = Run.of(world, folder, unit="KF").read()
    world.house.uow.write(only_of)
    chosen = run.content("a.txt").chosen
    run.keep("a.txt", chosen={**chosen, "document_id": str(other.id), "unit_id": str(world.units["KF"])})
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    assert lines(ended(run)) == {"a.txt": ("failed", "X-1.not_permitted")}
    assert world.document_of(draft).title == other.title


def test_r_7_copies_of_a_run_that_was_given_up_go(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    copies = RunFolder.of(world.house.data, run.id).path
    assert not clear_ended(world.house)
    assert copies.is_dir()
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    work_imports(world.house)
    assert not copies.exists()


def test_r_7_a_folder_that_never_got_its_run_goes_after_a_day(world: World) -> None:
    import os
    import time

    lost = RunFolder.of(world.house.data, uuid.uuid4())
    lost.make()
    assert not clear_ended(world.house)
    os.utime(lost.path, (time.time() - 86_401,) * 2)
    assert clear_ended(world.house) == 1
    assert not lost.path.exists()


def test_i_1_a_broken_archive_in_the_watched_folder_has_its_line_once(world: World, folder: Path) -> None:
    (folder / "z.zip").write_bytes(b"PK no zip")
    (folder / "loop").symlink_to(folder)
    rest(folder)
    assert take_watched(world.house, watched(folder))
    rest(folder)
    assert not take_watched(world.house, watched(folder))
    (run,) = the_runs(world)
    assert lines(Run(world, run.id).files()) == {
        "loop": ("skipped", "I-1.link"),
        "z.zip": ("skipped", "I-1.archive_unreadable"),
    }


def test_i_1_what_cannot_be_moved_aside_starts_no_run(world: World, folder: Path) -> None:
    write(folder, "a.txt", "x")
    (folder / TAKEN).write_text("in the way")
    rest(folder)
    with pytest.raises(OSError, match=TAKEN):
        take_watched(world.house, watched(folder))
    assert not the_runs(world)


@pytest.mark.parametrize("is_started", [False, True])
def test_i_1_a_watched_folder_is_gone_on_with_after_a_stop(
    world: World, folder: Path, *, is_started: bool
) -> None:
    run_id = uuid.uuid4()
    write(folder, f"{TAKEN}/2026-03-02-{run_id}.part/a.txt", text_of("程序", **WHOLE))
    if is_started:
        cmd = StartImport("x", "watched", _unit(world, "PZ"), _type(world), item_id=run_id)
        start_import(cmd, by=world.by("chen"), house=world.house)
    take_watched(world.house, watched(folder))
    (run,) = the_runs(world)
    assert (run.id, run.state, run.total) == (run_id, RunState.READING, 1)
    assert [one.name for one in (folder / TAKEN).iterdir()] == [f"2026-03-02-{run_id}"]


def test_i_1_a_file_of_a_day_to_come_does_not_keep_the_others_waiting(world: World, folder: Path) -> None:
    import os
    import time

    write(folder, "a.txt", "x")
    rest(folder)
    os.utime(folder / "a.txt", (time.time() + 86_400,) * 2)
    assert take_watched(world.house, watched(folder))


def test_i_3_a_piece_keeps_its_own_citations_when_the_whole_file_is_read(world: World, folder: Path) -> None:
    first = text_of("采购控制程序", number="JL-QP-09", label="A/0", effective="2020-01-01")
    second = text_of("仓储控制程序", number="JL-QP-10", label="A/0", effective="2020-01-01", body="1 目的 无")
    write(folder, "two.txt", f"{first}\n\n{second}")
    run = Run.of(world, folder).read()
    whole = run.files()["two.txt"]
    with pytest.raises(RuleRefused) as error:
        split_file(SplitFile(run.id, whole.id, []), by=world.by("chen"), house=world.house)
    assert error.value.refused.key == "I-3.no_piece"
    assert run.files()["two.txt"].choice is Choice.IMPORT
    place = len(first) + 2
    pieces = [("采购控制程序", 0, place), ("仓储控制程序", place, len(run.content("two.txt").text))]
    split_file(SplitFile(run.id, whole.id, pieces), by=world.by("chen"), house=world.house)
    piece = run.imported()["two.txt #2"]

    def cited() -> list[str]:
        with world.house.uow.read() as session:
            query = select(Citation.name).where(Citation.revision_id == piece.revision_id)
            return list(session.scalars(query))

    before = cited()
    assert "文件控制程序" not in before
    while deliver(world.house):
        pass
    assert cite_texts(world.house)
    while cite_texts(world.house):
        pass
    assert cited() == before


def test_i_1_undoing_leaves_what_somebody_else_has_changed_since(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    row = run.files()["a.txt"]
    house = world.house
    change = ChangeImport(run.id, [row.id], {"title": "甲", "label": "C/0"}, is_checked=True)
    change_import(change, by=world.by("chen"), house=house)
    run.keep("a.txt", chosen={**run.content("a.txt").chosen, "title": "乙"})  # by somebody else
    undo_import_change(UndoImportChange(run.id), by=world.by("chen"), house=house)
    found = run.content("a.txt").chosen
    assert (found["title"], found["label"], run.files()["a.txt"].checked_at) == ("乙", "B/1", None)


def test_i_1_a_choice_that_is_none_is_refused(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    with pytest.raises(RuleRefused) as error:
        change_import(
            ChangeImport(run.id, [run.files()["a.txt"].id], choice="x"),
            by=world.by("chen"),
            house=world.house,
        )
    assert error.value.refused.key == "I-1.field_unknown"


def test_i_1_many_files_are_compared_without_their_texts(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder)
    seen: list[str] = []
    from sqlalchemy import event

    @event.listens_for(world.house.uow.engine, "before_cursor_execute")
    def _note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    step(world.house, run.id, RunState.READING)
    seen.clear()
    step(world.house, run.id, RunState.READING)
    assert run.row.state is RunState.CHECKING
    assert seen
    assert not [one for one in seen[:-1] if "import_file.sealed_text" in one]


def test_i_1_a_file_is_changed_as_it_was_shown_or_not_at_all(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    by, house = world.by("chen"), world.house
    shown = run.files()["a.txt"]
    seen = ChangeImport(run.id, [shown.id], {"title": "甲"}, row_version=shown.row_version)
    assert change_import(seen, by=by, house=house) == 1
    with pytest.raises(RuleRefused) as error:
        change_import(replace(seen, values={"title": "乙"}), by=by, house=house)
    assert error.value.refused.key == "I-1.changed_by_other"
    assert error.value.refused.params == {"name": "陈静"}
    assert run.content("a.txt").chosen["title"] == "甲"
    now = run.files()["a.txt"].row_version
    assert change_import(replace(seen, row_version=now), by=by, house=house) == 0
    assert run.files()["a.txt"].row_version == now  # what stays as it is disturbs nobody
    assert change_import(replace(seen, values={"title": "乙"}, row_version=None), by=by, house=house) == 1


def test_i_1_what_changed_without_anybody_is_told_without_a_name(world: World, folder: Path) -> None:
    write(folder, "a.txt", text_of("程序", **WHOLE))
    run = Run.of(world, folder).read()
    shown = run.files()["a.txt"]
    run.keep("a.txt", chosen={"title": "别的"})
    with pytest.raises(RuleRefused) as error:
        change_import(
            ChangeImport(run.id, [shown.id], {"title": "甲"}, row_version=shown.row_version),
            by=world.by("chen"),
            house=world.house,
        )
    assert error.value.refused.key == "request.changed_meanwhile"


def test_i_4_comparing_goes_on_after_a_stop_between_its_pieces(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        write(folder, f"{name}.txt", text_of("程序", **WHOLE) + name)
    run = Run.of(world, folder)
    monkeypatch.setattr(work, "COMPARED", 1)
    noted: list[object] = []

    def stops(cmd: NoteComparison, **more: Any) -> int:
        noted.append(cmd)
        if len(noted) == 2:
            raise RuleRefused(Refused("database", "unavailable"))
        return note_comparison(cmd, **more)

    monkeypatch.setattr(work, "note_comparison", stops)
    step(world.house, run.id, RunState.READING)
    with pytest.raises(RuleRefused):
        step(world.house, run.id, RunState.READING)
    assert run.row.state is RunState.READING
    step(world.house, run.id, RunState.READING)
    assert run.row.state is RunState.CHECKING
    assert len(noted) == 5
    assert all(
        {one["code"] for one in run.content(path).notes} & {"history", "same_day", "label_twice"}
        for path in ("a.txt", "b.txt", "c.txt")
    )
