"""The revision history of a document (修订记录), complete from its first issue, as it prints (V-2, V-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus, is_obsolete, revision_state
from docctl.domain.permissions import Actor
from docctl.models.documents import Revision
from docctl.queries.document_page import headed, revisions_seen
from docctl.queries.revision_views import names_of


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line: `line` counts from 0, the first issue (新文件)."""

    line: int
    revision_id: UUID
    label: str
    issue_label: str
    amendment_label: str
    title: str
    state: str
    is_obsolete: bool
    what: str
    reason: str
    basis: str
    prepared_by: str
    prepared_on: date | None
    reviewed_by: str
    reviewed_on: date | None
    approved_by: str
    approved_on: date | None
    issued_on: date | None
    effective_on: date | None
    until: date | None
    #: When it was suspended, each from and until; the last has no end while it goes on (V-6).
    suspended: tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True)
class History:
    """The revision history of one document."""

    document_id: UUID
    number: str
    title: str
    company: str
    unit_name: str
    lines: tuple[HistoryLine, ...]


def revision_history(
    session: Session, actor: Actor, document_id: UUID, *, at: datetime, zone: tzinfo
) -> History:
    """Return the history from line 0; discarded drafts were no revisions and stay out (V-2, X-3)."""
    head = headed(session, actor, document_id)
    rows = [one for one in revisions_seen(session, head, at) if one.status is not RevisionStatus.DISCARDED]
    people = {one for row in rows for one in (row.created_by, row.prepared_by, row.reviewed_by)}
    names = names_of(session, people | {row.approved_by for row in rows})
    return History(
        document_id=head.document.id,
        number=head.document.number,
        title=head.document.title,
        company=head.entity.name,
        unit_name=head.unit.name,
        lines=tuple(_line(place, row, names, at, zone) for place, row in enumerate(rows)),
    )


def _line(place: int, row: Revision, names: dict[UUID, str], at: datetime, zone: tzinfo) -> HistoryLine:
    state = revision_state(row.dates(), at)

    ended = row.effective_until if row.effective_until and row.effective_until <= at else None

    def name(person: UUID | None) -> str:
        return names.get(person, "") if person else ""

    def day(when: datetime | None) -> date | None:
        return when.astimezone(zone).date() if when else None

    return HistoryLine(
        line=place,
        revision_id=row.id,
        label=row.label,
        issue_label=row.issue_label,
        amendment_label=row.amendment_label,
        title=row.title,
        state=state.value,
        is_obsolete=is_obsolete(state),
        what=row.change_what,
        reason=row.change_reason,
        basis=row.change_basis,
        prepared_by=name(row.prepared_by or row.created_by),
        prepared_on=day(row.prepared_at),
        reviewed_by=name(row.reviewed_by),
        reviewed_on=day(row.reviewed_at),
        approved_by=name(row.approved_by),
        approved_on=day(row.approved_at),
        issued_on=day(row.issued_at),
        effective_on=day(row.effective_from),
        until=day(ended),
        suspended=tuple(
            (one.suspended_at.astimezone(zone).date(), day(one.resumed_at or ended))
            for one in row.suspensions
        ),
    )
