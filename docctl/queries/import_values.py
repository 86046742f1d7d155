"""What the files of a run say: as read while they are open, as their revisions say it later (I-1, R-7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.citations import Citation
from docctl.models.documents import Document, Revision
from docctl.models.imports import ImportFile
from docctl.queries.revision_states import readable_document, readable_revision
from docctl.services.imports.contents import Content, Contents
from docctl.services.imports.propose import EXTERNAL

_TITLE_THERE: Final = "title_there"


def contents_of(
    session: Session, actor: Actor, run_id: UUID, rows: Sequence[ImportFile], *names: str, at: datetime
) -> dict[UUID, Content]:
    """Return what is known of files of a run, by id: `names` of what was read of those still open.

    Of a file that was imported its revision tells, with what it cites, as far as the person may see it at
    that instant; else only the number (X-3). Of one that was not imported nothing is kept beside its line.
    """
    contents = Contents(session, run_id)
    opened = {row.id: contents.shown(row, *names) for row in rows if row.state is not FileState.DONE}
    found = _as_seen(session, actor, opened, at)
    imported = {row.revision_id: row for row in rows if row.revision_id and row.id not in found}
    return {
        **dict.fromkeys((row.id for row in rows), Content()),
        **found,
        **_imported(session, actor, imported, at),
    }


def _as_seen(session: Session, actor: Actor, found: dict[UUID, Content], at: datetime) -> dict[UUID, Content]:
    """Leave out that a title is another document's, where the person may not know of that one (X-3)."""
    titled = [one for content in found.values() for one in content.notes if one["code"] == _TITLE_THERE]
    if not titled:
        return found
    there = Document.number.in_({one["params"]["holder"] for one in titled})
    seen = {
        (number, normal(title))
        for number, title in session.execute(
            select(Document.number, Document.title).where(there, readable_document(actor, at))
        )
    }

    def is_known(note: Mapping[str, Any]) -> bool:
        params = note["params"]
        return note["code"] != _TITLE_THERE or (params["holder"], normal(params["title"])) in seen

    return {
        file_id: replace(one, notes=[note for note in one.notes if is_known(note)])
        for file_id, one in found.items()
    }


def _imported(
    session: Session, actor: Actor, rows: dict[UUID, ImportFile], at: datetime
) -> dict[UUID, Content]:
    if not rows:
        return {}
    query = (
        select(Revision, Document)
        .join(Document, Document.id == Revision.document_id)
        .where(Revision.id.in_(rows), readable_revision(actor, at))
    )
    seen = session.execute(query).all()
    cited: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in session.scalars(
        select(Citation)
        .where(Citation.revision_id.in_([revision.id for revision, _ in seen]))
        .order_by(Citation.revision_id, Citation.ordinal)
    ):
        cited[one.revision_id].append({"kind": one.kind, "name": one.name, "number": one.number})
    numbers = {row.id: Content(chosen={"number": row.number}) for row in rows.values()}
    return numbers | {
        rows[revision.id].id: Content(
            facts={"citations": cited[revision.id]},
            chosen=_chosen(rows[revision.id], revision, document),
        )
        for revision, document in seen
    }


def _chosen(row: ImportFile, revision: Revision, document: Document) -> dict[str, Any]:
    paper = revision.paper or {}
    told = {
        name: paper.get(name) for name in ("effective", "issued", "controlled", "distribution", "signers")
    }
    return {
        "number": row.number,
        "title": revision.title,
        "label": revision.label,
        "unit_id": str(document.unit_id),
        "type_id": str(document.type_id),
        **_outside(document),
        **{name: value for name, value in told.items() if value},
    }


def _outside(document: Document) -> dict[str, str]:
    if not document.is_external:
        return {}
    return {"origin": EXTERNAL, "issuer": document.issuer, "issuer_number": document.issuer_number}


__all__ = ["contents_of"]
