"""Giving a run up whose host is lost: what was imported stays, every other file has its line (I-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.imports import Outcome, RunAction, RunState, may_move_run
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import Allowed, Refused, Verdict, require
from docctl.services.caller import Caller
from docctl.services.imports.commit import end_files, end_run, totals_of
from docctl.services.imports.presence import is_at_work
from docctl.services.imports.runs import lock_run, move
from docctl.services.imports.unread import note_unread
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class GiveUpImport:
    """A run that nobody works on any more, and why it is not waited for."""

    run_id: UUID
    reason: str


@use_case("document.import")
def give_up_import(session: Session, cmd: GiveUpImport, by: Caller) -> UUID:
    """End a run with a line for each file; what was imported stays (I-1).

    Raises RuleRefused while its host works on it, for it would go on.
    """
    run = lock_run(session, cmd.run_id, by.at)
    authorise(by.actor, "document.import", Facts(unit_id=run.unit_id))
    reason = " ".join(cmd.reason.split())
    require(reason_given(reason, rule="I-1"))
    require(may_give_up(session, run.state, run.host, by.at))
    note_unread(session, run, by, Outcome.GIVEN_UP)
    move(run, RunAction.GIVE_UP)
    run.given_up_because = reason
    end_files(session, run, by, Outcome.GIVEN_UP, "given_up")
    end_run(session, run, by)
    facts = {"host": run.host, "totals": totals_of(session, run)}
    record(session, by, "import.given_up", Subject("import", run.id), facts=facts, detail={"reason": reason})
    return run.id


def may_give_up(session: Session, state: RunState, host: str, at: datetime) -> Verdict:
    """Say whether a run may be given up: it waits for its host, and that does not work (I-1)."""
    verdict = may_move_run(state, RunAction.GIVE_UP)
    if isinstance(verdict, Refused):
        return verdict
    if is_at_work(session, host, at):
        return Refused("I-1", "host_at_work", {"host": host})
    return Allowed()


__all__ = ["GiveUpImport", "give_up_import", "may_give_up"]
