"""What pages show of a file that was read: its clean HTML (F-3)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.content import FileReading, ItemFile
from docctl.services.content.texts import SealedText, texts_in


def html_of(session: Session, file_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the HTML of those files that have one and whose key is there."""
    if not file_ids:
        return {}
    rows = session.execute(
        select(ItemFile.owner_id, ItemFile.id, FileReading.html, FileReading.sealed_html)
        .join(FileReading, FileReading.file_id == ItemFile.id)
        .where(ItemFile.id.in_(file_ids))
    ).all()
    html = {file_id: plain for _, file_id, plain, _ in rows if plain is not None}
    sealed = [
        SealedText(owner, file_id, "html", kept) for owner, file_id, _, kept in rows if kept is not None
    ]
    opened = texts_in(session).shown(sealed)
    return html | {one.file_id: text for one, text in zip(sealed, opened, strict=True) if text}
