"""The beginning of an epoch: what was lost is told, counters pass all that was given then (T-2, N-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical, sha256
from docctl.domain.epochs import STARTED, lost_count
from docctl.domain.permissions import Facts, authorise
from docctl.models.base import new_id
from docctl.models.epochs import EpochRow
from docctl.models.numbers import Counter, NumberEntry, NumberState
from docctl.models.organisation import LegalEntity
from docctl.queries.epochs import epochs_of
from docctl.services.caller import Caller
from docctl.services.epochs.replay import destroy_again
from docctl.services.numbers.count import lock_counter
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: Why a number of the lost time is void; it stands in the register, in both languages.
LOST: Final = "恢复前已使用，随第 {number} 纪元作废 / used before a restore, void since epoch {number}"

#: So many names stand in what people accept; the counts are whole.
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class LostNumber:
    """A number of the register as it was before the restore."""

    entity_id: UUID
    shown: str
    normal: str
    kind: str
    scheme_code: str
    scope: str
    sequence: int | None


@dataclass(frozen=True, slots=True)
class StartEpoch:
    """What a restore of an older state found elsewhere.

    `end` is the newest event of the restored state, `lost` names up to which event each epoch was seen,
    `counters` are where those of the lost time are known to have stood, `bound` how many more numbers of each
    may have been given. `objects` are stored files that no row names, `destroyed` records whose bytes and
    keys are gone, as the register of destruction has them. `backup` is the digest of its manifest.
    """

    backup: str
    backup_at: datetime
    end: int
    end_hash: str
    lost: tuple[tuple[int, int], ...]
    counters: Mapping[str, int]
    bound: int = 0
    numbers: tuple[LostNumber, ...] = ()
    objects: tuple[str, ...] = ()
    destroyed: tuple[UUID, ...] = ()
    sources: tuple[str, ...] = field(default=())


@use_case("system.operate")
def start_epoch(session: Session, cmd: StartEpoch, by: Caller) -> int:
    """Begin an epoch; from here on people only read until two have accepted it (T-2, N-1).

    What was destroyed goes in the same transaction: no epoch stands beside it after a crash (R-7).
    """
    authorise(by.actor, "system.operate", Facts())
    number = _next_number(session, cmd)
    moved = _move_counters(session, cmd)
    _void_numbers(session, cmd, by, number)
    content = canonical(_content(cmd, number, moved))
    row = EpochRow(
        id=new_id(),
        number=number,
        started_at=by.at,
        backup_at=cmd.backup_at,
        end_seq=cmd.end,
        floor=cmd.bound,
        content=content,
        content_sha256=sha256(content),
    )
    session.add(row)
    record(
        session,
        by,
        STARTED,
        Subject("epoch", row.id),
        facts={
            "epoch": number,
            "end": cmd.end,
            "hash": cmd.end_hash,
            "lost": [list(one) for one in cmd.lost],
            "backup": cmd.backup,
            "backup_at": cmd.backup_at,
            "content": row.content_sha256,
            "numbers": len(cmd.numbers),
            "objects": len(cmd.objects),
            "destroyed": len(cmd.destroyed),
        },
    )
    destroy_again(session, cmd.destroyed, by, epoch=number)
    return number


def _next_number(session: Session, cmd: StartEpoch) -> int:
    known = [one.number for one in epochs_of(session)]
    return max([0, *known, *(of for of, _ in cmd.lost)]) + 1


def _move_counters(session: Session, cmd: StartEpoch) -> dict[str, list[int]]:
    """Move every counter past what may have been given; return from where to where (N-1)."""
    rows = session.execute(select(Counter.scope, Counter.value)).all()
    there = {one.scope: one.value for one in rows}
    scopes = {*there, *cmd.counters}
    wanted = {one: max(there.get(one, 0), cmd.counters.get(one, 0)) + cmd.bound for one in scopes}
    moved = {}
    for scope in sorted(wanted):
        if wanted[scope] > there.get(scope, 0):
            lock_counter(session, scope).value = wanted[scope]
            moved[scope] = [there.get(scope, 0), wanted[scope]]
    return moved


def _void_numbers(session: Session, cmd: StartEpoch, by: Caller, number: int) -> None:
    """Enter the numbers that were given in what was lost as void: none of them is given again (N-1).

    A reserved number that was used then is void as well. A legal entity that began in what was lost is not
    there to have numbers.
    """
    entities = set(session.scalars(select(LegalEntity.id)))
    reason = LOST.format(number=number)
    reserved = select(NumberEntry).where(NumberEntry.state == NumberState.RESERVED)
    open_ = {(one.entity_id, one.normal): one for one in session.scalars(reserved)} if cmd.numbers else {}
    for one in cmd.numbers:
        if one.entity_id not in entities:
            continue
        if (there := open_.get((one.entity_id, one.normal))) is not None:
            there.state, there.reason = NumberState.VOIDED, reason
            continue
        session.add(
            NumberEntry(
                entity_id=one.entity_id,
                shown=one.shown,
                normal=one.normal,
                kind=one.kind,
                scheme_code=one.scheme_code,
                scope=one.scope,
                sequence=one.sequence,
                state=NumberState.VOIDED,
                reason=reason,
                taken_at=by.at,
                taken_by=None,
            )
        )


def _content(cmd: StartEpoch, number: int, moved: dict[str, list[int]]) -> dict[str, Any]:
    return {
        "v": 1,
        "epoch": number,
        "backup": cmd.backup,
        "backup_at": cmd.backup_at,
        "end": cmd.end,
        "hash": cmd.end_hash,
        "lost": [list(one) for one in cmd.lost],
        "lost_events": lost_count(end=cmd.end, lost=cmd.lost),
        "sources": list(cmd.sources),
        "bound": cmd.bound,
        "counters": dict(list(moved.items())[:MOST]),
        "counter_count": len(moved),
        "numbers": [one.shown for one in cmd.numbers[:MOST]],
        "number_count": len(cmd.numbers),
        "objects": list(cmd.objects[:MOST]),
        "object_count": len(cmd.objects),
        "destroyed": [str(one) for one in cmd.destroyed[:MOST]],
        "destroyed_count": len(cmd.destroyed),
    }


__all__ = ["LostNumber", "StartEpoch", "start_epoch"]
