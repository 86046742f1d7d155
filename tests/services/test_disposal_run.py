"""Carrying out a list: the point of no return, what is erased, what stops it, what stays (R-4, R-5, R-7)."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from docx import Document as Docx
from sqlalchemy import func, select, text, update

from docctl.config import Settings
from docctl.domain.lifecycle import ListStatus, RecordStatus
from docctl.domain.notes import DESTRUCTION_KIND
from docctl.domain.verdicts import RuleRefused
from docctl.i18n import translator
from docctl.jobs.deliveries import deliver, unfinished
from docctl.jobs.projection import follow
from docctl.models.content import FileReading, ItemFile
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.records import Record, RecordFact, RecordKey
from docctl.models.retention import DisposalItem, ItemStatus
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.audit import verify
from docctl.services.audit.witness import Witness
from docctl.services.disposal.clear import clear_server
from docctl.services.disposal.destroy import FinishItems, StopItem, finish_items, stop_item
from docctl.services.disposal.execute import ResumeDisposal, resume_disposal
from docctl.services.keys.backup import back_up
from docctl.services.records.file import FileRecord, file_record
from storage import keyring_postgresql, keyring_sqlite, local
from storage.api import Area, Key, KeyDestroyed, ObjectMissing, StoreUnavailable
from storage.encrypted import EncryptedStore
from storage.keyring_file import rows_of
from storage.keyring_sqlite import SqliteKeyRing
from storage.local import LocalStore
from storage.s3 import store as s3
from storage.s3.answers import Rejected, Unanswered
from tests.keeping import Keeping, with_form
from tests.places import Place
from tests.through import run_disposal
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
    run_disposal(keeping.world.house, list_id)


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


@pytest.mark.parametrize("whose", ["database", "store"])
@pytest.mark.parametrize(("apart", "stops"), [(300, False), (-300, False), (301, True), (-301, True)])
def test_r_4_a_clock_that_a_server_contradicts_destroys_nothing(
    keeping: Keeping, whose: str, apart: int, stops: bool
) -> None:
    one = filed(keeping)
    list_id = keeping.executing([one])
    world = keeping.world
    clocks = {"database": world.clock, "store": world.clock}
    clocks |= {whose: lambda: world.clock() + timedelta(seconds=apart)}
    run_disposal(replace(world.house, clocks=clocks), list_id)
    row = keeping.list(list_id)
    if stops:
        assert row.status is ListStatus.STOPPED
        assert json.loads(row.stopped_reason)["code"] == f"{whose}_clock_differs"
        assert keeping.record(one).status is RecordStatus.ON_LIST
        key, version = key_of(keeping, one)
        assert world.house.objects.stat(key, version)
    else:
        assert row.status is ListStatus.EXECUTED


def test_r_4_a_server_that_does_not_say_its_time_lets_nothing_be_destroyed(keeping: Keeping) -> None:
    (one,) = keeping.records()
    list_id = keeping.executing([one])

    def silent() -> datetime:
        raise StoreUnavailable("the server does not say what time it is")

    house = replace(keeping.world.house, clocks={"store": silent})
    with pytest.raises(StoreUnavailable):
        run_disposal(house, list_id)
    assert keeping.record(one).status is RecordStatus.ON_LIST
    run(keeping, list_id)  # it is tried again
    assert keeping.list(list_id).status is ListStatus.EXECUTED


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
        finish = FinishItems(list_id, {item_id: {"objects": 0}})
        finish_items(finish, by=world.system(), house=world.house)
        events = newest(keeping)
        finish_items(finish, by=world.system(), house=world.house)
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


def filed_text(keeping: Keeping, *, day: int = 1) -> UUID:
    """File a record whose file is plain text: its bytes would show wherever they lie."""
    world = keeping.world
    record_id = file_record(
        FileRecord(
            form_id=keeping.form,
            title=f"反馈 {day}",
            occurred_at=datetime(2021, 3, day, 2, tzinfo=UTC),
            uploads=(world.upload("wang", f"{SECRET} {day}\n".encode() * 50, f"反馈{day}.txt"),),
            remarks="备注乙",
        ),
        by=world.by("wang"),
        house=world.house,
    )
    change = update(Record).where(Record.id == record_id)
    accepted = change.values(status=RecordStatus.ACCEPTED, accepted_at=world.clock())
    world.house.uow.write(lambda session: session.execute(accepted))
    return record_id


def test_r_7_plain_text_is_never_in_the_store_and_nowhere_after_the_disposal(
    keeping: Keeping, settings: Settings
) -> None:
    gone = filed_text(keeping)
    work(keeping)
    house = keeping.world.house
    for path in (settings.data / "objects").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
    secret = house.keys.get(gone)
    keeping.executing([gone])
    keeping.world.clock.forward(days=3)
    work(keeping)
    assert keeping.record(gone).status is RecordStatus.DESTROYED
    files = [path for path in settings.data.rglob("*") if path.is_file()]
    here = {"keys.db"} if settings.database_url else {"docctl.db", "keys.db"}
    assert here <= {path.name for path in files}
    for path in [*files, settings.master_key]:
        content = path.read_bytes()
        for needle in (SECRET.encode(), "备注乙".encode(), secret):
            assert needle not in content, path


def test_r_7_a_copy_kept_aside_cannot_be_read_once_the_key_is_gone(
    keeping: Keeping, settings: Settings, tmp_path: Path
) -> None:
    gone, stays = filed_text(keeping), filed_text(keeping, day=2)
    house = keeping.world.house
    copy = shutil.copytree(settings.data / "objects", tmp_path / "aside")
    aside = EncryptedStore(LocalStore(copy, clock=keeping.world.clock), house.keys)
    gone_key, stays_key = key_of(keeping, gone), key_of(keeping, stays)
    with aside.open(*gone_key) as stream:
        assert SECRET.encode() in stream.read()
    run(keeping, keeping.executing([gone]))
    with pytest.raises(KeyDestroyed):
        aside.open(*gone_key)
    with aside.open(*stays_key) as stream:
        assert SECRET.encode() in stream.read()
    with pytest.raises(KeyDestroyed):  # and no later file of the item brings a key back
        house.objects.put(Key.new(Area.RECORDS, "record", gone, 2), io.BytesIO(b"x"), retain_until=None)


def certificate(keeping: Keeping, list_id: UUID) -> str:
    key, version = key_of(keeping, list_id)
    with keeping.world.house.objects.open(key, version) as source:
        document = Docx(io.BytesIO(source.read()))
    return "\n".join(one.text for one in document.paragraphs)


def test_r_7_the_proof_names_the_keys(keeping: Keeping) -> None:
    one, without_file = filed_text(keeping), keeping.records()[0]
    list_id = keeping.executing([one, without_file])
    run(keeping, list_id)
    proofs = {item.record_id: item.proof for item in keeping.items(list_id)}
    assert (proofs[one]["keys"], proofs[one]["plain"], proofs[without_file]["keys"]) == (1, 0, 0)
    assert "keys" in proofs[one]["looked_at"]
    said = certificate(keeping, list_id)
    assert "密钥库中 1 个条目的密钥已销毁" in said
    assert "已查看：密钥库及其日志的全部字节。" in said
    assert "没有仍在有效期内的密钥库备份" in said
    assert "未加密" not in said


def test_r_7_what_went_before_an_interruption_is_not_counted_as_removed_now(keeping: Keeping) -> None:
    first, second = filed_text(keeping), filed_text(keeping, day=2)
    list_id = keeping.executing([first, second])
    keeping.world.house.objects.destroy(key_of(keeping, first)[0])  # killed before its rows went
    run(keeping, list_id)
    said = certificate(keeping, list_id)
    assert "（共 1 个）" in said
    assert "另有 1 个文件在执行到时已不在存储中" in said


def test_r_7_the_certificate_claims_of_the_database_what_was_done_there(keeping: Keeping) -> None:
    list_id = keeping.executing([filed_text(keeping)])
    run(keeping, list_id)
    said = certificate(keeping, list_id)
    on_server = keeping.world.house.uow.engine.dialect.name != "sqlite"
    assert "事件明细已删除" in said
    assert ("写前日志已清空" in said) is not on_server
    assert ("不作声明：数据库服务器在清理" in said) is on_server


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_r_7_what_every_store_looked_at_and_does_not_claim_has_its_sentence(language: str) -> None:
    words = translator(language, UTC)
    for store in (local, s3, keyring_sqlite, keyring_postgresql):
        for place in store.LOOKED_AT:
            assert words.t(f"certificate.looked_{place}", default="") != "", place
        for place in store.NOT_CLAIMED:
            assert words.t(f"certificate.unclaimed_{place}", default="") != "", place


def test_r_7_the_certificate_says_when_earlier_backups_have_all_expired(
    keeping: Keeping, tmp_path: Path
) -> None:
    one, world = filed_text(keeping), keeping.world
    for _ in range(2):
        back_up(tmp_path / "safe", by=world.system(), house=world.house)
        world.clock.forward(days=1)
    shorter = replace(world.house, key_backup_days=3)  # the one before is valid for longer
    back_up(tmp_path / "safe", by=world.system(), house=shorter)
    world.clock.forward(days=1)
    list_id = keeping.executing([one])
    run(keeping, list_id)
    world.clock.forward(days=1)
    back_up(tmp_path / "safe", by=world.system(), house=world.house)  # holds the key no more
    # The second backup is of the day after START: 2026-03-03 and 35 days.
    assert "此前的密钥库备份最迟于 2026-04-07 全部到期" in certificate(keeping, list_id)


def test_r_7_a_key_destroyed_while_keys_are_backed_up_is_in_no_backup(
    keeping: Keeping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, one = keeping.world, filed_text(keeping)
    filed_text(keeping, day=2)
    keys, copied = world.house.keys, SqliteKeyRing.copy_to
    assert keys is not None

    def while_it_goes(ring: SqliteKeyRing, path: Path, *, expires_on: date) -> int:
        found = copied(ring, path, expires_on=expires_on)
        ring.destroy([one])  # a disposal ends between the copy and its event
        return found

    monkeypatch.setattr(SqliteKeyRing, "copy_to", while_it_goes)
    done = back_up(tmp_path / "safe", by=world.system(), house=world.house)
    kept, _ = rows_of(done.path)
    assert len(kept) == done.keys == keys.status().keys
    assert one.bytes not in {item for item, *_ in kept}


def test_r_7_what_was_never_encrypted_is_said_on_the_certificate(keeping: Keeping) -> None:
    house = keeping.world.house
    assert isinstance(house.objects, EncryptedStore)
    keeping.world.house = replace(house, objects=house.objects._inner)  # as before there were keys
    one = filed_text(keeping)
    keeping.world.house = house
    list_id = keeping.executing([one])
    run(keeping, list_id)
    assert keeping.items(list_id)[0].proof["plain"] == 1
    assert "有 1 个文件存入时未加密" in certificate(keeping, list_id)


def test_r_7_without_a_key_store_the_certificate_claims_nothing_of_keys(keeping: Keeping) -> None:
    house = keeping.world.house
    assert isinstance(house.objects, EncryptedStore)
    keeping.world.house = replace(house, objects=house.objects._inner, keys=None)  # as files in S3
    list_id = keeping.executing([filed_text(keeping)])
    run(keeping, list_id)
    (item,) = keeping.items(list_id)
    assert (item.status, item.proof["plain"], "keys" in item.proof) == (ItemStatus.DESTROYED, 1, False)
    said = certificate(keeping, list_id)
    assert "有 1 个文件存入时未加密" in said
    assert "密钥" not in said


def test_r_4_what_the_store_refuses_stops_the_list_after_its_neighbours(keeping: Keeping) -> None:
    world = keeping.world
    records = [filed_text(keeping, day=day) for day in range(1, 6)]
    list_id = keeping.executing(records)
    key, version = key_of(keeping, records[1])
    world.house.objects.retain(key, version, until=world.clock() + timedelta(days=30))
    run(keeping, list_id)  # one item, then two together: the second and third
    assert [keeping.record(one).status for one in records] == [
        RecordStatus.DESTROYED,
        RecordStatus.STOPPED,
        RecordStatus.DESTROYED,
        RecordStatus.ON_LIST,
        RecordStatus.ON_LIST,
    ]
    assert world.house.keys.get(records[1])
    assert keeping.list(list_id).status is ListStatus.STOPPED
    world.clock.forward(days=31)
    resume_disposal(
        ResumeDisposal(list_id, keeping.list(list_id).row_version), by=world.by("zhou"), house=world.house
    )
    run(keeping, list_id)
    assert {keeping.record(one).status for one in records} == {RecordStatus.DESTROYED}


def test_r_7_a_key_store_that_fails_stops_the_list_and_it_goes_on_once_mended(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, world = filed_text(keeping), keeping.world
    list_id = keeping.executing([one])
    with monkeypatch.context() as patch:

        def fails(_items: object) -> None:
            raise StoreUnavailable("the disk of the key store")

        patch.setattr(world.house.keys, "destroy", fails)
        run(keeping, list_id)
    assert keeping.record(one).status is RecordStatus.STOPPED
    assert json.loads(keeping.list(list_id).stopped_reason)["params"] == {"reason": "store_unavailable"}
    resume_disposal(
        ResumeDisposal(list_id, keeping.list(list_id).row_version), by=world.by("zhou"), house=world.house
    )
    run(keeping, list_id)
    assert keeping.record(one).status is RecordStatus.DESTROYED
    with pytest.raises(KeyDestroyed):
        world.house.keys.get(one)


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


@pytest.mark.parametrize("kind", [Unanswered, Rejected, StoreUnavailable])
def test_r_4_what_a_store_of_its_own_kind_raises_is_told_in_words(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch, kind: type[StoreUnavailable]
) -> None:
    list_id = keeping.executing([filed_text(keeping)])

    def away(_self: object, _key: Key) -> None:
        raise kind("away")

    monkeypatch.setattr(EncryptedStore, "destroy", away)
    run(keeping, list_id)
    reason = json.loads(keeping.list(list_id).stopped_reason)["params"]["reason"]
    assert translator("zh_Hans", UTC).has(f"words.reason.{reason}")


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


@pytest.mark.parametrize("after", ["start", "bytes", "key", "finish"])
def test_r_7_a_crash_between_any_two_steps_resumes_forward(keeping: Keeping, after: str) -> None:
    records = [filed(keeping), filed(keeping, "另一份", day=2)]
    list_id = keeping.executing(records)
    world = keeping.world
    item_id = keeping.start(list_id)
    assert item_id is not None
    record_id = keeping.items(list_id)[0].record_id
    if after in {"bytes", "key", "finish"}:
        world.house.objects.destroy(key_of(keeping, record_id)[0])
    if after in {"key", "finish"}:
        world.house.keys.destroy([record_id])
    if after == "finish":
        finish_items(FinishItems(list_id, {item_id: {}}), by=world.system(), house=world.house)
    run(keeping, list_id)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    assert {keeping.record(one).status for one in records} == {RecordStatus.DESTROYED}
    assert {one.status for one in keeping.items(list_id)} == {ItemStatus.DESTROYED}
    if after != "finish":
        assert [one.proof["keys"] for one in keeping.items(list_id)] == [1, 1]


def test_r_7_a_witness_out_of_reach_gets_the_note_of_a_destruction_later(
    keeping: Keeping, tmp_path: Path
) -> None:
    world, witness = keeping.world, Witness(tmp_path / "witness")
    world.house = replace(world.house, witness=witness)
    records = [filed(keeping), filed(keeping, "另一份", day=2)]
    list_id = keeping.executing(records)
    world.clock.forward(days=3)
    work(keeping)
    assert keeping.list(list_id).status is ListStatus.EXECUTED
    assert set(unfinished(world.house)) == {"witness_note: SealFault"}
    witness.folder.mkdir()
    world.clock.forward(minutes=20)
    work(keeping)
    assert unfinished(world.house) == []
    notes = sorted(witness.notes("destroyed"))
    assert {UUID(one["id"]) for note in notes for one in json.loads(note)["records"]} == set(records)
    kept = []
    for one in world.house.objects.list(Area.RECORDS, f"{DESTRUCTION_KIND}/"):
        with world.house.objects.open(one.key, one.version) as source:
            kept.append(source.read().decode())
    assert sorted(kept) == notes


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
            (FinishItems(list_id, {item.id: {}}), finish_items),
            (StopItem(list_id, item.id, "x"), stop_item),
        ):
            assert refused(lambda n=username, c=command, s=step: s(c, by=world.by(n), house=world.house)) == (
                "X-1.not_permitted"
            )
    with world.house.uow.read() as session:
        assert session.scalar(select(DisposalItem.status)) is ItemStatus.INCLUDED


@pytest.mark.sqlite_only
def test_r_7_sqlite_has_nothing_to_clear(world: World) -> None:
    assert refused(lambda: clear_server(by=world.system(), house=world.house)) == "R-7.nothing_to_clear"
