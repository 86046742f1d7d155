"""What a person may do with a revision for somebody whose step is open, and why not (A-2, A-7, A-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.models.documents import Revision
from docctl.models.work import Step
from docctl.queries.document_actions import Situation
from docctl.queries.document_opened import Headed
from docctl.queries.open_steps import OpenStep
from docctl.queries.standing_in import limits_of_both, other_hands


def standing_in(
    session: Session,
    now: Situation,
    head: Headed,
    shown: Revision,
    steps: Sequence[OpenStep],
    actor: Actor,
    *,
    at: datetime,
    today: date,
) -> Situation:
    """Return the situation of who stands in at the first step for who has it, with why they may not (A-8)."""
    own = actor.person_id
    if not steps or own is None or steps[0].is_mine or (standing := steps[0].stands_in) is None:
        return now
    if standing.refused is not None:
        return replace(now, stand_in_refused=standing.refused)
    step = session.get_one(Step, standing.step_id)
    whose = standing.principal_id
    limits: Verdict = Allowed()
    if step.authority:
        limits = limits_of_both(
            session, head.document, shown, step, delegate=own, principal=whose, at=at, today=today
        )
    return replace(
        now,
        facts=replace(now.facts, assignees=now.facts.assignees | {own}),
        signed=other_hands(session, shown, step, own),
        principal=whose,
        stand_in_refused=limits if isinstance(limits, Refused) else None,
    )
