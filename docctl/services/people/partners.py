"""People from outside are bound to a purpose, documents and records are shared with them (O-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.partners import may_bind, may_share
from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import OUTSIDE
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.access import AccessDenied, AccessToken
from docctl.models.base import new_id
from docctl.models.documents import Document
from docctl.models.organisation import Person, Unit
from docctl.models.partners import PartnerBinding, PartnerShare
from docctl.models.records import Record
from docctl.models.visibility import sees
from docctl.services.access import intern_set
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.load import lock_person, unit_at
from docctl.services.people.sessions import end_sessions
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class BindPartner:
    """For what somebody of an outside organisation may come in, and until the end of which day."""

    person_id: UUID
    purpose: str
    until_on: date


@use_case("outside.bind")
def bind_partner(session: Session, cmd: BindPartner, by: Caller) -> UUID:
    """Bind somebody of an outside organisation to a purpose until a day; return their id (O-7).

    Their rights end with that day by themselves. Binding anew replaces what was, which stays known.
    """
    authorise(by.actor, "outside.bind", Facts())
    person = lock_person(session, cmd.person_id)
    purpose = " ".join(cmd.purpose.split())
    is_outside = unit_at(session, person.unit_id).kind in OUTSIDE
    require(may_bind(purpose, cmd.until_on, is_outside=is_outside, today=by.today))
    if person.disabled_at is not None:
        raise RuleRefused(Refused("A-15", "already_disabled"))
    session.add(
        PartnerBinding(
            id=new_id(),
            person_id=person.id,
            purpose=purpose,
            until_on=cmd.until_on,
            ends_at=midnight(cmd.until_on + timedelta(days=1), by.zone),
            bound_at=by.at,
            bound_by=by.actor.person_id,
        )
    )
    facts = {"name": person.name, "until": cmd.until_on}
    subject = Subject("person", person.id)
    record(session, by, "person.bound", subject, facts=facts, detail={"purpose": purpose})
    return person.id


@dataclass(frozen=True, slots=True)
class UnbindPartner:
    """Somebody of an outside organisation whose rights end now."""

    person_id: UUID


@use_case("outside.bind")
def unbind_partner(session: Session, cmd: UnbindPartner, by: Caller) -> UUID:
    """End the rights of somebody of an outside organisation at once; return their id (O-7)."""
    authorise(by.actor, "outside.bind", Facts())
    person = lock_person(session, cmd.person_id)
    if not end_binding(session, person, by):
        raise RuleRefused(Refused("O-7", "over_already"))
    end_sessions(session, person.id, at=by.at)
    return person.id


def end_binding(session: Session, person: Person, by: Caller, reason: str = "") -> bool:
    """End the rights of somebody from outside now; say whether they had any (O-7)."""
    last = session.scalars(
        select(PartnerBinding)
        .where(PartnerBinding.person_id == person.id)
        .order_by(PartnerBinding.bound_at.desc(), PartnerBinding.id.desc())
    ).first()
    if last is None or last.ends_at <= by.at:
        return False
    session.add(
        PartnerBinding(
            id=new_id(),
            person_id=person.id,
            purpose=last.purpose,
            until_on=by.today,
            ends_at=by.at,
            bound_at=by.at,
            bound_by=by.actor.person_id,
        )
    )
    facts = {"name": person.name, "until": by.today}
    detail = {"reason": reason} if reason else {}
    record(session, by, "person.unbound", Subject("person", person.id), facts=facts, detail=detail)
    return True


@dataclass(frozen=True, slots=True)
class ShareItem:
    """A document or record for an outside organisation: why, and until the end of which day."""

    unit_id: UUID
    item_kind: str
    item_id: UUID
    purpose: str
    until_on: date


@use_case("outside.share")
def share_item(session: Session, cmd: ShareItem, by: Caller) -> UUID:
    """Share what one sees oneself with an outside organisation; it ends by itself (O-7, X-1).

    Of a document its revision in force is seen, of a record what it is; nothing beside it.
    """
    authorise(by.actor, "outside.share", Facts())
    units = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id == cmd.unit_id))
    if not units:
        raise NotFound("unit")
    unit, purpose = units[0], " ".join(cmd.purpose.split())
    if unit.valid_until is not None:
        raise RuleRefused(Refused("O-7", "ended", {"unit": unit.name}))
    require(may_bind(purpose, cmd.until_on, is_outside=unit.kind in OUTSIDE, today=by.today))
    item = _item(session, cmd, by)
    active = session.execute(
        select(PartnerShare.item_kind, PartnerShare.item_id).where(
            PartnerShare.unit_id == unit.id, PartnerShare.ended_at.is_(None), PartnerShare.ends_at > by.at
        )
    )
    require(may_share({(kind, key) for kind, key in active}, (cmd.item_kind, item.id)))
    share = PartnerShare(
        id=new_id(),
        unit_id=unit.id,
        item_kind=cmd.item_kind,
        item_id=item.id,
        purpose=purpose,
        until_on=cmd.until_on,
        ends_at=midnight(cmd.until_on + timedelta(days=1), by.zone),
        shared_at=by.at,
        shared_by=by.person_id,
    )
    session.add(share)
    tokens = set(session.scalars(select(AccessToken.token).where(AccessToken.set_id == item.access_set_id)))
    denied = _denied(session, item.access_set_id)
    item.access_set_id = intern_set(session, {*tokens, f"share:{share.id}"}, denied=denied)
    facts = {"number": item.number, "unit": unit.code, "until": cmd.until_on}
    subject = Subject(cmd.item_kind, item.id)
    record(session, by, f"{cmd.item_kind}.shared", subject, facts=facts, detail={"purpose": purpose})
    return share.id


@dataclass(frozen=True, slots=True)
class EndShare:
    """What is shared no more."""

    share_id: UUID


@use_case("outside.share")
def end_share(session: Session, cmd: EndShare, by: Caller) -> UUID:
    """End a sharing at once; return the organisation's id (O-7)."""
    authorise(by.actor, "outside.share", Facts())
    share = session.get(PartnerShare, cmd.share_id)
    if share is None:
        raise NotFound("share")
    units = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id == share.unit_id))
    session.refresh(share)
    if share.ended_at is not None or share.ends_at <= by.at:
        raise RuleRefused(Refused("O-7", "over_already"))
    _end(session, share, units[0], by)
    return share.unit_id


def end_shares(session: Session, unit: Unit, by: Caller, reason: str) -> None:
    """End all that is shared with an organisation that goes, while it is locked (O-2, O-7)."""
    rows = select(PartnerShare).where(
        PartnerShare.unit_id == unit.id, PartnerShare.ended_at.is_(None), PartnerShare.ends_at > by.at
    )
    for share in session.scalars(rows.order_by(PartnerShare.id)).all():
        _end(session, share, unit, by, reason)


def _end(session: Session, share: PartnerShare, unit: Unit, by: Caller, reason: str = "") -> None:
    # The machine is nobody, and still ends what a unit leaves behind.
    share.ended_at, share.ended_by = by.at, by.actor.person_id or UUID(int=0)
    kind = Document if share.item_kind == "document" else Record
    number = session.scalar(select(kind.number).where(kind.id == share.item_id))
    facts = {"number": number or "", "unit": unit.code}
    subject = Subject(share.item_kind, share.item_id)
    detail = {"reason": reason} if reason else {}
    record(session, by, f"{share.item_kind}.unshared", subject, facts=facts, detail=detail)


def _item(session: Session, cmd: ShareItem, by: Caller) -> Document | Record:
    """Lock what is shared; raise NotFound for what the caller does not see (X-3)."""
    if cmd.item_kind == "document":
        query = select(Document).where(Document.id == cmd.item_id)
        documents = lock(session, Rank.PARENTS, query)
        if documents and (
            sees(session, by.actor, documents[0].access_set_id)
            or sees(session, by.actor, documents[0].insider_set_id)
        ):
            return documents[0]
    elif cmd.item_kind == "record":
        records = lock(session, Rank.ITEMS, select(Record).where(Record.id == cmd.item_id))
        if records and sees(session, by.actor, records[0].access_set_id):
            return records[0]
    raise NotFound("item")


def _denied(session: Session, set_id: UUID) -> list[UUID]:
    return list(session.scalars(select(AccessDenied.person_id).where(AccessDenied.set_id == set_id)))
