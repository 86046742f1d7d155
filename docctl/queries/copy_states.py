"""States of controlled copies as SQL, and whose they are: registers and inbox count alike (D-1, D-2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, not_, or_, select
from sqlalchemy.orm import aliased

from docctl.domain.copy_states import OPEN, RECALLED, CopyStatus
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Document, Revision
from docctl.models.organisation import PostHolder, Unit
from docctl.queries.rosters import posts_on_duty

Where = ColumnElement[bool]

_OF: Final = aliased(Document)
#: The end of the validity of an external document (D-9); NULL of one's own, whose pages say so (V-8).
_VALIDITY_ENDED: Final = case(
    (exists().where(_OF.id == Revision.document_id, _OF.is_external), Revision.valid_until), else_=None
)
#: Each of these instants calls the copies of a revision back, as `Revision.over_since` says.
_ENDS: Final = (Revision.withdrawn_at, Revision.effective_until, _VALIDITY_ENDED)
_CALLS_BACK: Final = (ControlledCopy.recalled_at, *_ENDS)


def called(at: Any) -> Where:
    """Say in SQL whether a copy is called back at an instant: itself, or its revision is over (D-2, D-9)."""
    return or_(ControlledCopy.recalled_at <= at, over(at))


def called_since(at: Any, *, recalled: Any = ControlledCopy.recalled_at) -> ColumnElement[Any]:
    """Return in SQL since when copies of a revision are called back at an instant, NULL where they are not.

    It is the first of what calls back: an end that is yet to come calls nothing back. `recalled` is when a
    copy itself was called back; None: the revision alone is asked about.
    """
    instants = _ENDS if recalled is None else (recalled, *_ENDS)

    def is_first(one: Any) -> Where:
        others = (other for other in instants if other is not one)
        return and_(one <= at, *(or_(other.is_(None), other >= one) for other in others))

    return case(*((is_first(one), one) for one in instants), else_=None)


def _closed(at: Any) -> Where:
    return and_(ControlledCopy.closed_at.is_not(None), ControlledCopy.closed_at <= at)


def _lost(at: Any) -> Where:
    return and_(ControlledCopy.lost_at.is_not(None), ControlledCopy.lost_at <= at, not_(_closed(at)))


def out(at: Any) -> Where:
    """Say in SQL whether a copy was with its holder at an instant, now or in the past."""
    return and_(
        or_(ControlledCopy.closed_at.is_(None), ControlledCopy.closed_at > at),
        or_(ControlledCopy.lost_at.is_(None), ControlledCopy.lost_at > at),
    )


def _not_called(at: Any) -> Where:
    return and_(*(or_(column.is_(None), column > at) for column in _CALLS_BACK))


def not_over(at: Any) -> Where:
    """Say in SQL whether copies of a revision may be used at an instant, as far as it lies with it."""
    return and_(*(or_(column.is_(None), column > at) for column in _ENDS))


def over(at: Any) -> Where:
    """Say in SQL whether a revision is over at an instant, so that all that is out of it must come back."""
    return or_(*(column <= at for column in _ENDS))


def _received(at: Any) -> Where:
    return and_(ControlledCopy.received_at.is_not(None), ControlledCopy.received_at <= at)


#: Every state of a copy as the condition at an instant, for queries that join its revision.
COPY_STATES: Final[Mapping[str, Callable[[Any], Where]]] = {
    CopyStatus.ISSUED.value: lambda at: and_(out(at), _not_called(at), not_(_received(at))),
    CopyStatus.RECEIVED.value: lambda at: and_(out(at), _not_called(at), _received(at)),
    RECALLED: lambda at: and_(out(at), called(at)),
    CopyStatus.RETURNED.value: lambda at: and_(_closed(at), ControlledCopy.status == CopyStatus.RETURNED),
    CopyStatus.DESTROYED.value: lambda at: and_(_closed(at), ControlledCopy.status == CopyStatus.DESTROYED),
    CopyStatus.LOST.value: _lost,
}


def held_by(actor: Actor, today: Any, *, on_duty: bool = False) -> Where:
    """Say in SQL whether the person answers for a copy: their own, their post's, their unit's (D-1, O-3).

    `on_duty`: of a post's copies those alone that are shown to them now, by its roster.
    """
    posts = select(PostHolder.post_id).where(
        PostHolder.person_id == actor.person_id,
        PostHolder.from_on <= today,
        or_(PostHolder.until_on.is_(None), PostHolder.until_on >= today),
        *([posts_on_duty(actor, today)] if on_duty else []),
    )
    headed = select(Unit.id).where(Unit.head_id == actor.person_id)
    kept = sorted(unit for role, unit in actor.roles if role is Role.KEEPER and unit is not None)
    return or_(
        ControlledCopy.person_id == actor.person_id,
        ControlledCopy.post_id.in_(posts),
        ControlledCopy.unit_id.in_(headed),
        *([ControlledCopy.unit_id.in_(kept)] if kept else []),
        *([ControlledCopy.unit_id == actor.unit_id] if actor.is_outside else []),
    )


def still_out() -> Where:
    """Say in SQL whether a copy is with its holder now, by what is stored."""
    return ControlledCopy.status.in_(sorted(OPEN))
