"""Whether the person at the keyboard is who they say: the password, checked before the transaction (A-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.organisation import Person
from docctl.services.caller import Caller, Proof
from docctl.services.people.throttle import may_try, note_failure, note_success, signing_keys
from docctl.services.trail import Subject, record

if TYPE_CHECKING:
    from docctl.services.house import House


def prove(house: House, by: Caller) -> Proof:
    """Check the signer's password; raise RuleRefused for a wrong one or after too many tries (A-3)."""
    if not by.password:
        raise RuleRefused(Refused("A-3", "password_needed"))
    with house.uow.read() as session:
        person = session.get_one(Person, by.person_id)
        keys = signing_keys(by)
        require(may_try(session, keys, at=by.at))
        stored, version = person.password_hash, person.password_version
    if house.passwords.matches(stored, by.password):
        return Proof(by.person_id, version)

    def note(session: Session) -> None:
        session.scalars(select(Person.id).where(Person.id == by.person_id))
        note_failure(session, keys, at=by.at)
        record(session, by, "signature.refused", Subject("person", by.person_id))

    house.uow.write(note)
    raise RuleRefused(Refused("A-3", "wrong_password"))


def forget_failures(session: Session, by: Caller) -> None:
    """Forget earlier failures of the caller's session: the right password was given."""
    note_success(session, signing_keys(by))
