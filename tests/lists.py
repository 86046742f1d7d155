"""Short ways to records that are due and to disposal lists in each state."""

from __future__ import annotations

import io
from uuid import UUID

from docx import Document as Docx
from sqlalchemy import select

from docctl.domain.lifecycle import ListStatus
from docctl.jobs.wait import settle
from docctl.models.content import ItemFile
from docctl.models.documents import Document
from docctl.models.records import Record
from docctl.models.retention import DisposalList
from docctl.services.audit.watch import believe
from docctl.services.disposal.decide import (
    ApproveDisposal,
    CheckDisposal,
    approve_disposal,
    check_disposal,
)
from docctl.services.disposal.execute import (
    ExecuteDisposal,
    ResumeDisposal,
    execute_disposal,
    resume_disposal,
    witness_disposal,
)
from docctl.services.disposal.load import checks_of
from docctl.services.disposal.propose import ProposeDisposal, propose_disposal
from docctl.services.house import House
from docctl.services.records.accept import AcceptRecord, accept_record, content_of
from docctl.services.records.file import FileRecord, file_record
from storage.api import Key
from tests.world import World

MARKER = "机密标记ZQXJ9274"


def form_in_force(world: World) -> UUID:
    """Return a form in force, making QP-11 and QR-1101 where they are missing."""
    with world.house.uow.read() as session:
        there = session.scalars(select(Document.id).where(Document.number == "QR-1101")).first()
    if there is not None:
        return there
    procedure = world.issued(world.draft("顾客投诉处理程序", number="QP-11"))
    form = world.issued(world.draft("处理单", kind="form", parent=world.document_of(procedure).id))
    return world.document_of(form).id


def filed(world: World, *, title: str = "外壳划伤", text: str = "", by: str = "wang") -> UUID:
    """File one record of the production unit."""
    content = f"{text or '上盖侧边划伤'} {title}".encode()
    return file_record(
        FileRecord(
            form_id=form_in_force(world),
            title=title,
            occurred_at=world.clock(),
            uploads=(world.upload(by, content, "a.txt"),),
            repeated_is_meant=True,
        ),
        by=world.by(by),
        house=world.house,
    )


def accepted(world: World, record_id: UUID, *, by: str = "li") -> UUID:
    """Let the keeper accept a record."""
    with world.house.uow.read() as session:
        row = session.get_one(Record, record_id)
        seen = content_of(session, row)
    return accept_record(AcceptRecord(record_id, row.row_version, seen), by=world.by(by), house=world.house)


def list_row(world: World, list_id: UUID) -> DisposalList:
    """Return a list's row as it is now."""
    with world.house.uow.read() as session:
        return session.get_one(DisposalList, list_id)


def proposed_list(world: World, *, items: int = 2) -> tuple[UUID, list[UUID]]:
    """Return a list of records that fell due after four years, and its records."""
    records = [
        accepted(world, filed(world, title=f"第 {turn} 件", text=f"{MARKER} {turn}")) for turn in range(items)
    ]
    settle(world.house)
    world.clock.forward(days=4 * 366 + 2)
    world.house.uow.write(lambda session: believe(session, world.clock()))
    list_id = propose_disposal(
        ProposeDisposal("到期记录", tuple(records)), by=world.by("zhou"), house=world.house
    )
    return list_id, records


def checked_list(world: World, *, items: int = 2) -> tuple[UUID, list[UUID]]:
    """Return a list on which every unit agrees."""
    list_id, records = proposed_list(world, items=items)
    with world.house.uow.read() as session:
        units = [one.unit_id for one in checks_of(session, list_id)]
    for unit_id in units:
        check_disposal(
            CheckDisposal(list_id, unit_id, "agree", "", list_row(world, list_id).manifest_sha256),
            by=world.by("li"),
            house=world.house,
        )
    return list_id, records


def signing(world: World, list_id: UUID) -> ExecuteDisposal:
    """Return the command that signs a list as it is."""
    row = list_row(world, list_id)
    return ExecuteDisposal(list_id, row.row_version, row.manifest_sha256)


def approved_list(world: World, *, items: int = 2) -> tuple[UUID, list[UUID]]:
    """Return a list that the leader approved."""
    list_id, records = checked_list(world, items=items)
    row = list_row(world, list_id)
    approve_disposal(
        ApproveDisposal(list_id, row.row_version, row.manifest_sha256),
        by=world.by("zhao"),
        house=world.house,
    )
    return list_id, records


def witnessed_list(world: World, *, items: int = 2) -> tuple[UUID, str]:
    """Return a list whose destruction is about to begin, and a text that must be gone afterwards."""
    list_id, _records = approved_list(world, items=items)
    execute_disposal(signing(world, list_id), by=world.by("zhang"), house=world.house)
    witness_disposal(signing(world, list_id), by=world.by("ouyang"), house=world.house)
    return list_id, MARKER


def finish(world: World, list_id: UUID) -> None:
    """Let people carry a list on from wherever it is, and the worker after them."""
    if list_row(world, list_id).status is ListStatus.CHECKING:
        with world.house.uow.read() as session:
            units = [one.unit_id for one in checks_of(session, list_id)]
        for unit in units:
            check = CheckDisposal(list_id, unit, "agree", "", list_row(world, list_id).manifest_sha256)
            check_disposal(check, by=world.by("li"), house=world.house)
    row = list_row(world, list_id)
    if row.status is ListStatus.CHECKED:
        approve = ApproveDisposal(list_id, row.row_version, row.manifest_sha256)
        approve_disposal(approve, by=world.by("zhao"), house=world.house)
    if list_row(world, list_id).status is ListStatus.APPROVED:
        execute_disposal(signing(world, list_id), by=world.by("zhang"), house=world.house)
        witness_disposal(signing(world, list_id), by=world.by("ouyang"), house=world.house)
    if list_row(world, list_id).status is ListStatus.STOPPED:
        resume = ResumeDisposal(list_id, list_row(world, list_id).row_version)
        resume_disposal(resume, by=world.by("zhou"), house=world.house)
    settle(world.house)


def certificate(house: House, list_id: UUID) -> str:
    """Return the text of a list's certificate."""
    with house.uow.read() as session:
        row = session.scalars(select(ItemFile).where(ItemFile.owner_id == list_id)).one()
    with house.objects.open(Key.parse(row.object_key), row.object_version) as source:
        return "\n".join(one.text for one in Docx(io.BytesIO(source.read())).paragraphs)
