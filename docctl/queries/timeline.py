"""What happened to an item, newest first, as the trail has it (T-1, X-3)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.models.organisation import Person
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.hold_names import known_facts

PAGE_SIZE: Final = 50

#: Reads and sign-ins: in the trail, shown in a timeline only where asked for (X-2).
ROUTINE: Final = frozenset(
    {
        "file.read",
        "file.outlined",
        "revision.read",
        "revision.copied",
        "revision.source_taken",
        "revision.evidence_taken",
        "record.read",
        "record.downloaded",
        "disposal.read",
        "session.started",
        "session.ended",
        "session.others_ended",
        "signature.refused",
    }
)

#: Events that carry a signature (A-3).
SIGNED: Final = frozenset(
    {
        "revision.submitted",
        "revision.form_checked",
        "revision.reviewed",
        "revision.approved",
        "record.accepted",
        "record.corrected",
        "correction.approved",
        "correction.refused",
        "disposal.checked",
        "disposal.approved",
        "disposal.ordered",
        "disposal.witnessed",
        "setting.approved",
        "change.submitted",
        "change.approved",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `facts` is registration data, `detail` what was before and after, where still kept."""

    id: int
    at: datetime
    who: str
    actor_id: UUID | None
    on_behalf_of: str | None
    action: str
    version: str
    facts: Mapping[str, Any]
    detail: Mapping[str, Any]
    signed: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of a timeline; `older` is the event before which the next stretch begins."""

    entries: tuple[Entry, ...]
    older: int | None


def timeline(
    session: Session,
    subject_id: UUID,
    *,
    zone: tzinfo,
    names_holds: bool = False,
    before: int | None = None,
    reads: bool = False,
    versions: Collection[str] | None = None,
    actions: Collection[str] | None = None,
    with_detail: bool = True,
    limit: int = PAGE_SIZE,
) -> Timeline:
    """Return what happened to an item; whoever calls has seen to it that the person may see it (T-1).

    `versions` and `actions` narrow it to what the person may know; `with_detail=False` leaves the
    details out; a hold's name is only for who may `names_holds` (X-3). Times are in `zone`.
    """
    query = select(EventRow).where(EventRow.subject_id == subject_id)
    if before is not None:
        query = query.where(EventRow.seq < before)
    if not reads:
        query = query.where(EventRow.action.not_in(sorted(ROUTINE)))
    if versions is not None:
        query = query.where(or_(EventRow.subject_version == "", EventRow.subject_version.in_(versions)))
    if actions is not None:
        query = query.where(EventRow.action.in_(actions))
    rows = session.scalars(query.order_by(EventRow.seq.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    details = _details(session, [one.seq for one in shown]) if with_detail else {}
    names = _names(session, {one.on_behalf_of for one in shown if one.on_behalf_of})
    return Timeline(
        tuple(_entry(one, details.get(one.seq, {}), names, zone, names_holds=names_holds) for one in shown),
        shown[-1].seq if len(rows) > limit else None,
    )


def _entry(
    row: EventRow,
    detail: Mapping[str, Any],
    names: Mapping[UUID, str],
    zone: tzinfo,
    *,
    names_holds: bool,
) -> Entry:
    return Entry(
        id=row.seq,
        at=row.occurred_at.astimezone(zone),
        who=row.actor_name if row.actor_id else "",
        actor_id=row.actor_id,
        on_behalf_of=names.get(row.on_behalf_of) if row.on_behalf_of else None,
        action=row.action,
        version=row.subject_version,
        facts=known_facts(row.action, json.loads(row.facts), named=names_holds),
        detail=detail,
        signed=row.action in SIGNED,
    )


def _details(session: Session, numbers: list[int]) -> dict[int, Mapping[str, Any]]:
    found = session.execute(select(EventDetail.seq, EventDetail.bytes).where(EventDetail.seq.in_(numbers)))
    return {seq: json.loads(text) for seq, text in found}


def _names(session: Session, people: set[UUID]) -> dict[UUID, str]:
    if not people:
        return {}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return {person_id: name for person_id, name in found}  # noqa: C416  # rows are no pairs to mypy
