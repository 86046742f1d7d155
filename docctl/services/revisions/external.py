"""Signatures of people without an account on a revision: vouched for, withdrawn, evidence taken (A-5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import same_content
from docctl.domain.external_signatures import Given, may_take_back, may_vouch
from docctl.domain.lifecycle import revision_state
from docctl.domain.permissions import authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import NotFound, require
from docctl.models.base import new_id
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.models.external_signatures import ExternalSignature, ExternalWithdrawal
from docctl.models.organisation import Person
from docctl.services.caller import Caller
from docctl.services.content.open import Handed
from docctl.services.content.reads import note_read
from docctl.services.content.sound import opener
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.files import Attached, StoredFile, add_files, storing
from docctl.services.house import House
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class SignExternally:
    """A signature from outside, with its evidence; `seen_sha256` is the content it was given for."""

    revision_id: UUID
    row_version: int
    seen_sha256: str
    given: Given
    uploads: tuple[Attached, ...] = ()
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case(
    "revision.external_sign", signs=True, before=storing(OwnerKind.EXTERNAL_SIGNATURE, for_document=False)
)
def sign_externally(session: Session, cmd: SignExternally, by: Caller) -> UUID:
    """Vouch for the signature of somebody without an account; it is no step of the route (A-5).

    Return its id.
    """
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.external_sign", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    given = cmd.given.stripped()
    handed_in = revision.prepared_at
    require(
        may_vouch(
            given,
            state=revision_state(revision.dates(), by.at),
            submitted_on=handed_in.astimezone(by.zone).date() if handed_in else None,
            today=by.today,
            files=[one.name for one in cmd.files],
        )
    )
    content = revision.manifest_sha256 or ""
    require(same_content(signed_sha256=cmd.seen_sha256, present_sha256=content))
    voucher = session.get_one(Person, by.person_id)
    row = ExternalSignature(
        id=cmd.item_id,
        revision_id=revision.id,
        round=revision.round,
        name=given.name,
        organisation=given.organisation,
        meaning=given.meaning,
        how=given.how,
        signed_on=given.signed_on,
        note=given.note,
        content_sha256=content,
        vouched_by=voucher.id,
        vouched_name=voucher.name,
        vouched_at=by.at,
    )
    session.add(row)
    if cmd.files:
        session.flush()
        add_files(session, by, owner=OwnerKind.EXTERNAL_SIGNATURE, owner_id=row.id, files=cmd.files)
    record(
        session,
        by,
        "revision.external_signed",
        _subject(document, revision),
        facts={
            **_facts(document, revision, row),
            "content": content,
            "files": ", ".join(one.sha256 for one in cmd.files),
        },
        detail={"name": row.name, "organisation": row.organisation, "note": row.note},
    )
    return row.id


@dataclass(frozen=True, slots=True)
class WithdrawExternal:
    """A vouched signature that does not count any more, with the reason."""

    signature_id: UUID
    reason: str


@use_case("revision.external_withdraw")
def withdraw_external(session: Session, cmd: WithdrawExternal, by: Caller) -> UUID:
    """Withdraw a vouched signature; it stays, struck, with the reason (A-5). Return its revision's id."""
    row, document, revision = _locked(session, cmd.signature_id)
    facts = replace(facts_of(session, document, revision, by), author_id=row.vouched_by)
    authorise(by.actor, "revision.external_withdraw", facts)
    there = session.get(ExternalWithdrawal, row.id)
    require(may_take_back(is_withdrawn=there is not None))
    require(reason_given(cmd.reason, rule="A-5"))
    assert by.person_id is not None
    reason = cmd.reason.strip()
    session.add(
        ExternalWithdrawal(signature_id=row.id, reason=reason, withdrawn_by=by.person_id, withdrawn_at=by.at)
    )
    record(
        session,
        by,
        "revision.external_withdrawn",
        _subject(document, revision),
        facts=_facts(document, revision, row),
        detail={"name": row.name, "organisation": row.organisation, "reason": reason},
    )
    return revision.id


@dataclass(frozen=True, slots=True)
class ReadEvidence:
    """Evidence of a signature from outside that is about to be handed out."""

    signature_id: UUID


@use_case("revision.external_read")
def read_evidence(session: Session, cmd: ReadEvidence, by: Caller) -> UUID:
    """Note that somebody inside takes the evidence (A-5, X-2)."""
    row, document, revision = _locked(session, cmd.signature_id)
    authorise(by.actor, "revision.external_read", facts_of(session, document, revision, by))
    file = _evidence(session, row.id)
    note_read(
        session,
        by,
        "revision.evidence_taken",
        _subject(document, revision),
        facts={**_facts(document, revision, row), "file": file.sha256},
    )
    return file.id


def open_evidence(signature_id: UUID, *, by: Caller, house: House) -> Handed:
    """Return evidence as it came; the read is in the trail before any byte goes (A-5, X-2)."""
    read_evidence(ReadEvidence(signature_id), by=by, house=house)
    with house.uow.read() as session:
        file = _evidence(session, signature_id)
        return Handed(file.name, file.media_type, file.size, opener(house, file))


def _locked(session: Session, signature_id: UUID) -> tuple[ExternalSignature, Document, Revision]:
    row = session.get(ExternalSignature, signature_id)
    if row is None:
        raise NotFound("external signature")
    loaded, revision = lock_revision(session, row.revision_id)
    return row, loaded.document, revision


def _evidence(session: Session, signature_id: UUID) -> ItemFile:
    query = select(ItemFile).where(
        ItemFile.owner_id == signature_id, ItemFile.owner_kind == OwnerKind.EXTERNAL_SIGNATURE
    )
    if (found := session.scalars(query).first()) is None:
        raise NotFound("file")
    return found


def _subject(document: Document, revision: Revision) -> Subject:
    return Subject("document", document.id, str(revision.id))


def _facts(document: Document, revision: Revision, row: ExternalSignature) -> dict[str, object]:
    return {
        "number": document.number,
        "label": revision.label,
        "signature": str(row.id),
        "round": row.round,
        "meaning": row.meaning.value,
        "how": row.how.value,
        "signed_on": row.signed_on,
    }
