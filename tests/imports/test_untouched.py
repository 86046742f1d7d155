"""Imports that nobody works on are told of in the inbox, then end with their key (I-1, R-7)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import RunState, ends_on, is_to_be_told, may_end_untouched
from docctl.domain.verdicts import Allowed, Refused
from docctl.jobs.housekeeping import tidy
from docctl.jobs.imports.record_runs import step_records
from docctl.jobs.imports.untouched import end_untouched_imports
from docctl.models.imports import ImportRun, RunSource
from docctl.models.record_imports import RecordImport, RecordImportRow
from docctl.models.trail import EventRow
from docctl.queries.inbox import Task, inbox
from docctl.services.imports.change import ChangeImport, change_import
from docctl.services.imports.commit import CommitImport, commit_import
from docctl.services.imports.copies import Copies
from docctl.services.records.import_table import StartRecordImport, start_record_import
from docctl.services.uploads import stage_upload
from storage.errors import KeyDestroyed
from tests.filing import a_form
from tests.imports.making import Run, text_of, write, zipped
from tests.world import World, as_owner

TOUCHED = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("today", "told"),
    [
        pytest.param(date(2026, 3, 17), False, id="fifteen days before its end"),
        pytest.param(date(2026, 3, 18), True, id="fourteen days before its end"),
        pytest.param(date(2027, 1, 1), True, id="long after"),
    ],
)
def test_i_1_people_hear_of_an_untouched_import_two_weeks_before_its_end(today: date, told: bool) -> None:
    assert is_to_be_told(TOUCHED, today=today, days=90) is told


@pytest.mark.parametrize(
    ("today", "day"),
    [
        pytest.param(date(2026, 3, 18), date(2026, 4, 1), id="told in time"),
        pytest.param(date(2026, 3, 19), date(2026, 4, 2), id="told a day late"),
        pytest.param(date(2027, 1, 1), date(2027, 1, 15), id="the worker stood still for months"),
    ],
)
def test_i_1_an_import_never_ends_sooner_than_two_weeks_after_people_heard(today: date, day: date) -> None:
    assert ends_on(TOUCHED, today=today, days=90) == day


def test_i_1_an_untouched_import_ends_on_its_day_and_not_before() -> None:
    day = date(2026, 4, 1)
    assert may_end_untouched(None, today=day) == Refused("I-1", "worked_on")
    assert may_end_untouched(day, today=date(2026, 3, 31)) == Refused("I-1", "ends_later", {"day": day})
    assert may_end_untouched(day, today=day) == Allowed()


def tasks(world: World, who: str) -> list[tuple[str, UUID, date | None]]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)

    def is_import(one: Task) -> bool:
        return one.kind in {"import", "record_import"}

    return [(one.verb, one.id, one.due_on) for one in found.tasks if is_import(one)]


def later(world: World, days: int) -> None:
    world.clock.now += timedelta(days=days)
    tidy(world.house)


def actions(world: World, subject: UUID) -> list[str]:
    with world.house.uow.read() as session:
        query = select(EventRow.action).where(EventRow.subject_id == subject).order_by(EventRow.seq)
        return list(session.scalars(query))


@pytest.fixture
def run(world: World, folder: Path) -> Run:
    write(folder, "a.txt", text_of("程序", number="JL-QP-07", label="A/0", effective="2020-01-01"))
    write(folder, "b.txt", "")
    return Run.of(world, folder).read()


def test_i_1_files_of_a_watched_folder_that_lie_aside_wait_for_ever(world: World, run: Run) -> None:
    def put_aside(session: Session) -> None:
        found = session.get_one(ImportRun, run.id)
        found.source, found.state = RunSource.WATCHED, RunState.RECEIVING

    as_owner(world.house).write(put_aside)
    for _ in range(3):
        later(world, 76)
    assert (run.row.state, run.row.ends_on) == (RunState.RECEIVING, None)


def test_i_1_a_run_that_nobody_checks_is_told_of_and_ends_with_its_key(world: World, run: Run) -> None:
    later(world, 75)
    assert tasks(world, "chen") == [("check_import", run.id, None)]
    later(world, 1)
    day = world.house.today() + timedelta(days=14)
    assert tasks(world, "chen") == [("check_import", run.id, day)]
    later(world, 13)
    assert run.row.state is RunState.CHECKING
    copies = Copies.of(world.house, run.id)
    later(world, 1)
    assert (run.row.state, run.row.ends_on) == (RunState.CANCELLED, day)
    assert {path: (row.outcome, row.code) for path, row in run.files().items()} == {
        "a.txt": ("given_up", "untouched"),
        "b.txt": ("skipped", "empty"),
    }
    assert tasks(world, "chen") == [("see_failed_import", run.id, None)]
    assert actions(world, run.id)[-3:] == ["import.untouched", "import.ended", "import.key_destroyed"]
    assert copies.keys is not None
    with pytest.raises(KeyDestroyed):
        copies.keys.get(run.id)
    assert end_untouched_imports(world.house) == 0


def test_i_1_an_import_that_ends_stands_before_what_has_no_day(world: World, folder: Path, run: Run) -> None:
    later(world, 5)
    ends = Run.of(world, folder).read()
    later(world, 60)
    change = ChangeImport(run.id, [run.files()["a.txt"].id], {"title": "甲"})
    change_import(change, by=world.by("chen"), house=world.house)
    assert [one[1] for one in tasks(world, "chen")] == [run.id, ends.id]
    later(world, 16)
    assert [one[1] for one in tasks(world, "chen")] == [ends.id, run.id]


def test_i_1_whatever_is_done_with_a_run_keeps_it(world: World, run: Run) -> None:
    later(world, 80)
    assert run.row.ends_on is not None
    ids, before = [run.files()["a.txt"].id], run.row.row_version
    change_import(ChangeImport(run.id, ids, {"title": "甲"}), by=world.by("chen"), house=world.house)
    assert (run.row.ends_on, run.row.row_version) == (None, before)  # an open page may still order it
    later(world, 75)
    assert (run.row.state, run.row.ends_on) == (RunState.CHECKING, None)
    later(world, 1)
    assert run.row.ends_on is not None


def test_i_1_a_run_whose_host_is_lost_ends_too_and_what_is_in_stays(world: World, run: Run) -> None:
    commit_import(CommitImport(run.id), by=world.by("chen"), house=world.house)
    later(world, 76)
    later(world, 14)
    assert run.row.state is RunState.DONE
    assert run.files()["a.txt"].code == "untouched"


def test_i_1_a_table_of_records_is_told_of_to_its_person_and_ends(world: World, tmp_path: Path) -> None:
    write(tmp_path / "t", "table.csv", "编号,名称,日期,文件\nR-1,轴承记录,2020-03-01,a.txt\n")
    write(tmp_path / "t", "a.txt", "甲")
    with zipped(tmp_path / "t", tmp_path / "t.zip").open("rb") as source:
        upload = stage_upload(
            source, name="t.zip", by=world.by("wang"), house=world.house, for_document=False
        )
    cmd = StartRecordImport("旧记录", a_form(world), (upload,))
    import_id = start_record_import(cmd, by=world.by("wang"), house=world.house)

    def found() -> RecordImport:
        with world.house.uow.read() as session:
            return session.get_one(RecordImport, import_id)

    while found().state is not RunState.CHECKING:
        step_records(world.house, import_id)
    later(world, 76)
    day = world.house.today() + timedelta(days=14)
    assert tasks(world, "wang") == [("end_record_import", import_id, day)]
    assert tasks(world, "chen") == []
    later(world, 14)
    assert (found().state, found().ends_on) == (RunState.CANCELLED, day)
    with world.house.uow.read() as session:
        rows = session.scalars(select(RecordImportRow).where(RecordImportRow.import_id == import_id)).all()
    assert [one.values for one in rows] == [{}]
    assert actions(world, import_id)[-3:] == [
        "record_import.untouched",
        "record_import.ended",
        "record_import.key_destroyed",
    ]
