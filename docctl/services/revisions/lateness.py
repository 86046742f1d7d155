"""Closing a step after its time: the reason is asked, and stays with it (A-13)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from docctl.domain.lateness import is_late, may_close
from docctl.domain.verdicts import require
from docctl.models.organisation import Person
from docctl.models.work import Step
from docctl.services.caller import Caller


def say_why_late(session: Session, step: Step, reason: str, by: Caller) -> str:
    """Note why a step is closed late, with the unit that was late; return it, "" where it is in time.

    Raises RuleRefused where it is late and nothing is said (A-13).
    """
    require(may_close(step.due_at, by.at, reason))
    if not is_late(step.due_at, by.at):
        return ""
    step.late_reason = reason.strip()
    step.late_unit_id = session.get_one(Person, step.assignee_id).unit_id
    return step.late_reason
