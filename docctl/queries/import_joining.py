"""Which documents that are there a file of a run can be a revision of, for who checks it (I-4, N-6, N-9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.import_joining import Joins
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import Refused
from docctl.models.documents import Document, Revision
from docctl.models.names import name_key
from docctl.queries.number_holders import documents_of, entity_names
from docctl.queries.revision_states import readable_document
from docctl.services.imports.joining import AsChosen, placed, revisions_of

#: So many documents of one title are offered.
_MOST = 5


@dataclass(frozen=True, slots=True)
class Target:
    """A document that a file may join: `joins` says as which revision, `refused` why not; one of them is set.

    `beside` is the label of the revision that it would stand beside, empty where there is none; `entity` is
    the name of its legal entity where that is not the file's own.
    """

    document_id: UUID
    number: str
    title: str
    joins: Joins | None
    refused: Refused | None
    beside: str
    entity: str = ""


def targets(
    session: Session, actor: Actor, file: AsChosen, entity_id: UUID, *, at: datetime, zone: tzinfo
) -> tuple[Target, ...]:
    """Return the documents that have a file's number in its entity, or its title, and the one chosen (X-3).

    Only those that the person may see; what another entity has under the number is no revision of it (N-6).
    """
    number, title = file.number, str(file.chosen.get("title", ""))
    wanted = list(documents_of(session, [(entity_id, number)]).values())
    if file.document_id is not None:
        wanted.append(file.document_id)
    if title:
        named = select(Document.id).where(Document.title_key == name_key(title)).limit(_MOST)
        wanted += session.scalars(named)
    query = (
        select(Document)
        .where(Document.id.in_(set(wanted)), readable_document(actor, at))
        .order_by(Document.number)
    )
    documents = session.scalars(query).all()
    there = revisions_of(session, (one.id for one in documents))
    names = {key: one.name for key, one in entity_names(session).items() if key != entity_id}
    found = [
        replace(
            _target(actor, file, one, there.get(one.id, []), at, zone), entity=names.get(one.entity_id, "")
        )
        for one in documents
    ]
    return tuple(sorted(found, key=lambda one: (bool(one.entity), normal(one.number) != normal(number))))


def _target(
    actor: Actor, file: AsChosen, document: Document, there: list[Revision], at: datetime, zone: tzinfo
) -> Target:
    goes = placed(file.joining(document.id), there, today=at.astimezone(zone).date(), zone=zone)
    if not allows(actor, "document.import", Facts(unit_id=document.unit_id)):
        goes = Refused("X-1", "not_permitted", {"permission": "document.import"})
    kept = [one for one in there if one.status is not RevisionStatus.DISCARDED]
    beside = (kept[0] if goes is Joins.EARLIER else kept[-1]).label if kept else ""
    refused = goes if isinstance(goes, Refused) else None
    joins = goes if isinstance(goes, Joins) else None
    return Target(document.id, document.number, document.title, joins, refused, beside)


@dataclass(frozen=True, slots=True)
class Joined:
    """The document chosen for a file, and which revision of it the file becomes, or why none.

    Of a document that the person may not see only the number is told; it `goes` nowhere that they could know.
    """

    number: str
    goes: Joins | Refused | None


def joined(
    session: Session, actor: Actor, files: Iterable[AsChosen], *, at: datetime, zone: tzinfo
) -> Mapping[UUID, Joined]:
    """Return by file what becomes of those that shall join a document, as far as seen (X-3)."""
    chosen = [(one, one.document_id) for one in files if one.document_id is not None]
    ids = {document_id for _, document_id in chosen}
    if not ids:
        return {}
    seen = readable_document(actor, at).label("seen")
    found = session.execute(select(Document.id, Document.number, seen).where(Document.id.in_(ids)))
    known: dict[UUID, tuple[str, bool]] = {one[0]: (one[1], bool(one[2])) for one in found}
    there = revisions_of(session, (one for one, (_, is_seen) in known.items() if is_seen))
    today = at.astimezone(zone).date()

    def goes(file: AsChosen, document_id: UUID) -> Joins | Refused | None:
        if not known[document_id][1]:
            return None
        return placed(file, there.get(document_id, ()), today=today, zone=zone)

    return {
        file.id: Joined(known[document_id][0], goes(file, document_id))
        for file, document_id in chosen
        if document_id in known
    }
