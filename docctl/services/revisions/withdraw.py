"""Withdrawing an issued revision, at once or before its date (V-6)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.issue import may_withdraw
from docctl.domain.lifecycle import REVISION_MOVES, RevisionAction
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.documents import Revision
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.jobs import settled
from docctl.services.numbers.follow import renumber
from docctl.services.registry import use_case
from docctl.services.requests.answer import asked_to_withdraw, finish
from docctl.services.reviews.ask import ask_citing
from docctl.services.reviews.decide import after_withdrawal
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class WithdrawRevision:
    """Withdraw a revision with the reason."""

    revision_id: UUID
    row_version: int
    reason: str


@use_case("revision.withdraw")
def withdraw_revision(session: Session, cmd: WithdrawRevision, by: Caller) -> UUID:
    """Withdraw a revision; before its date, the one it would have superseded stays in force (V-6)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.withdraw", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    require(may_withdraw(revision.status, effective_until=revision.effective_until, at=by.at, zone=by.zone))
    if not cmd.reason.strip():
        raise RuleRefused(Refused("V-6", "reason_needed"))
    assert revision.effective_from is not None
    before_its_date = by.at < revision.effective_from
    start, followed = revision.effective_from, revision.effective_until
    revision.effective_until = max(by.at, start)
    revision.status = REVISION_MOVES[revision.status, RevisionAction.WITHDRAW]
    revision.withdrawn_at, revision.withdrawn_by = by.at, by.person_id
    revision.withdraw_reason = cmd.reason.strip()
    session.flush()  # end this interval before the earlier one opens again
    if before_its_date:
        for other in loaded.revisions.values():
            if other.effective_until == start and other.withdrawn_at is None:
                other.effective_until = followed  # a third one may already wait behind it
    record(
        session,
        by,
        "revision.withdrawn",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "effective_until": revision.effective_until,
            "before_its_date": before_its_date,
        },
        detail={"reason": revision.withdraw_reason},
    )
    after_withdrawal(session, loaded, revision, by)
    if not before_its_date:
        finish(session, by, document, revision, asked_to_withdraw(session, document.id))
        ask_citing(session, document, by)
    return document.id


@dataclass(frozen=True, slots=True)
class NoteEffective:
    """The instant of an issue for a later date has come."""

    revision_id: UUID


@use_case("system.operate")
def note_effective(session: Session, cmd: NoteEffective, by: Caller) -> bool:
    """Carry the new title and number into the register and the trail; the state itself needs no job (V-3)."""
    authorise(by.actor, "system.operate", Facts())
    if session.get(Revision, cmd.revision_id) is None:
        return False
    loaded, revision = lock_revision(session, cmd.revision_id)  # of two workers at once one comes second
    document = loaded.document
    if revision.withdrawn_at is not None or revision.effective_from is None:
        return False
    if by.at < revision.effective_from or not settled(
        session, "revision.effective", subject_id=revision.id, at=by.at
    ):
        return False  # too early, or told before: a job may run twice
    document.title = revision.title
    renumber(session, by, document, revision)
    record(
        session,
        by,
        "revision.took_effect",
        Subject("document", document.id, str(revision.id)),
        facts={"number": document.number, "label": revision.label},
        occurred_at=revision.effective_from,
    )
    return True
