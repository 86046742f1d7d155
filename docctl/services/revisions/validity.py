"""The end of a revision's validity: asked for in time, what becomes of it is decided by its owner (V-8)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Facts, authorise
from docctl.domain.validity import Validity, asked_at, ends_at, last_day, may_be_valid
from docctl.domain.verdicts import require
from docctl.models.documents import Revision
from docctl.services.caller import Caller
from docctl.services.documents.load import lock_revision
from docctl.services.jobs import due, settled
from docctl.services.registry import use_case
from docctl.services.reviews.ask import ask_citing
from docctl.services.trail import Subject, record

#: The job that asks the owner.
ASK: str = "revision.validity"


def set_validity(revision: Revision, validity: Validity, by: Caller) -> None:
    """Note in a draft until when it is to be valid; raise RuleRefused where it cannot be (V-8)."""
    unchanged = validity == Validity(last_day(revision.valid_until, by.zone), revision.is_trial)
    if not unchanged:  # what was right when it was written is looked at again when it is issued
        require(may_be_valid(validity, today=by.today))
    revision.valid_until = ends_at(validity.last_day, by.zone)
    revision.is_trial = validity.is_trial


def ask_in_time(session: Session, revision: Revision, by: Caller) -> None:
    """Put the question to the owner on the list of what falls due (V-8, D-5)."""
    if revision.valid_until is not None:
        due(session, ASK, subject_id=revision.id, at=asked_at(revision.valid_until, issued=by.at))


@dataclass(frozen=True, slots=True)
class AskValidity:
    """A revision whose validity is about to end."""

    revision_id: UUID


@use_case("system.operate")
def ask_validity(session: Session, cmd: AskValidity, by: Caller) -> bool:
    """Put a revision into the inbox of its owner before its validity ends; the state needs no job (V-8)."""
    authorise(by.actor, "system.operate", Facts())
    if session.get(Revision, cmd.revision_id) is None:
        return False
    loaded, revision = lock_revision(session, cmd.revision_id)
    if revision.status is not RevisionStatus.ISSUED or revision.valid_until is None:
        return False
    if revision.validity_asked_at is not None or not settled(session, ASK, subject_id=revision.id, at=by.at):
        return False
    revision.validity_asked_at = by.at
    record(
        session,
        by,
        "revision.validity_nears",
        Subject("document", loaded.document.id, str(revision.id)),
        facts={
            "number": loaded.document.number,
            "label": revision.label,
            "valid_until": revision.valid_until,
        },
    )
    ask_citing(session, loaded.document, by)
    return True
