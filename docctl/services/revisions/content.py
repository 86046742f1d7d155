"""What exactly a revision's signatures sign: its manifest (V-13)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from docctl.domain.manifest import Manifest, ManifestFile, manifest
from docctl.models.distribution import DistributionEntry
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import LegalEntity, Unit
from docctl.models.retention import RetentionClassRow
from docctl.queries.form_definitions import definition_at
from docctl.queries.scopes import scope_rows
from docctl.services.distribution.load import entries_of
from docctl.services.files import files_of
from docctl.services.revisions.annex_forms import annex_forms
from docctl.services.revisions.particulars import particulars_told


def manifest_of(session: Session, document: Document, revision: Revision) -> Manifest:
    """Return the manifest of a revision as it stands; fixed once it is submitted."""
    kept = session.get(RetentionClassRow, document.class_id) if document.class_id else None
    parent = session.get(Document, document.parent_id) if document.parent_id else None
    definition = definition_at(session, revision.id)
    facts = {
        "id": revision.id,
        "document": document.id,
        "entity": session.get_one(LegalEntity, document.entity_id).code,
        "number": document.number,
        "title": revision.title,
        "label": revision.label,
        "issue": revision.issue_label,
        "amendment": revision.amendment_label,
        "type": session.get_one(DocumentType, document.type_id).code,
        "unit": session.get_one(Unit, document.unit_id).code,
        "class": f"{kept.code}/{kept.revision}" if kept else None,
        "parent": parent.number if parent else None,
        "change": {
            "what": revision.change_what,
            "reason": revision.change_reason,
            "basis": revision.change_basis,
        },
        "distribution": [_listed(one) for one in entries_of(session, revision.id)],
        "scope": [
            {"kind": one.kind.value, "id": one.place().holder_id, "name": one.name}
            for one in scope_rows(session, revision.id)
        ],
        "form_definition": definition.data() if definition.fields else None,
        "prepared_by": revision.created_by,
        "authors": revision.authors(),
    }
    facts |= particulars_told(session, document, revision)
    if revision.valid_until is not None:
        facts["validity"] = {"until": revision.valid_until, "trial": revision.is_trial}
    if document.is_external:
        facts["outside"] = {"issuer": document.issuer, "number": document.issuer_number}
    if forms := annex_forms(session, revision.id):
        facts["annex_forms"] = [
            {"id": one.id, "number": one.number, "name": f"{one.number} {one.title}"} for one in forms
        ]
    if revision.paper is not None:
        facts["paper"] = revision.paper
    files = [
        ManifestFile(one.role.value, one.ordinal, one.name, one.media_type, one.sha256, one.size, one.title)
        for one in files_of(session, revision.id)
    ]
    return manifest("revision", facts, files)


def _listed(one: DistributionEntry) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "id": one.holder_id,
        "name": one.holder,
        "medium": one.medium.value,
        "copies": one.copies,
        "reads": one.reads,
    }
