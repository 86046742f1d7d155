"""The copies of the search index: one joins, one is forgotten, a list waits for all others (R-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.index_copies import may_forget
from docctl.domain.lifecycle import ListStatus
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, require
from docctl.models.trail import AuditHead
from docctl.models.work import IndexCopy
from docctl.services.caller import Caller
from docctl.services.disposal.load import lock_list
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class JoinCopy:
    """A host is about to make an index, or one that was forgotten is back."""

    copy_id: UUID
    host: str


@use_case("system.operate")
def join_copy(session: Session, cmd: JoinCopy, by: Caller) -> UUID:
    """Put a copy on the list before its first file is written, so that no list is proved without it (R-7)."""
    authorise(by.actor, "system.operate", Facts())
    row = session.get(IndexCopy, cmd.copy_id, with_for_update=True)
    if row is None:
        session.add(IndexCopy(id=cmd.copy_id, host=cmd.host, state="empty", joined_at=by.at, seen_at=by.at))
    elif row.forgotten_at is None:
        return row.id
    else:
        row.forgotten_at, row.seen_at, row.made_from = None, by.at, 0
    action = "index.copy_joined" if row is None else "index.copy_returned"
    record(session, by, action, Subject("index_copy", cmd.copy_id), facts={"host": cmd.host})
    return cmd.copy_id


@dataclass(frozen=True, slots=True)
class ForgetCopy:
    """A copy whose host does not come back; `wall` is what the clock says, also where the trail is ahead."""

    copy_id: UUID
    wall: datetime


@use_case("system.operate")
def forget_copy(session: Session, cmd: ForgetCopy, by: Caller) -> UUID:
    """Let no list wait for a copy any more; certificates name it as not looked at (R-7, T-1).

    Raise RuleRefused where it was seen lately, NotFound where there is none or it is forgotten already.
    """
    authorise(by.actor, "system.operate", Facts())
    row = session.get(IndexCopy, cmd.copy_id, with_for_update=True)
    if row is None or row.forgotten_at is not None:
        raise NotFound("index_copy")
    require(may_forget(row.seen_at, cmd.wall))
    row.forgotten_at = by.at
    record(
        session,
        by,
        "index.copy_forgotten",
        Subject("index_copy", row.id),
        facts={
            "host": row.host,
            "seen_at": row.seen_at,
            "position": row.position,
            "made_from": row.made_from,
        },
    )
    return row.id


@dataclass(frozen=True, slots=True)
class WantPurge:
    """Every item of a list is settled; its words are to go from every index."""

    list_id: UUID


@use_case("disposal.run")
def want_purge(session: Session, cmd: WantPurge, by: Caller) -> int | None:
    """Ask every copy to be made anew from now on; return the event as of which, None where it is too early.

    The first answer stays: it is later than the destruction of every item (R-7). Where copies of several
    hosts must follow, that the list waits for them is an event.
    """
    authorise(by.actor, "disposal.run", Facts())
    row = lock_list(session, cmd.list_id, by)
    if row.status is not ListStatus.EXECUTING:
        return None
    if row.purge_from is None:
        row.purge_from = session.execute(select(AuditHead.seq)).scalar_one()
        hosts = session.scalars(
            select(IndexCopy.host).where(IndexCopy.forgotten_at.is_(None)).order_by(IndexCopy.host)
        ).all()
        if hosts:
            record(
                session,
                by,
                "disposal.copies_awaited",
                Subject("disposal_list", row.id),
                facts={"list": row.number, "hosts": list(hosts), "from": row.purge_from},
            )
    return row.purge_from
