"""When a browser's session begins, lasts and ends: kept on the server, the cookie holds only a token."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor, Facts, authorise
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.organisation import Person, SessionRow, SignInAttempt
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.people.actors import actor_of
from docctl.services.people.throttle import WINDOW
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: A session ends after this time without a request, and after that time in any case.
IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=7)
#: How exactly the last request is noted: rarely, so that reading pages seldom writes.
_NOTED: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that holds, and whose it is."""

    actor: Actor
    token_hash: str
    language: str
    created_at: datetime
    last_seen_at: datetime


def hashed(token: str) -> str:
    """Return what the database keeps of a token."""
    return sha256(token.encode()).hexdigest()


def open_session(session: Session, person: Person, by: Caller, *, address: str) -> str:
    """Begin a session for a person whose identity was proven; return its new token."""
    token = secrets.token_urlsafe(32)
    stale = SessionRow.expires_at < by.at - LONGEST
    session.execute(delete(SessionRow).where(stale))
    session.execute(delete(SignInAttempt).where(SignInAttempt.since < by.at - 4 * WINDOW))
    session.add(
        SessionRow(
            token_hash=hashed(token),
            person_id=person.id,
            password_version=person.password_version,
            created_at=by.at,
            last_seen_at=by.at,
            expires_at=by.at + LONGEST,
            address=address[:60],
        )
    )
    record(session, by, "session.started", Subject("person", person.id), facts={"address": address[:60]})
    return token


def signed_in(house: House, token: str) -> SignedIn | None:
    """Return whose session the token is, or None where it has ended (A-15).

    It ends with idleness, age, sign-out, a new password, a change of roles and with the account.
    """
    if not token or len(token) > 100:
        return None
    at, key = house.clock(), hashed(token)
    with house.uow.read() as session:
        row = session.get(SessionRow, key)
        if row is None or row.revoked_at is not None or not _lasts(row, at):
            return None
        person = session.get(Person, row.person_id)
        if person is None or person.password_version != row.password_version:
            return None
        try:
            actor = actor_of(session, row.person_id, at)
        except NotFound:
            return None
        found = SignedIn(actor, key, person.language, row.created_at, row.last_seen_at)
    if at - found.last_seen_at >= _NOTED:
        with suppress(RuleRefused):  # a busy database or a full disk does not keep anybody from reading
            house.uow.write(lambda session: _note(session, key, at))
    return found


def _lasts(row: SessionRow, at: datetime) -> bool:
    return at < row.expires_at and at < row.last_seen_at + IDLE


def _note(session: Session, key: str, at: datetime) -> None:
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash == key, SessionRow.last_seen_at < at)
        .values(last_seen_at=at)
    )


def end_sessions(session: Session, person_id: UUID, *, at: datetime, but: str = "") -> int:
    """End all sessions of a person, but for one; return how many ended."""
    query = select(SessionRow).where(SessionRow.person_id == person_id, SessionRow.revoked_at.is_(None))
    if but:
        query = query.where(SessionRow.token_hash != but)
    ended = session.scalars(query).all()
    for row in ended:
        row.revoked_at = at
    return len(ended)


@dataclass(frozen=True, slots=True)
class EndSession:
    """Sign out of this session."""

    token_hash: str


@use_case("account.own")
def sign_out(session: Session, cmd: EndSession, by: Caller) -> None:
    """End the caller's own session."""
    authorise(by.actor, "account.own", Facts())
    row = session.get(SessionRow, cmd.token_hash)
    if row is None or row.person_id != by.person_id:
        raise NotFound("session")
    if row.revoked_at is None:
        row.revoked_at = by.at
        record(session, by, "session.ended", Subject("person", by.person_id))


@dataclass(frozen=True, slots=True)
class EndOthers:
    """Sign out everywhere but here."""

    keep_token_hash: str


@use_case("account.own")
def end_other_sessions(session: Session, cmd: EndOthers, by: Caller) -> int:
    """End the caller's sessions in other browsers; return how many."""
    authorise(by.actor, "account.own", Facts())
    ended = end_sessions(session, by.person_id, at=by.at, but=cmd.keep_token_hash)
    record(session, by, "session.others_ended", Subject("person", by.person_id), facts={"ended": ended})
    return ended
