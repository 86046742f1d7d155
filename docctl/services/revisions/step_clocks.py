"""How a step of a route begins to run, and what falls due with it (A-4, W-1)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from docctl.domain.limits import Due, Limit, LimitUnit
from docctl.domain.step_limits import USUAL, remind_at
from docctl.domain.working_calendar import Calendar
from docctl.models.work import Step, StepStatus
from docctl.services import clocks
from docctl.services.caller import Caller
from docctl.services.jobs import due

REMIND = "step.remind"
ESCALATE = "step.escalate"


def open_now(session: Session, step: Step, by: Caller) -> None:
    """Open a step: it runs from now, is reminded of before its end, and goes up after it (A-4, W-1).

    Raises RuleRefused where the working calendar has too few working days for its limit.
    """
    limit = USUAL
    if step.limit_amount is not None and step.limit_unit is not None:
        limit = Limit(step.limit_amount, LimitUnit(step.limit_unit))
    step.limit_amount, step.limit_unit = limit.amount, limit.unit.value
    step.status, step.opened_at = StepStatus.OPEN, by.at
    _, calendar = clocks.start(session, step, limit, by)
    session.flush()  # what falls due names the step
    put_on_list(session, step, limit, calendar, by)


def put_on_list(session: Session, step: Step, limit: Limit, calendar: Calendar, by: Caller) -> None:
    """Put the end of a step, and the reminder before it, on the list of what falls due (A-4)."""
    assert step.due_at is not None
    assert step.due_on is not None
    assert step.opened_at is not None
    due(session, ESCALATE, subject_id=step.id, at=step.due_at)
    found = Due(step.due_at, step.due_on)
    remind = remind_at(limit, step.opened_at, found, calendar, by.zone)
    if remind is not None and step.reminded_at is None:
        due(session, REMIND, subject_id=step.id, at=remind)
