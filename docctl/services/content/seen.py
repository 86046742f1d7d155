"""What a signer sees before signing: the hash and the facts of exactly that content (A-3, V-13)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document, Revision
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of
from docctl.services.house import House
from docctl.services.revisions.content import manifest_of


@dataclass(frozen=True, slots=True)
class Seen:
    """The manifest as it stands, and the row it stands on."""

    manifest_sha256: str
    row_version: int


def content_seen(revision_id: UUID, *, by: Caller, house: House, permission: str) -> Seen:
    """Return what a signature would sign now; a submitted revision's content is fixed (A-3, V-13).

    Raises NotFound or RuleRefused where the person could not sign anyway.
    """
    with house.uow.read() as session:
        found = session.execute(
            select(Document, Revision)
            .join(Revision, Revision.document_id == Document.id)
            .where(Revision.id == revision_id)
        ).first()
        if found is None:
            raise NotFound("revision")
        document, revision = found
        authorise(by.actor, permission, facts_of(session, document, revision, by))
        sha256 = revision.manifest_sha256 or manifest_of(session, document, revision).sha256
        return Seen(sha256, revision.row_version)
