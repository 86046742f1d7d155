"""When a person is told of each kind of work by e-mail: never, at once, or once a day (A-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.mailing import KINDS, When
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.mailing import MailChoice
from docctl.services.caller import Caller
from docctl.services.mailing.address import address_row
from docctl.services.people.load import lock_person
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ChooseMail:
    """Kind → when, "" as the installation says; `hour` of the digest, None as the installation says."""

    chosen: Mapping[str, str]
    hour: int | None = None


@use_case("account.own")
def choose_mail(session: Session, cmd: ChooseMail, by: Caller) -> UUID:
    """Keep when the caller is told of what; kinds that are not named stay as they are (A-4)."""
    authorise(by.actor, "account.own", Facts())
    person = lock_person(session, by.person_id)
    if cmd.hour is not None and not 0 <= cmd.hour <= 23:
        raise RuleRefused(Refused("mail", "hour_unfit"))
    known = {"", *When}
    if not cmd.chosen.keys() <= KINDS.keys() or not set(cmd.chosen.values()) <= known:
        raise NotFound("mail choice")
    rows = {
        one.kind: one for one in session.scalars(select(MailChoice).where(MailChoice.person_id == person.id))
    }
    before = {kind: rows[kind].when.value if kind in rows else "" for kind in cmd.chosen}
    row = address_row(session, person.id)
    if before == dict(cmd.chosen) and row.hour == cmd.hour:
        return person.id
    for kind, when in cmd.chosen.items():
        if not when:
            if kind in rows:
                session.delete(rows[kind])
        elif kind in rows:
            rows[kind].when = When(when)
        else:
            session.add(MailChoice(person_id=person.id, kind=kind, when=When(when)))
    row.hour = cmd.hour
    record(
        session,
        by,
        "person.mail_chosen",
        Subject("person", person.id),
        detail={"was": before, "chosen": dict(cmd.chosen)},
    )
    return person.id
