"""Short ways to lists, copies and readers for tests (D-1, D-2, D-4, D-8)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from docctl.domain.copy_states import Medium
from docctl.domain.distribution import HolderKind, ListEntry
from docctl.models.distribution import ControlledCopy, DistributionEntry, ReadTask
from docctl.models.trail import EventRow
from docctl.services.distribution.copies import (
    CloseCopy,
    RecallCopy,
    ReceiveCopy,
    destroy_copy,
    lose_copy,
    recall_copy,
    receive_copy,
    return_copy,
)
from docctl.services.distribution.draft import ListRecipient, list_recipient
from docctl.services.distribution.read import Acknowledge, acknowledge
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.world import World


def to_unit(world: World, code: str = "SC", *, copies: int = 1, reads: bool = False) -> ListEntry:
    return ListEntry(HolderKind.UNIT, world.units[code], Medium.PAPER, copies=copies, reads=reads)


def to_person(
    world: World, name: str = "wang", *, medium: Medium = Medium.SCREEN, reads: bool = False
) -> ListEntry:
    return ListEntry(HolderKind.PERSON, world.people[name], medium, reads=reads)


def to_wall(world: World, place: str = "一车间公告栏", code: str = "SC") -> ListEntry:
    return ListEntry(HolderKind.PLACE, world.units[code], Medium.POSTED, place)


def to_post(post_id: UUID) -> ListEntry:
    return ListEntry(HolderKind.POST, post_id, Medium.PAPER)


def listed(world: World, revision_id: UUID, *entries: ListEntry, who: str = "chen") -> UUID:
    """Put entries on the list of a draft; return the revision."""
    for one in entries:
        list_recipient(ListRecipient(revision_id, None, one), by=world.by(who), house=world.house)
    return revision_id


def distributed(world: World, *entries: ListEntry, on: date | None = None) -> UUID:
    """Return a revision that was issued with this list."""
    return world.issued(listed(world, world.draft(), *entries), on=on)


def distributed_as(world: World, title: str, *entries: ListEntry) -> UUID:
    """Return a revision of a document with this title that was issued with this list."""
    return world.issued(listed(world, world.draft(title), *entries))


def followed(world: World, revision_id: UUID, *, on: date | None = None) -> UUID:
    """Issue the next revision of a document; return it."""
    return world.issued(revised(world, revision_id), on=on)


def revised(world: World, revision_id: UUID) -> UUID:
    """Begin the next revision of a document; return the draft."""
    cmd = ReviseDocument(world.document_of(revision_id).id, "条款", "改正", (world.upload("chen"),))
    return revise_document(cmd, by=world.by("chen"), house=world.house)


def issued(world: World, revision_id: UUID) -> UUID:
    """Issue a revision that is approved, from today; return it."""
    cmd = IssueRevision(revision_id, world.revision(revision_id).row_version, world.house.today())
    return issue_revision(cmd, by=world.by("chen"), house=world.house)


def entries(world: World, revision_id: UUID) -> list[DistributionEntry]:
    with world.house.uow.read() as session:
        query = select(DistributionEntry).where(DistributionEntry.revision_id == revision_id)
        return list(session.scalars(query.order_by(DistributionEntry.ordinal)))


def copies(world: World, revision_id: UUID) -> list[ControlledCopy]:
    with world.house.uow.read() as session:
        query = select(ControlledCopy).where(ControlledCopy.revision_id == revision_id)
        return list(session.scalars(query.order_by(ControlledCopy.sequence)))


def copy_row(world: World, copy_id: UUID) -> ControlledCopy:
    with world.house.uow.read() as session:
        return session.get_one(ControlledCopy, copy_id)


def readers(world: World, revision_id: UUID) -> dict[UUID, bool]:
    """Return who is asked to read, and whether they have."""
    with world.house.uow.read() as session:
        rows = session.scalars(select(ReadTask).where(ReadTask.revision_id == revision_id))
        return {one.person_id: one.acknowledged_at is not None for one in rows}


def received(world: World, copy_id: UUID, *, who: str = "li", on: date | None = None) -> UUID:
    cmd = ReceiveCopy(copy_id, None, on or world.house.today())
    return receive_copy(cmd, by=world.by(who), house=world.house)


def recalled(world: World, copy_id: UUID, *, who: str = "chen", reason: str = "离岗") -> UUID:
    return recall_copy(RecallCopy(copy_id, None, reason), by=world.by(who), house=world.house)


def closing(world: World, copy_id: UUID, reason: str = "", witness: str = "") -> CloseCopy:
    seen_by = world.people[witness] if witness else None
    return CloseCopy(copy_id, None, world.house.today(), reason, seen_by)


def returned(world: World, copy_id: UUID, *, who: str = "chen", reason: str = "") -> UUID:
    return return_copy(closing(world, copy_id, reason), by=world.by(who), house=world.house)


def destroyed(world: World, copy_id: UUID, *, who: str = "chen", witness: str = "li") -> UUID:
    cmd = closing(world, copy_id, "破损", witness)
    return destroy_copy(cmd, by=world.by(who), house=world.house)


def lost(world: World, copy_id: UUID, *, who: str = "li", reason: str = "找不到") -> UUID:
    return lose_copy(closing(world, copy_id, reason), by=world.by(who), house=world.house)


def read_it(world: World, revision_id: UUID, *, who: str = "wang") -> UUID:
    return acknowledge(Acknowledge(revision_id), by=world.by(who), house=world.house)


def actions(world: World, revision_id: UUID) -> list[str]:
    """Return what the trail tells of the document of a revision, in order."""
    with world.house.uow.read() as session:
        query = select(EventRow.action).where(EventRow.subject_id == world.document_of(revision_id).id)
        return list(session.scalars(query.order_by(EventRow.seq)))
