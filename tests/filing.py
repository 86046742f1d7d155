"""Short ways to filed records for tests: a form in force, a record, its states, its corrections."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from docctl.domain.correction import Reason
from docctl.domain.lifecycle import RecordStatus
from docctl.models.content import ItemFile
from docctl.models.record_content import content_of
from docctl.models.records import Correction, Record, RecordFact
from docctl.services.files import Attached
from docctl.services.holds.place import LiftHold, PlaceHold, lift_hold, place_hold
from docctl.services.records.accept import AcceptRecord, VoidRecord, accept_record, void_record
from docctl.services.records.correct import CorrectFile, CorrectRecord, correct_file, correct_record
from docctl.services.records.decide import DecideCorrection, decide_correction
from docctl.services.records.effect import current_value
from docctl.services.records.file import FileRecord, file_record
from tests.world import World

_bytes = iter(range(1, 1_000_000))


def a_form(world: World, *, number: str = "QR-1102", title: str = "顾客投诉处理单") -> UUID:
    """Return the document id of a record form in force."""
    revision = world.issued(world.draft(title, kind="form", number=number))
    return world.document_of(revision).id


def upload(world: World, who: str, content: str = "", name: str = "记录.txt") -> Attached:
    """Stage a text of its own."""
    return world.upload(who, (content or f"第 {next(_bytes)} 份记录的正文").encode(), name=name)


def command(world: World, form_id: UUID, who: str = "wang", **changes: object) -> FileRecord:
    """Return a valid command to file a record."""
    uploads = changes.pop("uploads", None) or (upload(world, who),)
    base = FileRecord(
        form_id=form_id,
        title="外壳划伤",
        occurred_at=world.clock() - timedelta(days=1),
        uploads=uploads,  # type: ignore[arg-type]
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def filed(world: World, form_id: UUID, who: str = "wang", **changes: object) -> UUID:
    """File a record."""
    return file_record(command(world, form_id, who, **changes), by=world.by(who), house=world.house)


def row(world: World, record_id: UUID) -> Record:
    """Return a record's row as it is now."""
    with world.house.uow.read() as session:
        return session.get_one(Record, record_id)


def values(world: World, record_id: UUID, field: str) -> list[str]:
    """Return all values that a fact has had, in order."""
    with world.house.uow.read() as session:
        return list(
            session.scalars(
                select(RecordFact.value)
                .where(RecordFact.record_id == record_id, RecordFact.field == field)
                .order_by(RecordFact.ordinal)
            )
        )


def corrections(world: World, record_id: UUID) -> list[Correction]:
    """Return a record's corrections in the order of entry."""
    with world.house.uow.read() as session:
        query = select(Correction).where(Correction.record_id == record_id)
        return list(session.scalars(query.order_by(Correction.entered_at, Correction.id)))


def files(world: World, record_id: UUID) -> list[ItemFile]:
    """Return a record's files in order."""
    with world.house.uow.read() as session:
        query = select(ItemFile).where(ItemFile.owner_id == record_id)
        return list(session.scalars(query.order_by(ItemFile.ordinal)))


def accepted(world: World, record_id: UUID, who: str = "li") -> UUID:
    """Let the keeper accept a record."""
    with world.house.uow.read() as session:
        found = session.get_one(Record, record_id)
        cmd = AcceptRecord(record_id, found.row_version, content_of(session, found))
    return accept_record(cmd, by=world.by(who), house=world.house)


def voided(world: World, record_id: UUID, who: str = "wang", reason: str = "重复登记") -> UUID:
    """Void a wrong filing."""
    cmd = VoidRecord(record_id, row(world, record_id).row_version, reason)
    return void_record(cmd, by=world.by(who), house=world.house)


def correction(
    world: World,
    record_id: UUID,
    field: str = "title",
    new: str = "外壳划伤（上盖）",
    *,
    reason: str = Reason.SLIP.value,
    reason_text: str = "",
) -> CorrectRecord:
    """Return the command that corrects a fact as it stands."""
    with world.house.uow.read() as session:
        old = current_value(session, record_id, field)
    return CorrectRecord(
        record_id=record_id,
        row_version=row(world, record_id).row_version,
        field=field,
        old=old,
        new=new,
        reason=reason,
        reason_text=reason_text,
    )


def corrected(world: World, record_id: UUID, who: str = "wang", **changes: str) -> UUID:
    """Correct a fact; return the correction's id."""
    cmd = correction(world, record_id, **changes)
    return correct_record(cmd, by=world.by(who), house=world.house)


def sheet(world: World, record_id: UUID, who: str = "wang", *, further: bool = False) -> UUID:
    """Add a correction sheet, and where wished a further version of the file."""
    one = upload(world, who, name="更正单.txt")
    uploads = [one]
    if further:
        uploads.append(upload(world, who, name="记录（更正后）.txt"))
    cmd = CorrectFile(
        record_id=record_id,
        row_version=row(world, record_id).row_version,
        reason=Reason.SLIP.value,
        reason_text="第二页漏扫",
        uploads=tuple(uploads),
    )
    return correct_file(cmd, by=world.by(who), house=world.house)


def decided(
    world: World, correction_id: UUID, who: str = "li", *, approve: bool = True, comment: str = ""
) -> UUID:
    """Let the keeper decide on a waiting correction."""
    with world.house.uow.read() as session:
        version = session.get_one(Correction, correction_id).row_version
    cmd = DecideCorrection(correction_id, version, approve, comment)
    return decide_correction(cmd, by=world.by(who), house=world.house)


def held(world: World, *record_ids: UUID) -> UUID:
    """Place a hold."""
    cmd = PlaceHold("华远电器诉讼", "法院来函", tuple(record_ids))
    return place_hold(cmd, by=world.by("zhou"), house=world.house)


def lifted(world: World, hold_id: UUID) -> UUID:
    """Lift a hold that was never changed."""
    return lift_hold(LiftHold(hold_id, 1, "已结案"), by=world.by("zhou"), house=world.house)


def force(world: World, record_id: UUID, *statuses: str) -> None:
    """Take a record through states of disposal, past all services."""
    for status in statuses:
        world.house.uow.write(
            lambda session, status=status: session.execute(
                update(Record).where(Record.id == record_id).values(status=RecordStatus(status))
            )
        )
