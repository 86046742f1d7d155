"""Whether somebody of an outside organisation may come in at an instant, and what is shared then (O-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.partners import is_over
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.partners import PartnerBinding, PartnerShare


def admitted(session: Session, actor: Actor, at: datetime) -> Actor:
    """Return a person as they may act at an instant; raise NotFound for one whose last day is over (O-7).

    Who belongs to the company is returned as they are. Until here somebody from outside may do nothing.
    """
    if not actor.is_outside:
        return actor
    ends_at = session.scalar(
        select(PartnerBinding.ends_at)
        .where(PartnerBinding.person_id == actor.person_id)
        .order_by(PartnerBinding.bound_at.desc(), PartnerBinding.id.desc())
        .limit(1)
    )
    if is_over(ends_at, at):
        raise NotFound("person")
    shares = session.scalars(
        select(PartnerShare.id).where(
            PartnerShare.unit_id == actor.unit_id,
            PartnerShare.ends_at > at,
            PartnerShare.ended_at.is_(None),
        )
    )
    return replace(actor, is_admitted=True, shares=frozenset(shares))
