"""What happens to one controlled copy: received, called back, returned, destroyed, lost (D-1, D-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.copy_states import (
    COPY_MOVES,
    Closing,
    CopyAction,
    may_close,
    may_recall,
    may_receive,
)
from docctl.domain.permissions import allows, authorise
from docctl.domain.verdicts import NotFound, require
from docctl.models.organisation import Person
from docctl.services.caller import Caller
from docctl.services.distribution.load import LoadedCopy, lock_copy
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ReceiveCopy:
    """Note a receipt; `receiver` is who signed for it on paper, where control notes it."""

    copy_id: UUID
    row_version: int | None
    on: date
    receiver: str = ""


@use_case("copy.receive")
def receive_copy(session: Session, cmd: ReceiveCopy, by: Caller) -> UUID:
    """Note that a copy was received: by its holder, or by control from paper (D-1)."""
    loaded = lock_copy(session, cmd.copy_id, cmd.row_version, by)
    copy = loaded.copy
    authorise(by.actor, "copy.receive", loaded.facts)
    require(may_receive(loaded.state, on=cmd.on, today=by.today))
    copy.status = COPY_MOVES[copy.status, CopyAction.RECEIVE]
    copy.received_on, copy.received_at, copy.received_by = cmd.on, by.at, by.person_id
    copy.receiver = " ".join(cmd.receiver.split())[:100]
    _tell(session, by, loaded, "copy.received", {"on": cmd.on, "receiver": copy.receiver})
    return copy.id


@dataclass(frozen=True, slots=True)
class RecallCopy:
    """Call one copy back while its revision stays in force."""

    copy_id: UUID
    row_version: int | None
    reason: str


@use_case("copy.recall")
def recall_copy(session: Session, cmd: RecallCopy, by: Caller) -> UUID:
    """Call a copy back: it is a recall task of its holder and of control from now on (D-2)."""
    loaded = lock_copy(session, cmd.copy_id, cmd.row_version, by)
    copy = loaded.copy
    authorise(by.actor, "copy.recall", loaded.facts)
    require(may_recall(loaded.state, reason=cmd.reason, at=by.at))
    copy.recalled_at, copy.recalled_by, copy.recall_reason = by.at, by.person_id, cmd.reason.strip()
    _tell(session, by, loaded, "copy.recalled", {"reason": copy.recall_reason})
    return copy.id


@dataclass(frozen=True, slots=True)
class CloseCopy:
    """A copy left its holder on a day; `witness_id` only where it was destroyed."""

    copy_id: UUID
    row_version: int | None
    on: date
    reason: str = ""
    witness_id: UUID | None = None


@use_case("copy.return")
def return_copy(session: Session, cmd: CloseCopy, by: Caller) -> UUID:
    """Take a copy back, or note that one on screen or on a wall is gone (D-2)."""
    return _close(session, cmd, by, CopyAction.RETURN, "copy.return", "copy.returned")


@use_case("copy.destroy")
def destroy_copy(session: Session, cmd: CloseCopy, by: Caller) -> UUID:
    """Note that a copy was destroyed, why, and who watched (D-2)."""
    return _close(session, cmd, by, CopyAction.DESTROY, "copy.destroy", "copy.destroyed")


@use_case("copy.lose")
def lose_copy(session: Session, cmd: CloseCopy, by: Caller) -> UUID:
    """Note that a copy is lost, since when and why; found again, it is returned or destroyed (D-2)."""
    return _close(session, cmd, by, CopyAction.LOSE, "copy.lose", "copy.lost")


def _close(
    session: Session, cmd: CloseCopy, by: Caller, action: CopyAction, permission: str, event: str
) -> UUID:
    loaded = lock_copy(session, cmd.copy_id, cmd.row_version, by)
    copy, reason = loaded.copy, cmd.reason.strip()
    authorise(by.actor, permission, loaded.facts)
    witness = cmd.witness_id if action is CopyAction.DESTROY else None
    closing = Closing(cmd.on, reason, by.person_id, witness)
    is_control = allows(by.actor, "copy.destroy", loaded.facts)
    require(may_close(loaded.state, action, closing, at=by.at, today=by.today, is_control=is_control))
    who = session.get(Person, witness) if witness else None
    if witness and (who is None or who.disabled_at is not None):
        raise NotFound("person")
    before, copy.status = copy.status, COPY_MOVES[copy.status, action]
    if action is CopyAction.LOSE:
        copy.lost_on, copy.lost_at, copy.lost_by, copy.lost_reason = cmd.on, by.at, by.person_id, reason
    else:
        copy.closed_on, copy.closed_at, copy.closed_by = cmd.on, by.at, by.person_id
        copy.close_reason, copy.witness_id = reason, witness
    more = {"reason": reason, "on": cmd.on, "was": before.value, "witness": who.name if who else ""}
    _tell(session, by, loaded, event, more)
    return copy.id


def _tell(session: Session, by: Caller, loaded: LoadedCopy, action: str, more: dict[str, object]) -> None:
    """Write the event; it stands in the document's timeline, the copy named by its number (T-1)."""
    record(
        session,
        by,
        action,
        Subject("document", loaded.document.id, str(loaded.revision.id)),
        facts={
            "number": loaded.document.number,
            "label": loaded.revision.label,
            "copy": loaded.copy.number,
            "copy_id": loaded.copy.id,
        },
        detail={"holder": loaded.copy.holder, **{name: value for name, value in more.items() if value}},
    )
