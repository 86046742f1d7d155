"""Whether a mail that was not sent yet is given up: at a person's word (A-4)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.deliveries.ends import GIVEN_UP, REFUSED, end
from docctl.services.mailing.address import address_row
from docctl.services.people.load import lock_person
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class MailOf:
    """A mail that waits, or that ended without being sent."""

    delivery_id: UUID


@use_case("mail.manage")
def give_up_mail(session: Session, cmd: MailOf, by: Caller) -> UUID:
    """Send it no more; what it tells of stays in the inbox of its person (A-4).

    Raises NotFound for one that was sent or has ended.
    """
    authorise(by.actor, "mail.manage", Facts())
    row = _mail_row(session, cmd.delivery_id)
    if row.done_at is not None:
        raise NotFound("mail")
    end(row, GIVEN_UP, by.at)
    record(session, by, "delivery.given_up", Subject("delivery", row.id), facts={"kind": row.kind})
    return row.id


@use_case("mail.manage")
def retry_mail(session: Session, cmd: MailOf, by: Caller) -> UUID:
    """Try at once what waits for its next try; what was refused or is over is tried anew (A-4).

    Of an address that was refused nothing is held any more: the server is asked again.

    Raises NotFound for one that was sent, and for a code that has expired with it.
    """
    authorise(by.actor, "mail.manage", Facts())
    row = _mail_row(session, cmd.delivery_id)
    if row.done_at is not None and (not row.outcome or row.payload.get("what") == "code"):
        raise NotFound("mail")
    facts = {"kind": row.kind, "tries": row.tries, "error": row.outcome or "failed"}
    if row.outcome == REFUSED and row.subject_id is not None:
        lock_person(session, row.subject_id)
        held = address_row(session, row.subject_id)
        held.problem, held.problem_at = "", None
    if row.done_at is not None:
        row.done_at, row.outcome, row.tries, row.created_at = None, "", 0, by.at
    row.next_at = min(row.next_at, by.at)
    record(session, by, "delivery.retried", Subject("delivery", row.id), facts=facts)
    return row.id


def _mail_row(session: Session, delivery_id: UUID) -> Delivery:
    row = session.get(Delivery, delivery_id)
    if row is None or row.kind != "mail":
        raise NotFound("mail")
    return row
