"""What people do with their own account: password by link or with the old one, language (A-15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.config import LANGUAGES
from docctl.domain.accounts import may_use_link
from docctl.domain.permissions import Actor, Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.organisation import OneTimeLink, Person
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.people.actors import actor_of
from docctl.services.people.load import close_links, lock_person
from docctl.services.people.passwords import may_use_password
from docctl.services.people.prove import forget_failures, prove
from docctl.services.people.sessions import end_sessions, hashed
from docctl.services.people.throttle import forget_name
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a one-time link is for."""

    person_id: UUID
    name: str
    username: str
    purpose: str


def invited(house: House, token: str) -> Invited:
    """Return whom a working link is for; raise RuleRefused for one that is used, over or unknown (A-15)."""
    with house.uow.read() as session:
        link, person = _working(session, hashed(token[:200]), house)
        _bound(session, person, house)
        return Invited(person.id, person.name, person.username, link.purpose.value)


def set_password(house: House, *, token: str, password: str, channel: str = "web") -> UUID:
    """Set the person's own first or new password by a one-time link; return whose it was (A-15)."""
    with house.uow.read() as session:
        _, person = _working(session, hashed(token[:200]), house)
        actor = _bound(session, person, house)
        require(may_use_password(password, username=person.username))
    by = Caller(actor=actor, at=house.clock(), channel=channel, zone=house.zone)
    cmd = UseLink(token_hash=hashed(token[:200]), password_hash=house.passwords.hash(password))
    return use_link(cmd, by=by, house=house)


@dataclass(frozen=True, slots=True)
class UseLink:
    """A one-time link is used; the hash was made before the transaction."""

    token_hash: str
    password_hash: str


@use_case("account.own")
def use_link(session: Session, cmd: UseLink, by: Caller) -> UUID:
    """Set the caller's password by a link that was made for the caller; it works once (A-15)."""
    authorise(by.actor, "account.own", Facts())
    person = lock_person(session, by.person_id)
    link = _find(session, cmd.token_hash)
    if link is None or link.person_id != person.id:
        raise RuleRefused(Refused("A-15", "link_over"))
    require(may_use_link(used=link.used_at is not None, expires_at=link.expires_at, disabled=False, at=by.at))
    link.used_at = by.at
    _store(session, person, cmd.password_hash, by)
    facts = {"by": f"link:{link.purpose.value}"}
    record(session, by, "person.password_set", Subject("person", person.id), facts=facts)
    return person.id


def change_password(house: House, by: Caller, *, old: str, new: str) -> UUID:
    """Change the caller's password, given the old one; every session ends (A-15)."""
    require(may_use_password(new, username=by.actor.username))
    if old == new:
        raise RuleRefused(Refused("A-15", "password_same"))
    proven = replace(by, proof=prove(house, replace(by, password=old)), password=None)
    return store_password(StorePassword(house.passwords.hash(new)), by=proven, house=house)


@dataclass(frozen=True, slots=True)
class StorePassword:
    """A new password of the caller's own; the hash was made before the transaction."""

    password_hash: str


@use_case("account.own")
def store_password(session: Session, cmd: StorePassword, by: Caller) -> UUID:
    """Replace the caller's password; the old one was proven just before (A-15)."""
    authorise(by.actor, "account.own", Facts())
    person = lock_person(session, by.person_id)
    proof = by.proof
    if proof is None or proof.person_id != person.id or proof.password_version != person.password_version:
        raise RuleRefused(Refused("A-3", "wrong_password"))
    _store(session, person, cmd.password_hash, by)
    record(session, by, "person.password_set", Subject("person", person.id), facts={"by": "old password"})
    return person.id


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """The language in which the caller reads pages."""

    language: str


@use_case("account.own")
def choose_language(session: Session, cmd: ChooseLanguage, by: Caller) -> UUID:
    """Keep the caller's language."""
    authorise(by.actor, "account.own", Facts())
    person = lock_person(session, by.person_id)
    if cmd.language not in LANGUAGES:
        raise NotFound("language")
    if person.language != cmd.language:
        record(
            session,
            by,
            "person.language_chosen",
            Subject("person", person.id),
            detail={"before": person.language, "after": cmd.language},
        )
        person.language = cmd.language
    return person.id


def _store(session: Session, person: Person, password_hash: str, by: Caller) -> None:
    person.password_hash = password_hash
    person.password_version += 1
    person.password_set_at = by.at
    close_links(session, person.id)
    end_sessions(session, person.id, at=by.at)
    forget_name(session, person.username)
    forget_failures(session, by)


def _find(session: Session, token_hash: str) -> OneTimeLink | None:
    return session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == token_hash))


def _working(session: Session, token_hash: str, house: House) -> tuple[OneTimeLink, Person]:
    link = _find(session, token_hash)
    if link is None:
        raise RuleRefused(Refused("A-15", "link_over"))
    person = session.get_one(Person, link.person_id)
    require(
        may_use_link(
            used=link.used_at is not None,
            expires_at=link.expires_at,
            disabled=person.disabled_at is not None,
            at=house.clock(),
        )
    )
    return link, person


def _bound(session: Session, person: Person, house: House) -> Actor:
    """Return who sets a password; raise RuleRefused for somebody from outside who may not come in (O-7)."""
    try:
        return actor_of(session, person.id, house.clock())
    except NotFound as error:
        raise RuleRefused(Refused("O-7", "not_bound")) from error
