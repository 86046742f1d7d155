"""How people come, go and get back in: one-time links instead of passwords set by others (A-15)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.config import LANGUAGES
from docctl.domain.accounts import (
    LINK_LASTS,
    may_confirm_reset,
    may_disable,
    may_name_account,
    may_reset,
)
from docctl.domain.mailing import may_be_address
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import LinkPurpose, OneTimeLink, Person, Unit
from docctl.services.caller import Caller
from docctl.services.locks import lock_names
from docctl.services.people.delegations import end_all_of
from docctl.services.people.hand_over import Handed, hand, lock_with_takers
from docctl.services.people.load import account_of, close_links, lock_person, signs_for_company, unit_at
from docctl.services.people.sessions import end_sessions, hashed
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


def new_link() -> tuple[str, str]:
    """Return the token of a one-time link, shown once and kept by nobody, and the hash for the command."""
    token = secrets.token_urlsafe(24)
    return token, hashed(token)


@dataclass(frozen=True, slots=True)
class AddPerson:
    """A new account; its person sets the password with the link whose hash comes along."""

    username: str
    name: str
    unit_id: UUID
    token_hash: str
    name_en: str = ""
    email: str = ""
    language: str = ""


@use_case("person.add")
def add_person(session: Session, cmd: AddPerson, by: Caller) -> UUID:
    """Add a person without a password and without roles; return their id (A-15)."""
    authorise(by.actor, "person.add", Facts())
    username = cmd.username.strip().casefold()
    taken = session.scalar(select(Person.id).where(Person.username == username)) is not None
    require(may_name_account(username, taken=taken))
    name = cmd.name.strip()
    if not name:
        raise RuleRefused(Refused("person", "name_needed"))
    if max(len(name), len(cmd.name_en)) > 100 or len(cmd.email) > 200:
        raise RuleRefused(Refused("person", "name_too_long", {"longest": 100}))
    if cmd.email.strip():
        require(may_be_address(cmd.email.strip()))
    unit = unit_at(session, cmd.unit_id)
    if unit.valid_until is not None:
        raise RuleRefused(Refused("O-1", "unit_closed", {"until": unit.valid_until}))
    person = Person(
        id=new_id(),
        username=username,
        name=name,
        name_en=cmd.name_en.strip(),
        unit_id=unit.id,
        email=cmd.email.strip(),
        language=cmd.language if cmd.language in LANGUAGES else "",
        created_at=by.at,
    )
    session.add(person)
    session.flush()  # the link refers to the person
    _link(session, person, LinkPurpose.INVITE, cmd.token_hash, by)
    record(
        session,
        by,
        "person.added",
        Subject("person", person.id),
        facts={"username": username, "name": name, "unit": str(cmd.unit_id)},
    )
    return person.id


@dataclass(frozen=True, slots=True)
class DisablePerson:
    """Close an account; `handed` says who takes what was open with the person, `reason` why."""

    person_id: UUID
    handed: tuple[Handed, ...] = ()
    reason: str = ""


@use_case("person.disable")
def disable_person(session: Session, cmd: DisablePerson, by: Caller) -> UUID:
    """Close an account at once: sessions and links end, signatures and history stay (A-15).

    What is open with the person goes where `handed` says; the rest stays, and waits to be handed over (A-16).
    A reason is wanted where something is handed over; where one is given, it has the bound of all reasons.
    """
    authorise(by.actor, "person.disable", Facts())
    if cmd.reason.strip():
        require(reason_given(cmd.reason, rule="A-16"))
    giving = lock_with_takers(session, cmd.person_id, cmd.handed, cmd.reason)
    person = giving.person
    lock_names(session, ["administrators"])
    require(may_disable(account_of(person), by=by.actor.person_id))
    hand(session, giving, cmd.handed, by)
    end_all_of(session, person, cmd.reason.strip() or "—", by)
    person.disabled_at = by.at
    close_links(session, person.id)
    end_sessions(session, person.id, at=by.at)
    record(session, by, "person.disabled", Subject("person", person.id), facts={"name": person.name})
    return person.id


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Replace a lost password by a one-time link; who is told stands in the event."""

    person_id: UUID
    token_hash: str


@use_case("person.reset")
def reset_password(session: Session, cmd: ResetPassword, by: Caller) -> UUID:
    """End a password and all sessions; a signer signs again only after a second person (A-15)."""
    authorise(by.actor, "person.reset", Facts())
    person = lock_person(session, cmd.person_id)
    require(may_reset(account_of(person), by=by.actor.person_id))
    person.password_hash = None
    person.password_version += 1
    person.reset_at, person.reset_by = by.at, by.actor.person_id
    person.reset_confirm_needed = person.reset_confirm_needed or signs_for_company(session, person.id)
    close_links(session, person.id)
    end_sessions(session, person.id, at=by.at)
    session.flush()  # closed links go before the new one comes
    _link(session, person, LinkPurpose.RESET, cmd.token_hash, by)
    head = session.get_one(Unit, person.unit_id).head_id
    told = [str(one) for one in dict.fromkeys((person.id, head)) if one is not None]
    record(
        session,
        by,
        "person.reset",
        Subject("person", person.id),
        facts={"name": person.name, "told": told, "confirm_needed": person.reset_confirm_needed},
    )
    return person.id


@dataclass(frozen=True, slots=True)
class ConfirmReset:
    """Say as a second person that the right person has the account again."""

    person_id: UUID


@use_case("person.confirm_reset")
def confirm_reset(session: Session, cmd: ConfirmReset, by: Caller) -> UUID:
    """Let a signer sign again after a reset, as a second person (A-15)."""
    authorise(by.actor, "person.confirm_reset", Facts())
    person = lock_person(session, cmd.person_id)
    require(may_confirm_reset(account_of(person), by=by.person_id))
    person.reset_confirm_needed = False
    record(session, by, "person.reset_confirmed", Subject("person", person.id), facts={"name": person.name})
    return person.id


def _link(session: Session, person: Person, purpose: LinkPurpose, token_hash: str, by: Caller) -> None:
    session.add(
        OneTimeLink(
            person_id=person.id,
            token_hash=token_hash,
            purpose=purpose,
            created_by=by.actor.person_id,
            created_at=by.at,
            expires_at=by.at + LINK_LASTS,
        )
    )
