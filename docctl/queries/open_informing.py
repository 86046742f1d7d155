"""What a person is asked to know by copy-to steps, for handing over (A-10, A-16)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.copy_to import INFORM
from docctl.domain.leaving import OpenKind
from docctl.domain.permissions import Actor
from docctl.models.copy_steps import CopyStep
from docctl.models.documents import Document, Revision
from docctl.queries.copy_steps import open_informs
from docctl.queries.open_item import OpenItem, Taker
from docctl.queries.revision_states import is_insider


def informing_of(
    session: Session, actor: Actor, person_id: UUID, people: tuple[Taker, ...]
) -> Iterable[OpenItem]:
    """Yield what a person is asked to know; it goes to somebody whom the same step does not tell already."""
    rows = session.execute(
        open_informs()
        .with_only_columns(
            CopyStep.id,
            CopyStep.revision_id,
            CopyStep.round,
            CopyStep.position,
            Document.number,
            Revision.title,
            is_insider(actor).label("seen"),
        )
        .join(Document, Document.id == Revision.document_id)
        .where(CopyStep.person_id == person_id)
        .order_by(Document.number, Revision.ordinal, CopyStep.position)
    ).all()
    told: dict[tuple[UUID, int, int], set[UUID]] = {}
    others = select(CopyStep.revision_id, CopyStep.round, CopyStep.position, CopyStep.person_id).where(
        CopyStep.revision_id.in_({one.revision_id for one in rows})
    )
    for revision_id, round_number, position, person in session.execute(others):
        told.setdefault((revision_id, round_number, position), set()).add(person)
    for one in rows:
        there = told[one.revision_id, one.round, one.position]
        yield OpenItem(
            OpenKind.INFORM,
            one.id,
            INFORM,
            one.number,
            one.title if one.seen else "",
            None,
            f"/documents/revisions/{one.revision_id}" if one.seen else "",
            tuple(each for each in people if each.id not in there),
        )
