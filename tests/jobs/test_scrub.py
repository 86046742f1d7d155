"""The rolling check of stored files: T-3 on both sides of its period, and what it tells."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, text, update

from docctl.domain.verdicts import NotFound
from docctl.jobs import scrub as scrubbing
from docctl.jobs.scrub import scrub
from docctl.jobs.worker import Worker
from docctl.models.content import FileReading, ItemFile
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.queries.audit import verify
from docctl.queries.fixity import fixity_state, is_unsound
from docctl.queries.search_texts import texts_of
from docctl.services.caller import the_system
from docctl.services.objects.fixity import NoteFixity, note_fixity
from docctl.services.objects.recheck import recheck_file
from storage.api import StoreUnavailable
from tests import filing
from tests.damage import flip, stored_at
from tests.through import run_check
from tests.world import World

SLICES = pytest.mark.parametrize("seconds", [scrubbing.SLICE, 1e-9], ids=["at once", "in its own time"])


@pytest.fixture
def record(world: World) -> UUID:
    return filing.filed(world, filing.a_form(world))


def file_of(world: World, record_id: UUID) -> ItemFile:
    return filing.files(world, record_id)[0]


def told(world: World, action: str) -> list[tuple[str, UUID | None, dict[str, object]]]:
    with world.house.uow.read() as session:
        rows = session.scalars(select(EventRow).where(EventRow.action == action).order_by(EventRow.seq))
        return [(one.subject_kind, one.subject_id, json.loads(one.facts)) for one in rows]


def test_t_3_a_file_is_read_again_when_its_period_is_over_and_not_before(world: World, record: UUID) -> None:
    every = world.house.scrub_every
    world.clock.forward(seconds=every.total_seconds() - 1)
    assert scrub(world.house) is False
    assert told(world, "objects.checked") == []
    world.clock.forward(seconds=1)
    assert scrub(world.house) is True
    assert scrub(world.house) is False  # all of it was done
    ((kind, subject, facts),) = told(world, "objects.checked")
    row = file_of(world, record)
    assert (kind, subject, row.problem, row.checked_at) == ("objects", None, "", world.clock())
    with world.house.uow.read() as session:
        rows = session.scalars(select(ItemFile)).all()
    assert facts == {"files": len(rows), "bytes": sum(one.stored_size for one in rows)}


def test_t_3_what_soon_is_due_is_checked_with_what_is_and_the_rest_is_not(world: World, record: UUID) -> None:
    form, soon = filing.row(world, record).form_id, world.house.scrub_every / 10
    first = world.clock()
    world.clock.forward(seconds=soon.total_seconds())
    near = filing.filed(world, form)
    world.clock.forward(seconds=1)
    far = filing.filed(world, form)
    filed = world.clock()
    world.clock.forward(seconds=(first + world.house.scrub_every - filed).total_seconds())
    assert scrub(world.house) is True
    assert scrub(world.house) is False
    assert [file_of(world, one).checked_at for one in (record, near, far)] == [
        world.clock(),
        world.clock(),
        filed,
    ]
    assert len(told(world, "objects.checked")) == 1


def test_t_3_a_file_that_was_never_read_again_is_due(world: World, record: UUID) -> None:
    row = file_of(world, record)
    world.house.uow.write(lambda session: setattr(session.get_one(ItemFile, row.id), "checked_at", None))
    assert scrub(world.house) is True
    assert file_of(world, record).checked_at == world.clock()


def test_t_3_damage_is_named_by_its_item_told_once_and_nothing_is_deleted(world: World, record: UUID) -> None:
    row = file_of(world, record)
    flip(world, row)
    for _ in range(2):
        world.clock.forward(days=world.house.scrub_every.days)
        assert scrub(world.house)
    assert file_of(world, record).problem == "damaged"
    number = filing.row(world, record).number
    assert told(world, "file.unsound") == [
        ("record", record, {"number": number, "file": row.sha256, "problem": "damaged"})
    ]
    assert stored_at(world, row).exists()


def test_t_3_a_lost_file_is_named(world: World, record: UUID) -> None:
    stored_at(world, file_of(world, record)).unlink()
    world.clock.forward(days=world.house.scrub_every.days)
    scrub(world.house)
    assert file_of(world, record).problem == "missing"


def test_t_3_a_file_that_is_brought_back_is_sound_again(world: World, record: UUID) -> None:
    row = file_of(world, record)
    with pytest.raises(NotFound):  # nothing is known against it: there is nothing to bring back
        recheck_file(row.id, by=world.by("qian"), house=world.house)
    flip(world, row)
    world.clock.forward(days=world.house.scrub_every.days)
    scrub(world.house)
    assert recheck_file(row.id, by=world.by("qian"), house=world.house) == "damaged"
    flip(world, row)
    assert recheck_file(row.id, by=world.by("qian"), house=world.house) == ""
    assert file_of(world, record).problem == ""
    assert len(told(world, "file.sound")) == 1
    with world.house.uow.read() as session:
        assert verify(session).ok


def test_t_3_a_store_that_is_away_says_nothing_of_its_files(world: World, record: UUID) -> None:
    objects = world.house.scratch.parent / "objects"
    world.clock.forward(days=world.house.scrub_every.days)
    shutil.move(objects, objects.with_name("elsewhere"))
    assert scrub(world.house) is False
    assert file_of(world, record).problem == ""
    shutil.move(objects.with_name("elsewhere"), objects)
    assert scrub(world.house) is True


@SLICES
def test_t_3_a_file_that_cannot_be_reached_holds_up_no_other(
    world: World, record: UUID, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    with world.house.uow.read() as session:
        oldest, *others = session.scalars(select(ItemFile).order_by(ItemFile.checked_at, ItemFile.id)).all()
    found = scrubbing.file_problem

    def out_of_reach(one: ItemFile, store: object) -> str:
        if one.id == oldest.id:
            raise StoreUnavailable("permission denied")
        return found(one, store)  # type: ignore[arg-type]

    monkeypatch.setattr(scrubbing, "file_problem", out_of_reach)
    world.clock.forward(days=world.house.scrub_every.days)
    for _ in range(scrubbing._UNREACHED * 4):  # the slow one is first each time
        scrub(world.house, seconds=seconds)
    with world.house.uow.read() as session:
        rows = {one.id: one for one in session.scalars(select(ItemFile))}
        state = fixity_state(session, world.by("qian").actor, at=world.clock(), every=world.house.scrub_every)
    assert others
    assert {rows[one.id].checked_at for one in others} == {world.clock()}
    assert (rows[oldest.id].checked_at, rows[oldest.id].problem) == (oldest.checked_at, "")
    assert (state.late, state.unsound) == (1, 0)  # it is counted, and not called damaged
    assert scrub(world.house) is False  # the worker may rest


def test_r_7_what_is_being_destroyed_is_left_to_disposal(world: World, record: UUID) -> None:
    filing.force(world, record, "accepted", "on_list", "destroying")
    going = update(Record).where(Record.id == record).values(destroying_since=world.clock())
    world.house.uow.write(lambda session: session.execute(going))
    before = file_of(world, record).checked_at
    world.clock.forward(days=world.house.scrub_every.days)
    assert scrub(world.house) is True  # the form's own file
    assert scrub(world.house) is False  # however long a stopped list stays so, the worker may rest
    assert file_of(world, record).checked_at == before


def test_r_7_a_file_that_goes_while_it_is_checked_is_no_loss(
    world: World, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = file_of(world, record)
    found = scrubbing.file_problem

    def as_it_goes(one: ItemFile, store: object) -> str:
        if one.id == row.id:
            filing.force(world, record, "accepted", "on_list", "destroying")
            gone = update(Record).where(Record.id == record).values(destroying_since=world.clock())
            world.house.uow.write(lambda session: session.execute(gone))
            return "missing"
        return found(one, store)  # type: ignore[arg-type]

    monkeypatch.setattr(scrubbing, "file_problem", as_it_goes)
    world.clock.forward(days=world.house.scrub_every.days)
    assert scrub(world.house)
    assert told(world, "file.unsound") == []


def test_t_3_a_slice_ends_after_its_time_and_the_next_one_goes_on(world: World, record: UUID) -> None:
    world.clock.forward(days=world.house.scrub_every.days)
    slices = 0
    while scrub(world.house, seconds=1e-9):
        slices += 1
    with world.house.uow.read() as session:
        assert slices == len(session.scalars(select(ItemFile)).all()) > 1


def test_t_3_the_worker_checks_when_nobody_waits(world: World, record: UUID) -> None:
    world.clock.forward(days=world.house.scrub_every.days + 1)
    worker = Worker(world.house)
    while worker.run_once():
        pass
    assert file_of(world, record).checked_at == world.clock()
    assert told(world, "objects.checked")


def test_t_3_sound_files_are_noted_with_as_many_statements_for_ten_as_for_one(
    world: World, record: UUID
) -> None:
    for _ in range(9):
        filing.filed(world, filing.row(world, record).form_id)
    with world.house.uow.read() as session:
        ids = session.scalars(select(ItemFile.id)).all()

    def asked(count: int) -> int:
        seen: list[object] = []

        def note(*_: object) -> None:
            seen.append(1)

        world.clock.forward(minutes=1)
        event.listen(world.house.uow.engine, "before_cursor_execute", note)
        try:
            found = tuple((one, "") for one in ids[:count])
            note_fixity(NoteFixity(found, 1), by=the_system(world.clock()), house=world.house)
        finally:
            event.remove(world.house.uow.engine, "before_cursor_execute", note)
        return len(seen)

    assert asked(1) == asked(10)


def test_t_3_files_never_hashed_count_as_late_and_those_in_time_do_not(world: World, record: UUID) -> None:
    row = file_of(world, record)

    def late(at_most: timedelta) -> int:
        with world.house.uow.read() as session:
            return fixity_state(session, world.by("qian").actor, at=world.clock(), every=at_most).late

    assert late(world.house.scrub_every) == 0
    world.house.uow.write(lambda session: setattr(session.get_one(ItemFile, row.id), "checked_at", None))
    assert late(world.house.scrub_every) == 1


@pytest.mark.sqlite_only
def test_t_3_unsound_files_are_found_by_their_index_as_every_page_counts_them(world: World) -> None:
    with world.house.uow.read() as session:
        query = select(ItemFile.id).where(is_unsound())
        plain = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = " ".join(one.detail for one in session.execute(text(f"EXPLAIN QUERY PLAN {plain}")))
    assert "USING INDEX ix_item_file_problem" in plan


def test_t_3_text_is_read_from_sound_files_only_and_once_they_are_sound_again(world: World) -> None:
    record = filing.filed(world, filing.a_form(world), uploads=(filing.upload(world, "wang", "只此一句"),))
    row = file_of(world, record)
    flip(world, row)
    worker = Worker(world.house)
    while worker.run_once():
        pass
    with world.house.uow.read() as session:
        assert session.get(FileReading, row.id) is None
    assert file_of(world, record).problem == "damaged"
    flip(world, row)
    world.clock.forward(minutes=1)
    assert recheck_file(row.id, by=world.by("qian"), house=world.house) == ""
    while worker.run_once():
        pass
    with world.house.uow.read() as session:
        assert "只此一句" in texts_of(session, [record])[record]


def test_t_3_what_a_whole_check_finds_is_named_as_the_rolling_one_does(world: World, record: UUID) -> None:
    row = file_of(world, record)
    flip(world, row)
    run_check(world.house)
    assert file_of(world, record).problem == "damaged"
    assert len(told(world, "file.unsound")) == 1
    flip(world, row)
    run_check(world.house)  # only a check of the file itself takes the word back
    assert file_of(world, record).problem == "damaged"
    assert recheck_file(row.id, by=world.by("qian"), house=world.house) == ""
