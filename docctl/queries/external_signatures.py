"""Signatures from outside beside those of a revision: always shown as external (A-5, A-9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import NotFound
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Revision
from docctl.models.external_signatures import ExternalSignature, ExternalWithdrawal


@dataclass(frozen=True, slots=True)
class ExternalLine:
    """A signature from outside as shown; void once withdrawn, or of a round that was returned."""

    id: UUID
    name: str
    organisation: str
    meaning: str
    how: str
    signed_on: date
    note: str
    round: int
    content_sha256: str
    vouched_by: str
    vouched_at: datetime
    is_void: bool
    is_withdrawn: bool
    #: Why it was withdrawn, "" for who is no insider.
    withdrawn_reason: str
    #: Whether there is a file; who is no insider is not told of it.
    has_evidence: bool
    may_withdraw: bool


def external_signatures(
    session: Session, actor: Actor, revision: Revision, facts: Facts, zone: tzinfo
) -> tuple[ExternalLine, ...]:
    """Return the signatures from outside on a revision, in the order in which they were vouched for.

    People of outside organisations are told of none: who else signed is not theirs (O-7, X-3).
    """
    if actor.is_outside:
        return ()
    rows = session.execute(
        select(ExternalSignature, ExternalWithdrawal.reason, ItemFile.id)
        .outerjoin(ExternalWithdrawal, ExternalWithdrawal.signature_id == ExternalSignature.id)
        .outerjoin(
            ItemFile,
            (ItemFile.owner_id == ExternalSignature.id)
            & (ItemFile.owner_kind == OwnerKind.EXTERNAL_SIGNATURE),
        )
        .where(ExternalSignature.revision_id == revision.id)
        .order_by(ExternalSignature.vouched_at, ExternalSignature.id)
    ).all()
    returned = revision.status in {RevisionStatus.DRAFT, RevisionStatus.DISCARDED}
    is_insider = allows(actor, "revision.external_read", facts)
    return tuple(
        ExternalLine(
            id=row.id,
            name=row.name,
            organisation=row.organisation,
            meaning=row.meaning.value,
            how=row.how.value,
            signed_on=row.signed_on,
            note=row.note if is_insider else "",
            round=row.round,
            content_sha256=row.content_sha256,
            vouched_by=row.vouched_name,
            vouched_at=row.vouched_at.astimezone(zone),
            is_void=returned or reason is not None or row.round != revision.round,
            is_withdrawn=reason is not None,
            withdrawn_reason=reason or "" if is_insider else "",
            has_evidence=is_insider and file is not None,
            may_withdraw=reason is None and _may_withdraw(actor, facts, row),
        )
        for row, reason, file in rows
    )


def _may_withdraw(actor: Actor, facts: Facts, row: ExternalSignature) -> bool:
    return allows(actor, "revision.external_withdraw", replace(facts, author_id=row.vouched_by))


def require_signature_of(session: Session, revision_id: UUID, signature_id: UUID) -> None:
    """Raise NotFound unless the signature from outside is on the revision; who sees it is not asked here."""
    found = session.scalar(
        select(ExternalSignature.id).where(
            ExternalSignature.id == signature_id, ExternalSignature.revision_id == revision_id
        )
    )
    if found is None:
        raise NotFound("external signature")
