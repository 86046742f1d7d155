"""Where a person's notices go and what they chose; and what of all mail waits, failed, and why (A-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.mailing import When
from docctl.domain.verdicts import NotFound
from docctl.models.mailing import MailAddress, MailChoice, MailTold
from docctl.models.organisation import Person
from docctl.models.work import Delivery

#: So many mails are listed at once; so long what did not arrive is shown to its person.
MOST: Final = 100
SHOWN: Final = timedelta(days=30)
#: Which mails a list may show, in the order of its filters.
STATES: Final = ("waiting", "failing", "ended", "sent")


@dataclass(frozen=True, slots=True)
class Post:
    """Where notices of one person go; `state` is none, unconfirmed, confirmed or refused.

    `asked_until`: until when the link works that was sent last.
    """

    person_id: UUID
    address: str
    state: str
    problem: str
    problem_at: datetime | None
    asked_until: datetime | None
    hour: int | None
    chosen: Mapping[str, When]


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail that did not reach its person, and why."""

    outcome: str
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in the list of those who look after the system; never what it says."""

    id: UUID
    person_id: UUID | None
    name: str
    what: str
    state: str
    outcome: str
    tries: int
    error: str
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mails:
    """Mails of one state, newest first, and how many there are of each."""

    rows: tuple[MailRow, ...]
    counts: Mapping[str, int]


def post_of(session: Session, person_id: UUID) -> Post:
    """Return where a person's notices go; raise NotFound for nobody."""
    found = session.execute(
        select(Person.email, MailAddress)
        .outerjoin(MailAddress, MailAddress.person_id == Person.id)
        .where(Person.id == person_id)
    ).one_or_none()
    if found is None:
        raise NotFound("person")
    email: str = found[0]
    row: MailAddress | None = found[1]
    choices = select(MailChoice.kind, MailChoice.when).where(MailChoice.person_id == person_id)
    return Post(
        person_id=person_id,
        address=email,
        state=_state(email, row),
        problem=row.problem if row is not None else "",
        problem_at=row.problem_at if row is not None else None,
        asked_until=row.code_until if row is not None else None,
        hour=row.hour if row is not None else None,
        chosen=dict(session.execute(choices).all()),
    )


def _state(email: str, row: MailAddress | None) -> str:
    if not email:
        return "none"
    if row is None or row.address != email or row.confirmed_at is None:
        return "unconfirmed"
    return "refused" if row.problem else "confirmed"


def reachable() -> ColumnElement[bool]:
    """Return the condition under which notices may go to a person (`Person` and `MailAddress` joined)."""
    return and_(
        Person.disabled_at.is_(None),
        Person.email != "",
        MailAddress.address == Person.email,
        MailAddress.confirmed_at.is_not(None),
        MailAddress.problem == "",
    )


def reachable_people(session: Session) -> list[UUID]:
    """Return everybody to whom notices may go."""
    query = select(Person.id).join(MailAddress, MailAddress.person_id == Person.id).where(reachable())
    return list(session.scalars(query.order_by(Person.id)))


def told_of(session: Session, person_id: UUID) -> dict[str, datetime]:
    """Return what a person was told of, and when."""
    query = select(MailTold.key, MailTold.told_at).where(MailTold.person_id == person_id)
    return dict(session.execute(query).all())


def undelivered(session: Session, person_id: UUID, *, at: datetime) -> list[Undelivered]:
    """Return what of late did not reach a person, newest first."""
    query = (
        select(Delivery.outcome, Delivery.last_error, Delivery.done_at)
        .where(
            Delivery.subject_id == person_id,
            Delivery.created_at > at - SHOWN,
            Delivery.kind == "mail",
            Delivery.outcome.in_(("refused", "expired", "given_up")),
        )
        .order_by(Delivery.done_at.desc())
        .limit(5)
    )
    rows = session.execute(query)
    return [Undelivered(outcome, error, ended) for outcome, error, ended in rows if ended is not None]


def mails(session: Session, *, state: str, person_id: UUID | None = None) -> Mails:
    """Return the mails of a state, and how many there are of each."""
    conditions = {
        "waiting": and_(Delivery.done_at.is_(None), Delivery.tries == 0),
        "failing": and_(Delivery.done_at.is_(None), Delivery.tries > 0),
        "ended": and_(Delivery.done_at.is_not(None), Delivery.outcome.not_in(("", "not_needed"))),
        "sent": and_(Delivery.done_at.is_not(None), Delivery.outcome == ""),
    }
    ours = Delivery.kind == "mail"
    if person_id is not None:
        ours = and_(ours, Delivery.subject_id == person_id)
    sums = [func.count().filter(conditions[one]).label(one) for one in STATES]
    counts = session.execute(select(*sums).select_from(Delivery).where(ours)).one()
    wanted = conditions.get(state, or_(conditions["waiting"], conditions["failing"], conditions["ended"]))
    rows = session.execute(
        select(Delivery, Person.name)
        .outerjoin(Person, Person.id == Delivery.subject_id)
        .where(ours, wanted)
        .order_by(Delivery.created_at.desc(), Delivery.id)
        .limit(MOST)
    )
    return Mails(tuple(_row(one, name) for one, name in rows), dict(counts._mapping))  # noqa: SLF001


def _row(one: Delivery, name: str | None) -> MailRow:
    if one.done_at is None:
        state = "failing" if one.tries else "waiting"
    else:
        state = "ended" if one.outcome else "sent"
    return MailRow(
        id=one.id,
        person_id=one.subject_id,
        name=name or "",
        what=str(one.payload.get("what", "")),
        state=state,
        outcome=one.outcome,
        tries=one.tries,
        error=one.last_error,
        created_at=one.created_at,
        next_at=None if one.done_at else one.next_at,
        ended_at=one.done_at,
    )
