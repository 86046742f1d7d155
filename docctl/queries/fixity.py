"""How sound the stored files are: what was checked in time, and which files are not as filed (T-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor, Facts, authorise
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.models.external_signatures import ExternalSignature
from docctl.models.records import Record
from docctl.models.requests import ChangeRequest
from docctl.models.retention import DisposalList
from docctl.models.visibility import sets_of

#: So many unsound files are listed; the count says how many there are.
MOST: Final = 200


def is_late(at: datetime, every: timedelta) -> ColumnElement[bool]:
    """Say in SQL whether a file's bytes were last hashed too long ago, or never (T-3)."""
    hashed_late = or_(ItemFile.checked_at.is_(None), ItemFile.checked_at <= at - every)
    return ItemFile.destroyed_at.is_(None) & hashed_late


def is_unsound() -> ColumnElement[bool]:
    """Say in SQL whether a file is not what its row says (T-3).

    Compared by order: an index finds what lies behind "", and not what differs from it.
    """
    return (ItemFile.problem > "") & ItemFile.destroyed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Unsound:
    """A stored file that is not what its row says; `title` is empty for who may not see the item (X-3)."""

    file_id: UUID
    problem: str
    kind: str
    item_id: UUID
    number: str
    title: str
    name: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class FixityState:
    """What the rolling check has reached; sizes in bytes, instants UTC."""

    files: int
    size: int
    late: int
    oldest: datetime | None
    every: timedelta
    unsound: int
    listed: tuple[Unsound, ...]


def fixity_state(session: Session, actor: Actor, *, at: datetime, every: timedelta) -> FixityState:
    """Return how far the check has come, and every unsound file by item (T-3).

    Raises RuleRefused for who may not verify.
    """
    authorise(actor, "audit.verify", Facts())
    files, size, oldest = session.execute(
        select(func.count(), func.coalesce(func.sum(ItemFile.stored_size), 0), func.min(ItemFile.checked_at))
        .select_from(ItemFile)
        .where(ItemFile.destroyed_at.is_(None))
    ).one()
    late = select(func.count()).select_from(ItemFile).where(is_late(at, every))
    bad = select(func.count()).select_from(ItemFile).where(is_unsound())
    return FixityState(
        files=files,
        size=size,
        late=session.scalar(late) or 0,
        oldest=oldest,
        every=every,
        unsound=session.scalar(bad) or 0,
        listed=tuple(_listed(session, actor)),
    )


def _listed(session: Session, actor: Actor) -> list[Unsound]:
    rows = session.execute(
        select(ItemFile, Record, Revision, Document, DisposalList, ChangeRequest, ExternalSignature.id)
        .outerjoin(Record, (Record.id == ItemFile.owner_id) & (ItemFile.owner_kind == OwnerKind.RECORD))
        .outerjoin(ExternalSignature, ExternalSignature.id == ItemFile.owner_id)
        .outerjoin(
            Revision,
            ((Revision.id == ItemFile.owner_id) & (ItemFile.owner_kind == OwnerKind.REVISION))
            | (Revision.id == ExternalSignature.revision_id),
        )
        .outerjoin(Document, Document.id == Revision.document_id)
        .outerjoin(
            DisposalList,
            (DisposalList.id == ItemFile.owner_id) & (ItemFile.owner_kind == OwnerKind.DISPOSAL_LIST),
        )
        .outerjoin(
            ChangeRequest,
            (ChangeRequest.id == ItemFile.owner_id) & (ItemFile.owner_kind == OwnerKind.CHANGE_REQUEST),
        )
        .where(is_unsound())
        .order_by(ItemFile.checked_at.desc(), ItemFile.id)
        .limit(MOST)
    ).all()
    seen = sets_of(session, actor)
    found = []
    for file, record, revision, document, disposal, request, evidence in rows:
        if record is not None:
            kind, item, number, title = "record", record.id, record.number, record.title
            visible = record.access_set_id in seen
        elif document is not None:
            kind, item, number, title = "document", document.id, document.number, revision.title
            inside = document.insider_set_id in seen  # evidence is theirs alone
            visible = inside or (evidence is None and document.access_set_id in seen)
        elif request is not None:  # by its number alone: who may see it is asked on its page
            kind, item, number, title = "change_request", request.id, request.number, ""
            visible = False
        else:
            kind, item, number, title = "disposal_list", disposal.id, disposal.number, ""
            visible = True
        found.append(
            Unsound(
                file_id=file.id,
                problem=file.problem,
                kind=kind,
                item_id=item,
                number=number,
                title=title if visible else "",
                name=file.name if visible else "",
                checked_at=file.checked_at,
            )
        )
    return found
