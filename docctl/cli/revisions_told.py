"""What a command says of a revision: before it is signed, and once something was done (A-3, V-2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from docctl.cli.answers import Answer
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from uuid import UUID

    from docctl.queries.by_name import RevisionNamed


def what_is_signed(desk: Desk, meaning: str, found: RevisionNamed, content: str) -> str:
    """Return what a person is told to sign."""
    return desk.words.t(
        "cli.signing",
        meaning=desk.words.t(f"meanings.{meaning}"),
        what=f"{found.number} {found.label} {found.title}",
        sha256=content,
    )


def told(desk: Desk, done: str, revision_id: UUID) -> Answer:
    """Say what became of a revision, as the database has it now."""
    from docctl.domain.lifecycle import revision_state
    from docctl.models.documents import Document, Revision

    with desk.read() as session:
        revision = session.get_one(Revision, revision_id)
        document = session.get_one(Document, revision.document_id)
        state = revision_state(revision.dates(), desk.house.clock()).value
        data = {
            "number": document.number,
            "title": revision.title,
            "revision": revision.label,
            "state": state,
            "effective": _day(desk, revision.effective_from),
            "until": _day(desk, revision.effective_until),
            "content_sha256": revision.manifest_sha256,
        }
    return desk.done(
        done,
        data,
        number=document.number,
        revision=revision.label,
        title=revision.title,
        day=data["effective"] or data["until"] or "",
    )


def _day(desk: Desk, value: Any) -> date | None:
    found = desk.local(value)
    return found.date() if found else None
