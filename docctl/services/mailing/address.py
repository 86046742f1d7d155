"""Whose address it is: typed by the person or an administrator, confirmed by a link that came there (A-4).

Until then nothing but that link goes there: a typed address may be somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.mailing import ASKED_WITHIN, CODE_LASTS, may_ask_code, may_be_address, may_confirm
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.mailing import MailAddress
from docctl.models.organisation import Person
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.people.load import lock_person
from docctl.services.people.sessions import hashed
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

KIND = "mail"


@dataclass(frozen=True, slots=True)
class SetAddress:
    """An address of the caller's own, "" for none, and the code that goes there; its hash alone is kept."""

    address: str
    code: str


@use_case("account.own")
def set_own_address(session: Session, cmd: SetAddress, by: Caller) -> UUID:
    """Put an address on the caller's own account; it counts once it is confirmed (A-4)."""
    authorise(by.actor, "account.own", Facts())
    return _put_address(session, lock_person(session, by.person_id), cmd.address, cmd.code, by)


@dataclass(frozen=True, slots=True)
class SetAddressOf:
    """An address of another person's account."""

    person_id: UUID
    address: str
    code: str


@use_case("person.address")
def set_address_of(session: Session, cmd: SetAddressOf, by: Caller) -> UUID:
    """Put an address on somebody's account; only they can confirm it (A-4)."""
    authorise(by.actor, "person.address", Facts())
    person = lock_person(session, cmd.person_id)
    if person.disabled_at is not None:
        raise RuleRefused(Refused("A-15", "already_disabled"))
    return _put_address(session, person, cmd.address, cmd.code, by)


@dataclass(frozen=True, slots=True)
class AskCode:
    """One more link for the address that stands on the caller's account."""

    code: str


@use_case("account.own")
def ask_code(session: Session, cmd: AskCode, by: Caller) -> UUID:
    """Let one more link go to an address that was not confirmed yet, a few times a day (A-4)."""
    authorise(by.actor, "account.own", Facts())
    person = lock_person(session, by.person_id)
    if not person.email:
        raise RuleRefused(Refused("mail", "no_address"))
    require(may_be_address(person.email))  # it may be from before addresses were looked at
    row = address_row(session, person.id)
    if row.confirmed_at is not None and row.address == person.email and not row.problem:
        raise RuleRefused(Refused("mail", "already_confirmed"))
    _send_code(session, person, row, cmd.code, by)
    record(session, by, "person.code_asked", Subject("person", person.id))
    return person.id


@dataclass(frozen=True, slots=True)
class ConfirmAddress:
    """The code that came to the address."""

    code: str


@use_case("account.own")
def confirm_address(session: Session, cmd: ConfirmAddress, by: Caller) -> UUID:
    """Say that the address is one's own, with the code that came there: whoever signed in has both (A-4)."""
    authorise(by.actor, "account.own", Facts())
    person = lock_person(session, by.person_id)
    row = address_row(session, person.id)
    matches = row.code_hash == hashed(cmd.code[:200]) and row.address == person.email
    require(may_confirm(matches=matches, until=row.code_until, at=by.at))
    row.code_hash, row.code_until = None, None
    row.confirmed_at = by.at
    row.problem, row.problem_at = "", None
    row.digest_on = by.today  # the first digest comes tomorrow: what waits now stands in the inbox
    record(session, by, "person.address_confirmed", Subject("person", person.id))
    return person.id


def address_row(session: Session, person_id: UUID) -> MailAddress:
    """Return what is known of a person's address; whoever calls has locked the person."""
    row = session.get(MailAddress, person_id)
    if row is None:
        row = MailAddress(person_id=person_id, address="", asked=0, problem="")
        session.add(row)
    return row


def _put_address(session: Session, person: Person, typed: str, code: str, by: Caller) -> UUID:
    address = typed.strip()
    if address:
        require(may_be_address(address))
    row = address_row(session, person.id)
    is_same = address == person.email and row.address == address
    if is_same and row.confirmed_at is not None and not row.problem:
        return person.id
    record(
        session,
        by,
        "person.address_set",
        Subject("person", person.id),
        detail={"before": {"email": person.email}, "after": {"email": address}},
    )
    person.email, row.address = address, address
    row.confirmed_at, row.code_hash, row.code_until = None, None, None
    row.problem, row.problem_at = "", None
    if address:
        _send_code(session, person, row, code, by)
    return person.id


def _send_code(session: Session, person: Person, row: MailAddress, code: str, by: Caller) -> None:
    """Let the code go to the address; the row of the delivery forgets it once that was done."""
    require(may_ask_code(asked=row.asked, since=row.asked_since, at=by.at))
    if row.asked_since is None or by.at >= row.asked_since + ASKED_WITHIN:
        row.asked, row.asked_since = 0, by.at
    row.asked += 1
    row.address = person.email
    row.confirmed_at = None
    row.code_hash, row.code_until = hashed(code), by.at + CODE_LASTS
    session.add(
        Delivery(
            kind=KIND,
            key=f"{KIND}:{new_id()}",
            subject_id=person.id,
            payload={"what": "code", "code": code},
            created_at=by.at,
            next_at=by.at,
        )
    )


__all__ = [
    "KIND",
    "AskCode",
    "ConfirmAddress",
    "SetAddress",
    "SetAddressOf",
    "address_row",
    "ask_code",
    "confirm_address",
    "set_address_of",
    "set_own_address",
]
