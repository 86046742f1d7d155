"""Carrying out a list: the point of no return, what is erased, what stops it, what stays (R-4, R-5, R-7)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from docx import Document as Docx
from sqlalchemy import func, select, text, update

from docctl.config import Settings
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.deliveries import deliver
from docctl.jobs.disposal import run_disposal
from docctl.jobs.projection import follow
from docctl.models.content import FileReading, ItemFile
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.records import Record, RecordFact, RecordKey
from docctl.models.retention import DisposalItem, ItemStatus
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.audit import verify
from docctl.services.disposal.destroy import FinishItem, StopItem, finish_item, stop_item
from docctl.services.disposal.execute import ResumeDisposal, resume_disposal
from docctl.services.records.file import FileRecord, file_record
from storage.api import Key, ObjectMissing
from tests.keeping import Keeping, with_form
from tests.places import Place
from tests.world import World, docx_bytes

SECRET = "冷却液渗漏四百二十一"


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    return with_form(founded, tmp_path)


@pytest.fixture
def keeping(world: World) -> Keeping:
    return Keeping.of(world)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key


def filed(keeping: Keeping, words: str = SECRET, *, day: int = 1) -> UUID:
    """File a real record of years ago, as accepted."""
    world = keeping.world
    record_id = file_record(
        FileRecord(
            form_id=keeping.form,
            title=f"反馈 {day}",
            occurred_at=datetime(2021, 3, day, 2, tzinfo=UTC),
            uploads=(world.upload("wang", docx_bytes(words, str(day)), f"反馈{day}.docx"),),
            stated_person="证人甲",
            outside_number=f"KH-{day}",
            keys=(("batch", f"B{day}"),),
            remarks="备注乙",
        ),
        by=world.by("wang"),
        house=world.house,
    )
    world.house.uow.write(
        lambda session: session.execute(
            update(Record)
            .where(Record.id == record_id)
            .values(status=RecordStatus.ACCEPTED, accepted_at=world.clock())
        )
    )
    return record_id


def work(keeping: Keeping) -> None:
    """Let the worker do all that is wanted."""
    for _ in range(20):
        if not (follow(keeping.world.house) | deliver(keeping.world.house)):
            return


def key_of(keeping: Keeping, record_id: UUID) -> tuple[Key, str]:
    with keeping.world.house.uow.read() as session:
        row = session.scalars(select(ItemFile).where(ItemFile.owner_id == record_id)).one()
        return Key.parse(row.object_key), row.object_version


def run(keeping: Keeping, list_id: UUID) -> None:
    run_disposal(keeping.world.house, {"list_id": str(list_id)})


def test_r_4_the_start_looks_at_the_date_again_and_believes_the_earlier_clock(keeping: Keeping) -> None:
    (one,) = keeping.records(until=date(2026, 3, 10))
    keeping.world.clock.now = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
    list_id = keeping.executing([one])
    before = keeping.world.clock() - timedelta(microseconds=1)  # the machine's clock, a moment back
    keeping.start(list_id, wall=before)
    assert keeping.record(one).status is RecordStatus.ACCEPTED
    assert keeping.items(list_id)[0].reason == "R-4.kept_until"
    again = keeping.executing([one])
    keeping.start(again)
    assert keeping.record(one).status is RecordStatus.DESTROYING


@pytest.mark.parametrize(("behind", "stops"), [(300, False), (301, True)])
def test_r_4_a_clock_behind_the_trail_stops_the_list(keeping: Keeping, behind: int, stops: bool) -> None:
    (one,) = keeping.records()
    list_id = keeping.executing([one])
    keeping.start(list_id, wall=keeping.world.clock() - timedelta(seconds=behind))
    row = keeping.list(list_id)
    if stops:
        assert row.status is ListStatus.STOPPED
        assert json.loads(row.stopped_reason)["code"] == "clock_behind"
        assert keeping.record(one).status is RecordStatus.ON_LIST
    else:
        assert keeping.record(one).status is RecordStatus.DESTROYING


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"keep_until": date(2099, 1, 1)}, "R-4.kept_until"),
        ({"keep_until": None}, "R-2.event_open"),
        ({"keep_until": None, "is_permanent": True}, "R-4.permanent"),
        ({"status": RecordStatus.ACCEPTED}, "R-6.not_on_list"),
    ],
)
def test_r_4_what_changed_after_the_approval_spares_the_record(
    keeping: Keeping, change: dict[str, object], reason: str
) -> None:
    (one,) = keeping.records()
    list_id = keeping.executing([one])
    keeping.world.house.uow.write(lambda session: session.execute(update(Record).values(**change)))
    keeping.start(list_id)
    assert keeping.record(one).status is RecordStatus.ACCEPTED
    (item,) = keeping.items(list_id)
    assert (item.status, item.reason) == (ItemStatus.TAKEN_OUT, reason)
    assert keeping.start(list_id) is None


def test_r_7_one_item_after_the_other_and_each_step_may_be_repeated(keeping: Keeping) -> None:
    records = keeping.records(3)
    list_id = keeping.executing(records)
    world = keeping.world
    order = [one.id for one in keeping.items(list_id)]
    for item_id in order:
        assert keeping.start(list_id) == item_id
        assert keeping.start(list_id) == item_id  # the worker came back after a crash
        finish = FinishItem(list_id, item_id, {"objects": 0})
        finish_item(finish, by=world.system(), house=world.house)
        events = newest(keeping)
        finish_item(finish, by=world.system(), house=world.house)
        assert newest(keeping) == events
    assert keeping.start(list_id) is None


def newest(keeping: Keeping) -> int:
    with keeping.world.house.uow.read() as session:
        return session.scalar(select(func.max(EventRow.seq))) or 0


def test_r_7_what_is_destroyed_is_gone_and_its_entry_stays(keeping: Keeping) -> None:
    kept = filed(keeping, "另一份留下的", day=2)
    gone = filed(keeping)
    world = keeping.world
    work(keeping)
    key, version = key_of(keeping, gone)
    list_id = keeping.executing([gone])
    world.clock.forward(days=3)
    work(keeping)
    row = keeping.list(list_id)
    assert row.status is ListStatus.EXECUTED, row.stopped_reason
    record = keeping.record(gone)
    assert record.status is RecordStatus.DESTROYED
    assert (record.number, record.title) == (keeping.items(list_id)[0].number, "反馈 1")
    with pytest.raises(ObjectMissing):
        world.house.objects.stat(key, version)
    with world.house.uow.read() as session:
        for model, column in (
            (RecordFact, RecordFact.record_id),
            (RecordKey, RecordKey.record_id),
            (ItemFile, ItemFile.owner_id),
            (Alias, Alias.item_id),
        ):
            left = select(func.count()).select_from(model).where(column == gone)
            stays = select(func.count()).select_from(model).where(column == kept)
            assert session.scalar(left) == 0, model
            assert (session.scalar(stays) or 0) > 0, model
        texts = session.scalars(select(FileReading.text)).all()
        assert not any(SECRET in one for one in texts)
        details = session.scalars(
            select(EventDetail.bytes)
            .join(EventRow, EventRow.seq == EventDetail.seq)
            .where(EventRow.subject_id == gone)
        )
        assert not any("证人甲".encode() in one or "备注乙".encode() in one for one in details)
        said = session.scalars(
            select(EventRow.action).where(EventRow.subject_id == gone).order_by(EventRow.seq)
        ).all()
        assert said[-2:] == ["record.destroying", "record.destroyed"]
        assert session.scalar(select(NumberEntry.state).where(NumberEntry.item_id == gone)) == "used"


def test_r_7_no_byte_of_what_was_destroyed_stays_in_the_data_folder(
    keeping: Keeping, settings: Settings
) -> None:
    gone = filed(keeping)
    work(keeping)
    keeping.executing([gone])
    keeping.world.clock.forward(days=3)
    work(keeping)
    assert keeping.record(gone).status is RecordStatus.DESTROYED
    for path in settings.data.rglob("*"):
        if path.is_file():
            assert "备注乙".encode() not in path.read_bytes(), path
            assert SECRET.encode() not in path.read_bytes(), path


def test_r_6_the_certificate_names_every_item_and_its_signers(keeping: Keeping) -> None:
    records = [*keeping.records(2)]
    spared = keeping.records()
    list_id = keeping.executing([*records, *spared])
    keeping.hold(spared)
    keeping.world.clock.forward(days=3)
    run(keeping, list_id)
    world = keeping.world
    row = keeping.list(list_id)
    assert (row.status, row.certificate_number) == (ListStatus.EXECUTED, "XC-2026-001")
    key, version = key_of(keeping, list_id)
    with world.house.objects.open(key, version) as source:
        document = Docx(io.BytesIO(source.read()))
    shown = "\n".join(p.text for p in document.paragraphs) + "\n".join(
        cell.text for table in document.tables for line in table.rows for cell in line.cells
    )
    for one in keeping.items(list_id):
        assert one.number in shown
    for name in ("李秀兰", "赵敏", "陈静"):
        assert name in shown
    before = newest(keeping)
    run(keeping, list_id)  # the worker comes back: nothing more happens
    assert newest(keeping) == before


def test_r_4_the_store_refusing_stops_the_list_and_it_goes_on_once_mended(keeping: Keeping) -> None:
    world = keeping.world
    first, second = filed(keeping), filed(keeping, "另一份", day=2)
    list_id = keeping.executing([first, second])
    key, version = key_of(keeping, first)
    world.house.objects.retain(key, version, until=world.clock() + timedelta(days=30))
    run(keeping, list_id)
    row = keeping.list(list_id)
    assert row.status is ListStatus.STOPPED
    assert json.loads(row.stopped_reason) == {
        "rule": "R-4",
        "code": "store_refused",
        "params": {"reason": "retention_active"},
    }
    assert keeping.record(first).status is RecordStatus.STOPPED
    assert keeping.record(second).status is RecordStatus.ON_LIST
    world.house.objects.stat(key, version)  # nothing was removed
    assert keeping.start(list_id) is None
    assert refused(lambda: keeping.hold([first])) == "R-5.destroying_since"
    world.clock.forward(days=31)
    resume_disposal(
        ResumeDisposal(list_id, keeping.list(list_id).row_version), by=world.by("zhou"), house=world.house
    )
    run(keeping, list_id)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    assert keeping.record(first).status is RecordStatus.DESTROYED
    assert keeping.record(second).status is RecordStatus.DESTROYED


def test_r_5_the_store_is_held_until_the_last_of_two_holds_is_lifted(keeping: Keeping) -> None:
    one = filed(keeping)
    work(keeping)
    key, version = key_of(keeping, one)

    def held() -> bool:
        work(keeping)
        return keeping.world.house.objects.stat(key, version).held

    assert not held()
    first, second = keeping.hold([one]), keeping.hold([one], by="zhao")
    assert held()
    keeping.lift(first)
    assert held()
    keeping.lift(second, by="zhao")
    assert not held()


@pytest.mark.parametrize("after", ["start", "bytes", "finish"])
def test_r_7_a_crash_between_any_two_steps_resumes_forward(keeping: Keeping, after: str) -> None:
    records = [filed(keeping), filed(keeping, "另一份", day=2)]
    list_id = keeping.executing(records)
    world = keeping.world
    item_id = keeping.start(list_id)
    assert item_id is not None
    if after in {"bytes", "finish"}:
        record_id = keeping.items(list_id)[0].record_id
        world.house.objects.destroy(key_of(keeping, record_id)[0])
    if after == "finish":
        finish_item(FinishItem(list_id, item_id, {}), by=world.system(), house=world.house)
    run(keeping, list_id)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    assert {keeping.record(one).status for one in records} == {RecordStatus.DESTROYED}
    assert {one.status for one in keeping.items(list_id)} == {ItemStatus.DESTROYED}


def test_f_17_a_destroyed_record_is_final(keeping: Keeping) -> None:
    (one,) = keeping.records()
    run(keeping, keeping.executing([one]))
    with pytest.raises(RuleRefused):
        keeping.world.house.uow.write(
            lambda session: session.execute(text("UPDATE record SET status = 'accepted'"))
        )
    assert refused(lambda: keeping.hold([one])) == "R-5.destroyed"
    assert refused(lambda: keeping.propose([one])) == "F-17.no_such_move"


def test_r_7_the_trail_still_verifies_and_knows_of_every_destruction(keeping: Keeping) -> None:
    gone = filed(keeping)
    run(keeping, keeping.executing([gone]))
    with keeping.world.house.uow.read() as session:
        found = verify(session)
    assert found.ok, found


def test_only_the_worker_destroys(keeping: Keeping) -> None:
    (one,) = keeping.records()
    list_id = keeping.executing([one])
    item = keeping.items(list_id)[0]
    world = keeping.world
    for username in sorted(world.people):
        for command, step in (
            (FinishItem(list_id, item.id, {}), finish_item),
            (StopItem(list_id, item.id, "x"), stop_item),
        ):
            assert refused(lambda n=username, c=command, s=step: s(c, by=world.by(n), house=world.house)) == (
                "X-1.not_permitted"
            )
    with world.house.uow.read() as session:
        assert session.scalar(select(DisposalItem.status)) is ItemStatus.INCLUDED
