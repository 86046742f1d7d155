"""The computed states of revisions as SQL, and which of them a person may see (V-3, V-4, X-3).

Each condition says the same as `domain.lifecycle.revision_state`, so that a register filters, sorts and
counts in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.orm import aliased

from docctl.domain.lifecycle import Computed, RevisionStatus
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.documents import Document, Revision, RevisionSuspension
from docctl.models.organisation import Unit
from docctl.models.visibility import visible_sets

Where = ColumnElement[bool]
Revisions = type[Revision]

#: A revision of a document that is asked for; made once, since each alias learns its columns anew.
_NOW: Final = aliased(Revision)

#: States under way: shown in a register beside what is in force.
UNDER_WAY: Final = ("draft", "in_review", "approved", "waiting")
OBSOLETE: Final = ("superseded", "withdrawn")


def in_force_at(at: datetime | ColumnElement[Any], of: Revisions = Revision) -> Where:
    """Say in SQL whether a revision is in force: from <= at < until (V-3)."""
    return and_(
        of.status.in_((RevisionStatus.ISSUED, RevisionStatus.WITHDRAWN)),
        of.effective_from <= at,
        or_(of.effective_until.is_(None), of.effective_until > at),
    )


def begun_by(at: datetime, of: Revisions = Revision) -> Where:
    """Say in SQL whether a revision is or once was in force; one whose day is still to come is not (V-3)."""
    return and_(
        of.effective_from <= at,
        or_(of.effective_until.is_(None), of.effective_from < of.effective_until),
    )


def suspended_at(at: datetime, of: Revisions = Revision) -> Where:
    """Say in SQL whether a revision is suspended: in force, and a suspension has not ended (V-6)."""
    return and_(
        in_force_at(at, of),
        exists().where(
            RevisionSuspension.revision_id == of.id,
            RevisionSuspension.suspended_at <= at,
            or_(RevisionSuspension.resumed_at.is_(None), RevisionSuspension.resumed_at > at),
        ),
    )


def usable_at(at: datetime, of: Revisions = Revision) -> Where:
    """Say in SQL whether a revision is in force and not suspended (V-6)."""
    return and_(in_force_at(at, of), not_(suspended_at(at, of)))


def expired_at(at: datetime, of: Revisions = Revision) -> Where:
    """Say in SQL whether a revision is in force, usable but for its validity, which has ended (V-8)."""
    return and_(usable_at(at, of), of.valid_until.is_not(None), of.valid_until <= at)


def current_state(at: datetime, of: Revisions) -> ColumnElement[str]:
    """Return in SQL how a revision in force stands: in_force, suspended or expired (V-6, V-8)."""
    return case(
        (suspended_at(at, of), literal(Computed.SUSPENDED.value)),
        (expired_at(at, of), literal(Computed.EXPIRED.value)),
        else_=literal(Computed.IN_FORCE.value),
    )


def valid_at(at: datetime) -> Where:
    """Say in SQL whether a revision is in force, not suspended, and valid (V-8)."""
    return and_(usable_at(at), or_(Revision.valid_until.is_(None), Revision.valid_until > at))


def _stored(status: RevisionStatus) -> Callable[[datetime], Where]:
    return lambda _at: Revision.status == status


#: Every state a register filters by, as the condition at an instant (V-6).
STATES: Final[Mapping[str, Callable[[datetime], Where]]] = {
    RevisionStatus.DRAFT.value: _stored(RevisionStatus.DRAFT),
    RevisionStatus.IN_REVIEW.value: _stored(RevisionStatus.IN_REVIEW),
    RevisionStatus.APPROVED.value: _stored(RevisionStatus.APPROVED),
    Computed.WAITING.value: lambda at: and_(
        Revision.status == RevisionStatus.ISSUED, Revision.effective_from > at
    ),
    Computed.IN_FORCE.value: valid_at,
    Computed.SUSPENDED.value: suspended_at,
    Computed.EXPIRED.value: expired_at,
    Computed.SUPERSEDED.value: lambda at: and_(
        Revision.status == RevisionStatus.ISSUED, Revision.effective_until <= at
    ),
    RevisionStatus.WITHDRAWN.value: lambda at: and_(
        Revision.status == RevisionStatus.WITHDRAWN, not_(in_force_at(at))
    ),
    RevisionStatus.DISCARDED.value: _stored(RevisionStatus.DISCARDED),
}


def is_insider(actor: Actor) -> Where:
    """Say in SQL whether the person sees drafts and obsolete revisions of a document (X-3)."""
    return Document.insider_set_id.in_(visible_sets(actor))


def is_owner(actor: Actor) -> Where:
    """Say in SQL whether the person heads the unit that owns a document (D-5)."""
    return Document.unit_id.in_(select(Unit.id).where(Unit.head_id == actor.person_id))


def owns(actor: Actor, at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether the person owns a document and may see it: a head may be of another unit (X-3)."""
    return and_(is_owner(actor), readable_document(actor, at))


def concerns(actor: Actor, at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether the person knows a document from inside, or owns it and may see it (D-5, X-3)."""
    return or_(is_insider(actor), owns(actor, at))


def falls_to(actor: Actor, at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether it is for this person to see to a document: for its owner, and for control (D-5)."""
    return concerns(actor, at) if actor.has(Role.DOCUMENT_CONTROLLER) else owns(actor, at)


def number_then() -> ColumnElement[str]:
    """Return in SQL the number that a document bears while a revision holds (N-7): `Revision.number_of`."""
    return func.coalesce(func.nullif(Revision.number, ""), Document.number)


def readable_revision(actor: Actor, at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether the person may see a revision, in a query that joins its document (X-3)."""
    return or_(is_insider(actor), and_(Document.access_set_id.in_(visible_sets(actor)), in_force_at(at)))


def readable_document(actor: Actor, at: datetime | ColumnElement[Any]) -> Where:
    """Say in SQL whether the person may see a document at all: published now, or an insider (X-3)."""
    published = exists().where(_NOW.document_id == Document.id, in_force_at(at, _NOW))
    return or_(is_insider(actor), and_(Document.access_set_id.in_(visible_sets(actor)), published))
