"""Numbers of blanks end: used, void, returned, destroyed or lost; each once, nothing silently (D-10, N-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span
from docctl.domain.blanks import ENDS, BlankAction, BlankState, Ended, Place, may_end, state_of
from docctl.domain.copy_states import Closing
from docctl.domain.normal_form import normal
from docctl.domain.permissions import allows, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.blanks import BlankEnd, BlankIssue
from docctl.models.organisation import Person
from docctl.queries.blank_numbers import span_written
from docctl.services.blanks.load import (
    LoadedPrint,
    answer_for_blanks,
    lock_print,
    tell_of_blanks,
    with_holders,
)
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import UseCase, use_case
from docctl.services.rows import insert_rows

#: What the event of each is called.
EVENTS: Final = {
    BlankAction.USE: "blank.used",
    BlankAction.VOID: "blank.voided",
    BlankAction.RETURN: "blank.returned",
    BlankAction.DESTROY: "blank.destroyed",
    BlankAction.LOSE: "blank.lost",
}


@dataclass(frozen=True, slots=True)
class EndBlanks:
    """Numbers in a row of one print ended on a day; `last` "" for one alone, `witness_id` for destroyed."""

    print_id: UUID
    first: str
    last: str
    on: date
    reason: str = ""
    witness_id: UUID | None = None


@use_case("blank.use")
def use_blanks(session: Session, cmd: EndBlanks, by: Caller) -> UUID:
    """Note that numbers were used; a record that has one of them is shown beside it (D-10, N-5)."""
    return _end(session, cmd, by, BlankAction.USE)


@use_case("blank.void")
def void_blanks(session: Session, cmd: EndBlanks, by: Caller) -> UUID:
    """Note that numbers are void, with the reason: spoilt, misprinted, struck out (D-10)."""
    return _end(session, cmd, by, BlankAction.VOID)


@use_case("blank.return")
def return_blanks(session: Session, cmd: EndBlanks, by: Caller) -> UUID:
    """Take numbers back that were not used (D-10)."""
    return _end(session, cmd, by, BlankAction.RETURN)


@use_case("blank.destroy")
def destroy_blanks(session: Session, cmd: EndBlanks, by: Caller) -> UUID:
    """Note that numbers were destroyed, why, and who watched (D-10, D-2)."""
    return _end(session, cmd, by, BlankAction.DESTROY)


@use_case("blank.lose")
def lose_blanks(session: Session, cmd: EndBlanks, by: Caller) -> UUID:
    """Note that numbers are lost; found again, they have been used, come back or are destroyed (D-10)."""
    return _end(session, cmd, by, BlankAction.LOSE)


#: Every way in which numbers end, by the name of the action.
ACTS: Final[Mapping[str, UseCase[EndBlanks, UUID]]] = {
    "use": use_blanks,
    "void": void_blanks,
    "return": return_blanks,
    "destroy": destroy_blanks,
    "lose": lose_blanks,
}


def _end(session: Session, cmd: EndBlanks, by: Caller, action: BlankAction) -> UUID:
    loaded = lock_print(session, cmd.print_id, by)
    if not loaded.facts.insider:  # to who answers for nothing of it, it is not there whatever was typed
        loaded = _seen_by_holder(session, loaded, by)
    span = span_written(loaded.print.written, cmd.first, cmd.last)
    issue = _issue_of(session, loaded, span)
    facts = with_holders(session, loaded.facts, issue) if issue else loaded.facts
    facts = replace(facts, visible=by.actor.person_id in facts.assignees)
    authorise(by.actor, f"blank.{action.value}", facts)
    is_control = allows(by.actor, "blank.destroy", facts)
    place = _place(session, loaded, issue, span)
    witness = cmd.witness_id if action is BlankAction.DESTROY else None
    closing = Closing(cmd.on, cmd.reason.strip(), by.person_id, witness)
    require(
        may_end(
            span,
            place,
            action,
            closing,
            written=loaded.print.written,
            today=by.today,
            is_called=loaded.is_called(by),
            is_control=is_control,
        )
    )
    who = session.get(Person, witness) if witness else None
    if witness and (who is None or who.disabled_at is not None):
        raise NotFound("person")
    was_lost = state_of(span, place) is BlankState.LOST
    _note(session, loaded, issue, span, ENDS[action], closing, by, was_lost=was_lost)
    if not was_lost:
        loaded.print.ended += span.count
        if issue is None:
            loaded.print.ended_in_store += span.count
        else:
            issue.ended += span.count
    told: dict[str, Any] = {"on": cmd.on, "was_lost": was_lost}
    if issue is not None:
        told["issue_id"] = issue.id
    detail = {
        "holder": issue.holder if issue else "",
        "reason": closing.reason,
        "witness": who.name if who else "",
    }
    tell_of_blanks(session, by, EVENTS[action], loaded, span, told, detail)
    return loaded.print.id


def _seen_by_holder(session: Session, loaded: LoadedPrint, by: Caller) -> LoadedPrint:
    """Return the print as seen by who answers for some of it; raise NotFound for anybody else (X-3)."""
    issues = session.scalars(select(BlankIssue).where(BlankIssue.print_id == loaded.print.id)).all()
    if any(by.actor.person_id in one for one in answer_for_blanks(session, issues).values()):
        return loaded
    raise NotFound("blanks")


def _issue_of(session: Session, loaded: LoadedPrint, span: Span) -> BlankIssue | None:
    """Return the issue in which all these numbers are, None where all are in store; else raise (D-10)."""
    row = loaded.print
    if not row.span.holds(span):
        raise RuleRefused(Refused("D-10", "not_of_print", {"numbers": row.written.span(row.span)}))
    met = select(BlankIssue).where(
        BlankIssue.print_id == row.id, BlankIssue.first <= span.last, BlankIssue.last >= span.first
    )
    found = lock(session, Rank.ITEMS, met.order_by(BlankIssue.first).limit(2))
    if found and not found[0].span.holds(span):
        raise RuleRefused(Refused("D-10", "not_one_holder", {"numbers": row.written.span(found[0].span)}))
    return found[0] if found else None


def _place(session: Session, loaded: LoadedPrint, issue: BlankIssue | None, span: Span) -> Place:
    rows = session.scalars(
        select(BlankEnd).where(
            BlankEnd.print_id == loaded.print.id, BlankEnd.first <= span.last, BlankEnd.last >= span.first
        )
    )
    ended = tuple(Ended(one.span, one.state, one.was_lost) for one in rows)
    since = issue.issued_on if issue else loaded.print.printed_on
    return Place(since, issue is not None, ended)


def _note(
    session: Session,
    loaded: LoadedPrint,
    issue: BlankIssue | None,
    span: Span,
    state: BlankState,
    closing: Closing,
    by: Caller,
    *,
    was_lost: bool,
) -> None:
    is_used = state is BlankState.USED
    spans = [Span(one, one) for one in range(span.first, span.last + 1)] if is_used else [span]
    written = loaded.print.written
    rows = [
        {
            "id": new_id(),
            "print_id": loaded.print.id,
            "issue_id": issue.id if issue else None,
            "first": one.first,
            "last": one.last,
            "state": state,
            "was_lost": was_lost,
            "normal": normal(written.number(one.first)) if is_used else "",
            "ended_on": closing.on,
            "reason": closing.reason,
            "witness_id": closing.witness,
            "noted_at": by.at,
            "noted_by": closing.by,
        }
        for one in spans
    ]
    insert_rows(session, BlankEnd, *rows)
