"""Ordering the destruction and witnessing it: two more people, then the work begins (R-6)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.disposal import Part, four_people
from docctl.domain.lifecycle import LIST_MOVES, ListAction, may_move_list
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.content import Signature
from docctl.models.retention import DisposalList
from docctl.services.caller import Caller
from docctl.services.disposal.load import items_of, list_manifest, lock_list, parts_done
from docctl.services.jobs import want
from docctl.services.registry import use_case
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ExecuteDisposal:
    """The executor's or the witness's signature over exactly the approved list."""

    list_id: UUID
    row_version: int
    seen_sha256: str


@use_case("disposal.execute", signs=True)
def execute_disposal(session: Session, cmd: ExecuteDisposal, by: Caller) -> UUID:
    """Order the destruction; nothing happens before the witness has signed too (R-6)."""
    row = lock_list(session, cmd.list_id, by, cmd.row_version)
    authorise(by.actor, "disposal.execute", Facts(unit_id=by.actor.unit_id))
    signed = _sign_part(session, row, cmd, by, Part.EXECUTE, Meaning.EXECUTE, ListAction.EXECUTE)
    row.executor_id, row.ordered_at = by.person_id, by.at
    record(
        session,
        by,
        "disposal.ordered",
        Subject("disposal_list", row.id),
        facts={"list": row.number, "manifest": row.approved_sha256, "seal": signed.seal},
    )
    return row.id


@use_case("disposal.witness", signs=True)
def witness_disposal(session: Session, cmd: ExecuteDisposal, by: Caller) -> UUID:
    """Witness the destruction (监销); with this the work begins and goes on until it is proved (R-6, R-7)."""
    row = lock_list(session, cmd.list_id, by, cmd.row_version)
    authorise(by.actor, "disposal.witness", Facts())
    signed = _sign_part(session, row, cmd, by, Part.WITNESS, Meaning.WITNESS, ListAction.WITNESS)
    row.witness_id, row.witnessed_at = by.person_id, by.at
    want(session, "disposal", key=f"{row.id}:1", payload={"list_id": str(row.id)}, at=by.at)
    record(
        session,
        by,
        "disposal.witnessed",
        Subject("disposal_list", row.id),
        facts={"list": row.number, "manifest": row.approved_sha256, "seal": signed.seal},
    )
    return row.id


def _sign_part(
    session: Session,
    row: DisposalList,
    cmd: ExecuteDisposal,
    by: Caller,
    part: Part,
    meaning: Meaning,
    action: ListAction,
) -> Signature:
    require(may_move_list(row.status, action))
    require(four_people(part, by=by.person_id, done=parts_done(row)))
    content = list_manifest(row, items_of(session, row.id)).sha256
    if content != row.approved_sha256:
        raise RuleRefused(Refused("R-6", "list_changed"))
    signed = sign(
        session,
        by,
        kind="disposal_list",
        subject_id=row.id,
        meaning=meaning,
        content_sha256=content,
        seen_sha256=cmd.seen_sha256,
    )
    row.status = LIST_MOVES[row.status, action]
    return signed


@dataclass(frozen=True, slots=True)
class ResumeDisposal:
    """Go on with a list that stopped."""

    list_id: UUID
    row_version: int


@use_case("disposal.resume")
def resume_disposal(session: Session, cmd: ResumeDisposal, by: Caller) -> UUID:
    """Go on with a list after what stopped it was mended (R-7)."""
    row = lock_list(session, cmd.list_id, by, cmd.row_version)
    authorise(by.actor, "disposal.resume", Facts())
    require(may_move_list(row.status, ListAction.RESUME))
    row.status, row.stopped_reason = LIST_MOVES[row.status, ListAction.RESUME], ""
    want(
        session,
        "disposal",
        key=f"{row.id}:{row.row_version}",
        payload={"list_id": str(row.id)},
        at=by.at,
    )
    record(
        session,
        by,
        "disposal.resumed",
        Subject("disposal_list", row.id),
        facts={"list": row.number},
    )
    return row.id
