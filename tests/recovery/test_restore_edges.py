"""Backup and restore where something goes wrong beside them: damage, crashes, destruction meanwhile."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.domain.verdicts import RuleRefused
from docctl.jobs import destructions
from docctl.jobs.backup import make, restore
from docctl.jobs.backup.make import back_up
from docctl.jobs.backup.manifest import read_manifest
from docctl.jobs.deliveries import unfinished
from docctl.jobs.sealer import keep_head
from docctl.jobs.wait import settle
from docctl.models.documents import DocumentType
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.records import Record
from docctl.models.work import Lease
from docctl.services.backup import last_backup_at
from docctl.services.disposal.decide import RejectDisposal, TakeOut, reject_disposal, take_out
from docctl.services.disposal.destroy import StopItem, stop_item
from docctl.services.disposal.start import StartItems, start_items
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from tests import filing
from tests.cli.terminal import Terminal
from tests.lists import approved_list, certificate, finish, list_row, proposed_list, witnessed_list
from tests.recovery.recovering import Recovery, accept
from tests.world import World

pytestmark = pytest.mark.sqlite_only


def test_t_3_a_backup_made_while_a_record_is_destroyed_is_whole(
    world: World, place: Path, recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state names the file, the live system destroys it: that is no fault of the backup."""
    list_id, _ = witnessed_list(world)
    take = make._take_objects

    def later(*args: object) -> object:
        settle(world.house)
        return take(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(make, "_take_objects", later)
    made = back_up(place, by=world.system(), house=world.house)
    assert list_row(world, list_id).status.value == "executed"
    assert made.problems == ()
    world.house.close()
    code, found, _ = recovery.run("restore", place, "--check", "--every-file")
    assert (code, found["problems"]) == (0, [])
    assert found["notes"] == [{"code": "gone_meanwhile", "n": 2}]
    assert found["would_lose"]["destroyed"] == 2
    done = recovery.ok("restore", place, "--over", "SLJM")
    assert (done["destroyed_again"], done["missing"]) == (2, 0)


def test_t_2_a_rehearsal_counts_what_was_destroyed_after_the_backup_alone(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    witnessed_list(world)
    settle(world.house)
    terminal.ok("backup", place)
    found = recovery.ok("restore", place, "--check")
    assert found["would_lose"]["destroyed"] == 0


def test_t_3_a_file_that_was_lost_before_the_backup_does_not_keep_the_others_from_coming_back(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    form = filing.a_form(world)
    lost, kept = filing.filed(world, form), filing.filed(world, form)
    folder = world.house.objects_folder
    assert folder is not None
    for one in (folder / "records" / "record" / str(lost)).iterdir():
        one.unlink()
    assert terminal.run("backup", place).exit_code == 1
    world.house.close()
    done = recovery.ok("restore", place, "--over", "SLJM")
    assert done["missing"] == 1
    with recovery.reopened() as again:
        assert filing.row(again, kept).status is RecordStatus.COMPLETED


def test_t_3_a_backup_that_failed_leaves_no_copy_of_the_database_for_good(
    world: World, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(place, by=world.system(), house=world.house)
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError("no space left on device")

        patch.setattr(make, "_take_objects", full)
        for _ in range(3):
            with pytest.raises(OSError, match="no space"):
                back_up(place, by=world.system(), house=world.house)
    assert len(list((place / "runs").iterdir())) <= 2  # the one that the manifest names, and the last


def test_n_1_a_reserved_number_that_was_used_in_what_was_lost_is_not_given_again(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    with world.house.uow.read() as session:
        kind = session.scalars(select(DocumentType.id).where(DocumentType.code == "procedure")).one()
    number, open_ = (
        reserve_number(ReserveNumber(kind, "留号"), by=world.by("chen"), house=world.house) for _ in range(2)
    )
    terminal.ok("backup", place)
    world.clock.forward(days=3)
    world.draft("用了留号的程序", number=number)
    world.house.close()
    recovery.ok("restore", place, "--over", "SLJM")
    with recovery.reopened() as again, again.house.uow.read() as session:
        states = dict(session.execute(select(NumberEntry.shown, NumberEntry.state)).all())
    assert states[number] is NumberState.VOIDED
    assert states[open_] is NumberState.RESERVED


def test_t_2_a_restored_state_that_was_left_behind_is_not_taken_for_another_backup(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.ok("keys", "backup", place.with_name("keys"))
    terminal.ok("backup", place)
    with monkeypatch.context() as patch:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(restore, "_swapped", killed)
        code, *_ = recovery.run("restore", place, "--over", "SLJM")
        assert code
    filed = filing.filed(world, filing.a_form(world))  # nobody went on with the restore
    terminal.ok("keys", "backup", place.with_name("keys"))
    terminal.ok("backup", place)
    world.house.close()
    shutil.rmtree(recovery.settings.data)
    again = ("restore", place, "--keys", place.with_name("keys"))
    assert recovery.refused(*again) == "restore.other_unfinished"
    shutil.rmtree(recovery.settings.data.with_name("data.restoring"))
    recovery.ok(*again)
    with recovery.reopened() as opened:
        assert filing.row(opened, filed).status is RecordStatus.COMPLETED


@pytest.mark.parametrize(("ahead", "refused"), [(timedelta(seconds=20), True), (timedelta(days=9), False)])
def test_t_2_a_worker_that_works_stops_a_restore_and_a_lease_of_a_wrong_clock_does_not(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, ahead: timedelta, refused: bool
) -> None:
    terminal.ok("backup", place)
    lease = Lease(name="worker", holder="somebody", until=world.clock() + ahead)
    world.house.uow.write(lambda session: session.add(lease))
    world.house.close()
    command = ("restore", place, "--over", "SLJM")
    if refused:
        assert recovery.refused(*command) == "restore.running"
    else:
        recovery.ok(*command)


@pytest.mark.parametrize("stage", ["proposed", "approved", "executing", "stopped"])
def test_r_7_a_list_of_the_restored_state_comes_to_its_end_though_its_records_are_destroyed_again(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, stage: str
) -> None:
    make_list = {"proposed": proposed_list, "approved": approved_list}.get(stage, witnessed_list)
    list_id, _ = make_list(world)
    if stage == "stopped":  # the store refused one of them
        (item, *_) = start_items(StartItems(list_id, world.clock(), 2), by=world.system(), house=world.house)
        stop_item(StopItem(list_id, item, "RetentionActive"), by=world.system(), house=world.house)
    terminal.ok("backup", place)
    finish(world, list_id)
    assert list_row(world, list_id).status.value == "executed"
    world.house.close()
    assert recovery.ok("restore", place, "--over", "SLJM")["destroyed_again"] in {1, 2}
    with recovery.reopened() as again:
        accept(again, "zhao", "zhou")
        finish(again, list_id)
        assert list_row(again, list_id).status is ListStatus.EXECUTED
        assert unfinished(again.house) == []
        said = certificate(again.house, list_id)
        assert "恢复旧状态之前已经销毁" in said
        assert "未销毁" not in said  # they are gone, whoever destroyed them


def test_r_6_what_was_destroyed_before_a_restore_leaves_lists_that_are_changed_or_refused(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    list_id, records = proposed_list(world)
    terminal.ok("backup", place)
    finish(world, list_id)
    world.house.close()
    recovery.ok("restore", place, "--over", "SLJM")
    with recovery.reopened() as again:
        accept(again, "zhao", "zhou")
        later = TakeOut(list_id, records[0], "延长", again.clock().date() + timedelta(days=900))
        with pytest.raises(RuleRefused, match=r"R-6\.destroyed_before"):
            take_out(later, by=again.by("zhou"), house=again.house)
        take_out(TakeOut(list_id, records[0], "已经没有"), by=again.by("zhou"), house=again.house)
        refuse = RejectDisposal(list_id, list_row(again, list_id).row_version, "没有必要")
        reject_disposal(refuse, by=again.by("zhao"), house=again.house)
        assert list_row(again, list_id).status is ListStatus.REJECTED
        with again.house.uow.read() as session:
            states = set(session.scalars(select(Record.status).where(Record.id.in_(records))))
        assert states == {RecordStatus.DESTROYED}


def test_t_3_nothing_is_acknowledged_by_a_system_that_is_being_replaced(
    terminal: Terminal, world: World, place: Path, recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that nobody stopped would write what nobody is told of as lost."""
    terminal.ok("backup", place)
    world.house.close()
    path = recovery.settings.data / "docctl.db"

    def writes() -> bool:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as raw:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            raw.execute("ROLLBACK")
            return True

    seen = []
    begin_epoch = restore.begin_epoch

    def during(*args: Any) -> object:
        seen.append(writes())
        return begin_epoch(*args)

    assert writes()
    with monkeypatch.context() as patch:
        patch.setattr(restore, "begin_epoch", during)
        recovery.ok("restore", place, "--over", "SLJM")
    assert seen == [False]
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        assert recovery.refused("restore", place, "--over", "SLJM") == "restore.running"


def test_t_1_a_restored_system_knows_the_backup_that_it_came_from(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    """The event of its making is behind the state that it holds: *never backed up* would not be true."""
    terminal.ok("backup", place)
    world.house.close()
    recovery.ok("restore", place, "--over", "SLJM")
    with recovery.reopened() as again, again.house.uow.read() as session:
        assert last_backup_at(session) == read_manifest(place).made_at


def test_n_1_documents_that_only_the_store_knows_took_numbers_too(
    terminal: Terminal, world: World, place: Path, recovery: Recovery
) -> None:
    terminal.ok("keys", "backup", place.with_name("keys"))
    keep_head(world.house)
    terminal.ok("backup", place)
    revision = world.draft("最后几分钟的程序")
    given = world.document_of(revision).number
    world.house.close()
    for name in ("docctl.db", "docctl.db-wal", "docctl.db-shm"):
        (recovery.settings.data / name).unlink(missing_ok=True)
    recovery.ok("restore", place, "--over", "SLJM")
    with recovery.reopened() as again:
        accept(again, "zhao", "zhou")
        fresh = again.draft("另一个程序")
        assert again.document_of(fresh).number != given


def test_r_7_a_register_in_a_file_is_whole_or_not_there_and_replaces_none(
    terminal: Terminal, world: World, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it would let the other half come back in a restore, and nothing would look wrong."""
    witnessed_list(world)
    settle(world.house)
    path = place.with_name("register.jsonl")
    with monkeypatch.context() as patch:

        def half(_: object) -> object:
            yield []
            raise OSError("no space left on device")

        patch.setattr(destructions, "_destroyed", half)
        with pytest.raises(OSError, match="no space"):
            destructions.write_register(world.house, path)
    assert not path.exists()
    terminal.ok("disposal", "register", path)
    before = path.read_bytes()
    assert terminal.refused("disposal", "register", path) == (3, "register.file_there")
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir() if "register" in one.name] == [path.name]
