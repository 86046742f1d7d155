"""The annexes with which a new revision begins: copies of those of the revision before (V-13, V-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import UNDER_WAY, RevisionStatus
from docctl.domain.permissions import allows
from docctl.domain.verdicts import Conflict, Refused, RuleRefused
from docctl.models.content import FileRole, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.services.caller import Caller
from docctl.services.content.sound import opener
from docctl.services.documents.load import facts_of
from docctl.services.files import Attached, StoredFile, files_of, store_bytes, storing, take_back
from docctl.services.house import House
from docctl.services.registry import Prepared
from storage.api import Area, Key

#: Nothing lies on this machine: the bytes come out of the store.
_NOWHERE: Final = Path()


class Carries(Protocol):
    """A command that begins a revision, with the annexes that it takes over; None: all of them."""

    @property
    def document_id(self) -> UUID: ...
    @property
    def annexes(self) -> tuple[UUID, ...] | None: ...
    @property
    def item_id(self) -> UUID: ...
    @property
    def uploads(self) -> tuple[Attached, ...]: ...
    @property
    def files(self) -> tuple[StoredFile, ...]: ...


def carrying(cmd: Carries, by: Caller, house: House) -> Prepared[Carries]:
    """Store the uploads of a command, and copies of the annexes that the new revision begins with.

    Raises RuleRefused where one of them is damaged or missing (T-3): it is left out only where that is said.
    """
    prepared = storing(OwnerKind.REVISION, for_document=True)(cmd, by, house)
    copies: list[StoredFile] = []

    def undo() -> None:
        prepared.undo()
        for one in copies:
            take_back(house, one)

    try:
        with house.uow.read() as session:
            wanted = _wanted(session, cmd, by)
        for place, row in enumerate(wanted, start=len(cmd.uploads) + 1):
            copies.append(_copied(house, row, cmd.item_id, place))
    except BaseException:
        undo()
        raise
    files = (*prepared.cmd.files, *copies)
    return Prepared(replace(prepared.cmd, files=files), undo, prepared.done)  # type: ignore[type-var]


def annexes_before(session: Session, revisions: Sequence[Revision]) -> list[ItemFile]:
    """Return the annexes of the newest revision that was not discarded; `revisions` in their order."""
    kept = [one for one in revisions if one.status is not RevisionStatus.DISCARDED]
    if not kept:
        return []
    return [one for one in files_of(session, kept[-1].id) if one.role is FileRole.ANNEX]


def taken_over(
    files: Sequence[StoredFile], annexes: Sequence[ItemFile], wanted: Sequence[UUID] | None
) -> None:
    """Raise Conflict unless the copies are of the annexes wanted, None: of all (V-13).

    So it is too where one wanted is none of them: nothing is left behind that somebody chose.
    """
    ids = [one.id for one in annexes]
    chosen = ids if wanted is None else [one for one in ids if one in wanted]
    if wanted is not None and not set(wanted) <= set(ids):
        raise Conflict(Refused("request", "changed_meanwhile"))
    if [one.copy_of for one in files if one.copy_of is not None] != chosen:
        raise Conflict(Refused("request", "changed_meanwhile"))


def _wanted(session: Session, cmd: Carries, by: Caller) -> list[ItemFile]:
    """Return what is to be copied; nothing where the use case refuses anyway."""
    document = session.get(Document, cmd.document_id)
    query = select(Revision).where(Revision.document_id == cmd.document_id).order_by(Revision.ordinal)
    revisions = list(session.scalars(query))
    if document is None or not revisions or any(one.status in UNDER_WAY for one in revisions):
        return []
    if not allows(by.actor, "document.revise", facts_of(session, document, revisions[-1], by)):
        return []
    found = annexes_before(session, revisions)
    return found if cmd.annexes is None else [one for one in found if one.id in cmd.annexes]


def _copied(house: House, row: ItemFile, item_id: UUID, place: int) -> StoredFile:
    opened = opener(house, row)
    try:
        stored = store_bytes(
            house,
            _NOWHERE,
            Key.new(Area.RECORDS, OwnerKind.REVISION.value, item_id, place),
            role=FileRole.ANNEX,
            ordinal=place,
            name=row.name,
            media_type=row.media_type,
            sha256=row.sha256,
            opened=lambda _: opened(),
        )
    except RuleRefused as error:
        if error.refused.rule != "T-3":
            raise
        raise RuleRefused(Refused("V-13", "annex_not_carried", {"name": row.name})) from error
    return replace(stored, title=row.title, copy_of=row.id)
