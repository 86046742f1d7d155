"""What was read for an import: sealed with the run's key, gone with its end (R-7, I-1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, inspect, select
from sqlalchemy.orm import Session

from docctl.domain.imports import RunState
from docctl.domain.lifecycle import ListStatus
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.imports.run_keys import destroy_ended_keys, seal_plain_runs
from docctl.jobs.imports.work import work_imports
from docctl.models.base import table_of
from docctl.models.imports import ImportChange, ImportFile, ImportRun
from docctl.models.trail import EventRow
from docctl.queries.imports import report
from docctl.services.content.texts import INFO, Texts
from docctl.services.imports.change import ChangeImport, UndoImportChange, change_import, undo_import_change
from docctl.services.imports.commit import CancelImport, CommitImport, cancel_import, commit_import
from docctl.services.imports.contents import NAMES, PLAIN, Content, Contents
from docctl.services.imports.split import SplitFile, split_file
from docctl.services.keys.backup import back_up
from docctl.services.keys.restore import restore
from docctl.services.objects.sweep import sweep
from storage.errors import KeyDestroyed
from tests.imports.making import Run, text_of, write
from tests.lists import MARKER, finish, list_row, proposed_list
from tests.world import World

WHOLE = {"number": "JL-QP-07", "label": "B/1", "effective": "2021-05-01", "issued": "2021-04-20"}
SECRET = "上盖侧边划伤七处"
#: What stands in the file: its body, its title, who signed, what it cites.
READ = (SECRET, "记录控制程序", "沈立新", "发放登记表")


@pytest.fixture
def secret(folder: Path) -> Path:
    """Put files of every outcome into the folder, all with the same words in them."""
    body = (
        "1 目的\n规范{title}的要求。" + f"{SECRET}，使各部门按同一办法工作。\n" + "2 记录\n《发放登记表》\n"
    )
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE, body=body))
    write(folder, "copy.txt", text_of("记录控制程序", **WHOLE, body=body))
    draft = {"number": "JL-QP-08", "label": "A/0"}
    write(folder, "draft.txt", text_of("记录控制程序补充", **draft, body=body))
    write(folder, "left.txt", text_of("记录控制程序旧稿", number="JL-QP-09", body=body))
    return folder


def rows_of(world: World) -> str:
    """Return everything that stands in the import tables, as one text; what is sealed as it lies there."""
    with world.house.uow.read() as session:
        found = [
            [*row]
            for kind in (ImportRun, ImportFile, ImportChange)
            for row in session.execute(select(table_of(kind)))
        ]

    def shown(one: object) -> str:
        return one.decode("latin-1") if isinstance(one, bytes) else str(one)

    return json.dumps(found, default=shown, ensure_ascii=False)


def files_of_the_database(world: World) -> bytes:
    return b"".join(one.read_bytes() for one in world.house.data.glob("docctl.db*"))


def sealed_columns(world: World) -> Iterator[tuple[str, bytes]]:
    with world.house.uow.read() as session:
        for kind in (ImportFile, ImportChange):
            for row in session.scalars(select(kind)):
                for column in inspect(kind).columns:
                    value = getattr(row, column.key)
                    if isinstance(column.type, LargeBinary) and value is not None:
                        yield column.key, value


def changed_and_left(run: Run) -> None:
    files = run.files()
    by, house = run.world.by("chen"), run.world.house
    change_import(ChangeImport(run.id, [files["a.txt"].id], {"title": "记录控制程序"}), by=by, house=house)
    change_import(ChangeImport(run.id, [files["draft.txt"].id], {"title": "沈立新"}), by=by, house=house)
    change_import(ChangeImport(run.id, [files["left.txt"].id], choice="leave_out"), by=by, house=house)


def test_r_7_nothing_that_was_read_lies_plain_while_the_run_is_open(world: World, secret: Path) -> None:
    run = Run.of(world, secret).read()
    changed_and_left(run)
    assert SECRET in run.content("a.txt").text
    assert run.content("a.txt").chosen["number"] == "JL-QP-07"
    found = rows_of(world)
    assert "draft.txt" in found  # the path is the line of the report
    assert not [one for one in (*READ, "JL-QP-07") if one in found]
    columns = list(sealed_columns(world))
    assert {name for name, _ in columns} == {"sealed_changes", *(f"sealed_{name}" for name in NAMES)}
    assert not [name for name, value in columns if value.startswith(PLAIN)]
    assert run.row.is_plain is False


@pytest.mark.sqlite_only
def test_r_7_no_byte_of_it_is_in_the_files_of_the_database(world: World, secret: Path) -> None:
    def stored() -> set[str]:
        found = files_of_the_database(world)
        return {one for one in READ if one.encode() in found or json.dumps(one)[1:-1].encode() in found}

    before = stored()  # the company has a name or two of them in its lists
    run = Run.of(world, secret).read()
    changed_and_left(run)
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    assert stored() == before
    assert SECRET not in before


def test_r_7_at_its_end_a_run_has_its_lines_and_nothing_else(world: World, secret: Path) -> None:
    run = Run.of(world, secret).read()
    changed_and_left(run)
    done = run.imported()
    assert {path: one.outcome for path, one in done.items()} == {
        "a.txt": "in_force",
        "copy.txt": "duplicate",
        "draft.txt": "new",
        "left.txt": "skipped",
    }
    assert not list(sealed_columns(world))
    found = rows_of(world)
    assert not [one for one in READ if one in found]
    assert [one.number for one in done.values()] == ["JL-QP-07", "", "JL-QP-08", ""]
    assert {one.series for one in done.values()} <= {"", *(str(one.id) for one in done.values())}


def test_i_1_the_report_says_after_the_end_what_the_revisions_say(world: World, secret: Path) -> None:
    run = Run.of(world, secret).read()
    changed_and_left(run)

    def told() -> dict[str, dict[str, Any]]:
        with world.house.uow.read() as session:
            return {
                one.path: one.as_json("")
                for one in report(session, world.by("chen").actor, run.id, at=world.clock())
            }

    before = told()
    run.imported()
    after = told()
    same = ("number", "title", "revision", "effective", "issued", "signers", "controlled", "cites", "forms")
    for path in ("a.txt", "draft.txt"):
        for name in same:
            expected = "A/0" if (path, name) == ("draft.txt", "revision") else before[path][name]
            assert after[path][name] == expected, (path, name)
    assert before["left.txt"]["title"] == "记录控制程序旧稿"
    left = {name: value for name, value in after["left.txt"].items() if value}
    assert left == {"path": "left.txt", "status": "skipped", "rule": "I-1", "code": "left_out"}


def test_x_3_of_an_imported_file_the_report_says_what_its_reader_may_see(world: World, secret: Path) -> None:
    run = Run.of(world, secret).read()
    changed_and_left(run)
    run.imported()

    def titles(who: str) -> dict[str, tuple[str, str]]:
        with world.house.uow.read() as session:
            lines = report(session, world.by(who).actor, run.id, at=world.clock())
            return {one.path: (one.chosen.get("number", ""), one.chosen.get("title", "")) for one in lines}

    ours, theirs = titles("chen"), titles("wang")
    assert ours["a.txt"] == theirs["a.txt"]  # in force, read by all
    assert ours["a.txt"][1]
    assert ours["draft.txt"][1]
    assert theirs["draft.txt"] == (ours["draft.txt"][0], "")  # a number is not secret


@pytest.mark.parametrize("how", ["imported", "cancelled"])
def test_r_7_the_key_is_destroyed_after_the_end_and_not_before(world: World, secret: Path, how: str) -> None:
    run = Run.of(world, secret).read()
    kept = run.files()["a.txt"]
    keys = world.house.keys
    assert keys is not None
    assert destroy_ended_keys(world.house) == 0
    assert keys.get(run.id)
    if how == "imported":
        commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    else:
        cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    while run.row.key_destroyed_at is None:
        work_imports(world.house)
    with pytest.raises(KeyDestroyed):
        keys.get(run.id)
    assert destroy_ended_keys(world.house) == 0
    with world.house.uow.read() as session:  # as from a backup of the database
        contents = Contents(session, run.id)
        assert contents.shown(kept, *NAMES) == Content()
        with pytest.raises(RuleRefused) as error:
            contents.read(kept, "text")
        told = session.scalars(select(EventRow.facts).where(EventRow.action == "import.key_destroyed")).one()
    assert error.value.refused.key == "I-1.reading_gone"
    assert json.loads(told)["looked_at"]


def test_r_7_without_its_key_nothing_is_changed_split_or_imported(world: World, secret: Path) -> None:
    run = Run.of(world, secret).read()
    file = run.files()["a.txt"]
    by, house = world.by("chen"), world.house
    change = ChangeImport(run.id, [file.id], {"title": "新"})
    change_import(change, by=by, house=house)
    assert house.keys is not None
    house.keys.destroy([run.id])  # a restored database is older than its key store
    for act in (
        lambda: change_import(change, by=by, house=house),
        lambda: split_file(SplitFile(run.id, file.id, [("x", 0, 40)]), by=by, house=house),
    ):
        with pytest.raises(RuleRefused) as error:
            act()
        assert error.value.refused.key == "I-1.reading_gone"
    with pytest.raises(RuleRefused) as error:
        undo_import_change(UndoImportChange(run.id), by=by, house=house)
    assert error.value.refused.key == "I-1.nothing_to_undo"
    with pytest.raises(RuleRefused) as error:
        commit_import(CommitImport(run.id), by=by, house=house)
    assert error.value.refused.key == "I-1.reading_gone"
    cancel_import(CancelImport(run.id), by=by, house=house)
    assert run.row.state is RunState.CANCELLED


def test_r_7_a_key_that_is_lost_during_the_import_fails_the_files_and_ends_the_run(
    world: World, secret: Path
) -> None:
    run = Run.of(world, secret).read()
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    assert world.house.keys is not None
    world.house.keys.destroy([run.id])
    while run.row.state is RunState.IMPORTING:
        work_imports(world.house)
    left = ("skipped", "left_out")  # why was among what is gone
    assert {(one.outcome, one.code) for one in run.files().values()} == {("failed", "reading_gone"), left}


def test_r_7_the_key_of_an_open_run_is_swept_by_nobody(world: World, secret: Path) -> None:
    run = Run.of(world, secret).read()
    world.clock.now += timedelta(days=2)
    assert sweep(world.house, by=world.system()).keys == 0
    assert SECRET in run.content("a.txt").text


def test_r_7_a_backup_of_the_keys_brings_no_key_of_an_ended_run_back(
    world: World, secret: Path, tmp_path: Path
) -> None:
    run = Run.of(world, secret).read()
    back_up(tmp_path / "keys", by=world.system(), house=world.house)
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    assert destroy_ended_keys(world.house) == 1
    restore(tmp_path / "keys", by=world.system(), house=world.house)
    assert world.house.keys is not None
    assert run.id in set(world.house.keys.tombstones())


def test_r_7_after_the_disposal_of_a_record_no_copy_of_its_text_is_in_the_import_tables(
    world: World, folder: Path
) -> None:
    words = f"{MARKER} 0 第 0 件：上盖侧边划伤，已换上盖，经检验合格后发出，责任部门为生产部。"
    write(folder, "record.txt", words)
    write(folder, "a.txt", text_of("记录控制程序", **WHOLE))
    run = Run.of(world, folder).read()
    leave = ChangeImport(run.id, [run.files()["record.txt"].id], choice="leave_out")
    change_import(leave, by=world.by("chen"), house=world.house)
    assert run.content("record.txt").text == words
    run.imported()
    list_id, _records = proposed_list(world, items=1)
    finish(world, list_id)
    assert list_row(world, list_id).status is ListStatus.EXECUTED
    found = rows_of(world)
    assert MARKER not in found
    assert "record.txt" in found
    assert not list(sealed_columns(world))


def test_i_1_a_cancelled_run_has_a_line_for_each_file(world: World, secret: Path) -> None:
    (secret / "broken.docx").write_bytes(b"PK\x03\x04 nothing behind it")
    (secret / "empty.txt").touch()
    run = Run.of(world, secret).read()
    cancel_import(CancelImport(run.id), by=world.by("chen"), house=world.house)
    lines = {path: (one.state.value, one.outcome, one.code) for path, one in run.files().items()}
    assert lines["a.txt"] == lines["left.txt"] == ("done", "skipped", "run_cancelled")
    assert lines["empty.txt"] == ("done", "skipped", "empty")
    assert lines["broken.docx"][:2] == ("done", "failed")
    assert lines["broken.docx"][2] not in {"", "run_cancelled"}


def test_r_7_where_there_is_no_key_store_it_lies_plain_and_goes_all_the_same(
    world: World, secret: Path
) -> None:
    carried = world.house.uow.carried
    sealing = carried[INFO]
    carried[INFO] = Texts(None)
    try:
        run = Run.of(world, secret).read()
        assert run.row.is_plain
        assert {value[:1] for _, value in sealed_columns(world)} == {PLAIN}
        assert SECRET in run.content("a.txt").text
    finally:
        carried[INFO] = sealing
    assert SECRET in run.content("a.txt").text  # a key store came
    assert seal_plain_runs(world.house)
    while seal_plain_runs(world.house):
        pass
    assert run.row.is_plain is False
    assert not [name for name, value in sealed_columns(world) if value.startswith(PLAIN)]
    assert SECRET in run.content("a.txt").text
    run.imported()
    assert run.row.state is RunState.DONE
    assert not list(sealed_columns(world))


def test_r_7_nothing_sealed_opens_in_another_place(world: World, secret: Path) -> None:
    run = Run.of(world, secret).read()
    files = run.files()

    def exchanged(session: Session) -> None:
        one, other = (session.get_one(ImportFile, files[name].id) for name in ("a.txt", "left.txt"))
        one.sealed_chosen, other.sealed_chosen = other.sealed_chosen, one.sealed_chosen

    world.house.uow.write(exchanged)
    with pytest.raises(RuleRefused) as error:
        run.content("a.txt")
    assert error.value.refused.key == "I-1.reading_gone"
