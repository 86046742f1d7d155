"""What a record's content is at this instant, as the hash that its keeper sees and signs (A-3, V-13)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.manifest import Manifest, ManifestFile, manifest
from docctl.models.content import ItemFile
from docctl.models.records import Record, RecordFact


def content_of(session: Session, row: Record) -> str:
    """Return the hash over number, form, all values that each fact has had, and all files (A-3)."""
    return content_manifest(session, row).sha256


def content_manifest(session: Session, row: Record) -> Manifest:
    """Return what that hash is over."""
    facts = session.execute(
        select(RecordFact.field, RecordFact.ordinal, RecordFact.value)
        .where(RecordFact.record_id == row.id)
        .order_by(RecordFact.field, RecordFact.ordinal)
    ).all()
    files = session.scalars(
        select(ItemFile).where(ItemFile.owner_id == row.id, ItemFile.destroyed_at.is_(None))
    ).all()
    return manifest(
        "record",
        {
            "number": row.number,
            "form": row.form_revision_id,
            "values": [list(one) for one in facts],
        },
        [
            ManifestFile(one.role.value, one.ordinal, one.name, one.media_type, one.sha256, one.size)
            for one in files
        ],
    )
