"""Whether a name and a password begin a session: one answer and one duration for all that fails (A-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.organisation import Person
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.people.actors import actor_of
from docctl.services.people.sessions import open_session
from docctl.services.people.throttle import may_try, note_failure, note_success, sign_in_keys
from docctl.services.trail import Subject, record

#: Who tries to sign in, as long as nobody knows.
NOBODY: Final = Actor(person_id=None, name="")


@dataclass(frozen=True, slots=True)
class Began:
    """A session that has just begun; the token goes into the cookie and nowhere else."""

    person_id: UUID
    token: str


def sign_in(house: House, *, username: str, password: str, address: str) -> Began:
    """Begin a session; raise RuleRefused with the same reason for a wrong name and a wrong password."""
    at = house.clock()
    name = username.strip().casefold()
    keys = sign_in_keys(name, address)
    with house.uow.read() as session:
        require(may_try(session, keys, at=at))
        person = session.scalar(select(Person).where(Person.username == name, Person.disabled_at.is_(None)))
        stored = person.password_hash if person else None
        version = person.password_version if person else 0
        try:
            actor = actor_of(session, person.id, at) if person else NOBODY
        except NotFound:  # of an outside organisation, and not bound any more (O-7)
            person, stored, version, actor = None, None, 0, NOBODY
    by = Caller(actor=actor, at=at, channel="web", zone=house.zone)
    right = house.passwords.matches(stored, password[:1000])
    if person is None or not right:
        house.measures.sign_in_failed()
        house.uow.write(lambda session: _refused(session, by, keys, address))
        raise RuleRefused(Refused("A-3", "sign_in_refused"))
    person_id = person.id
    token = house.uow.write(lambda session: _began(session, by, keys, version, address))
    return Began(person_id, token)


def renewed(house: House, by: Caller, *, address: str) -> Began:
    """Begin a new session for a person who has just proven who they are by a new password."""

    def begin(session: Session) -> str:
        return open_session(session, session.get_one(Person, by.person_id), by, address=address)

    return Began(by.person_id, house.uow.write(begin))


def _began(session: Session, by: Caller, keys: tuple[str, ...], version: int, address: str) -> str:
    person = session.get_one(Person, by.person_id)
    if person.disabled_at is not None or person.password_version != version:
        raise RuleRefused(Refused("A-3", "sign_in_refused"))  # changed while the password was checked
    note_success(session, keys)
    return open_session(session, person, by, address=address)


def _refused(session: Session, by: Caller, keys: tuple[str, ...], address: str) -> None:
    note_failure(session, keys, at=by.at)
    record(
        session,
        by,
        "session.refused",
        Subject("person", by.actor.person_id),
        facts={"by": f"address:{address[:60]}"},
    )
