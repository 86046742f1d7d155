"""The revision history of a document (修订记录), complete from its first issue, as it prints (V-2, V-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.delegation import for_whom
from docctl.domain.lifecycle import RevisionStatus, is_obsolete, revision_state
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.domain.validity import last_day
from docctl.models.documents import Revision
from docctl.queries.document_opened import headed, revisions_seen
from docctl.queries.paper import paper_of
from docctl.queries.revision_views import names_of, signed_for


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """A line of the table of revisions on the paper of an imported document, as text (I-1)."""

    label: str
    what: str
    who: str
    day: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line: `line` counts from 0, the first issue (新文件).

    `is_imported`: from before docctl; who prepared, reviewed and approved stands as on its paper (V-6).
    """

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
    withdrawn_on: date | None
    withdraw_reason: str
    #: The last day of its validity, and whether it was for trial (V-8).
    valid_to: date | None
    is_trial: bool
    is_imported: bool


@dataclass(frozen=True, slots=True)
class History:
    """The revision history of one document; `earlier` is what the paper of its first revision tells."""

    document_id: UUID
    number: str
    title: str
    company: str
    unit_name: str
    lines: tuple[HistoryLine, ...]
    earlier: tuple[EarlierLine, ...] = ()


def revision_history(
    session: Session, actor: Actor, document_id: UUID, *, at: datetime, zone: tzinfo
) -> History:
    """Return the history from line 0; discarded drafts were no revisions and stay out (V-2, X-3)."""
    head = headed(session, actor, document_id, at=at)
    rows = [one for one in revisions_seen(session, head, at) if one.status is not RevisionStatus.DISCARDED]
    return History(
        document_id=head.document.id,
        number=head.document.number,
        title=head.document.title,
        company=head.entity.name,
        unit_name=head.unit.name,
        lines=history_lines(session, rows, at, zone),
        earlier=tuple(_earlier(rows)) if rows else (),
    )


def history_lines(
    session: Session, rows: Sequence[Revision], at: datetime, zone: tzinfo
) -> tuple[HistoryLine, ...]:
    """Return the lines of these revisions, the first issue before all others (V-2)."""
    people = {one for row in rows for one in (row.created_by, row.prepared_by, row.reviewed_by)}
    names = names_of(session, people | {row.approved_by for row in rows})
    behalf = signed_for(session, rows)
    return tuple(_line(place, row, names, behalf.get(row.id, {}), at, zone) for place, row in enumerate(rows))


def _earlier(rows: list[Revision]) -> Iterator[EarlierLine]:
    """Yield what the paper of the first revision tells of those before it; what is here is told itself."""
    paper = paper_of(rows[0], {}, UTC)
    here = {normal(row.label) for row in rows}
    for one in paper.history if paper else ():
        label = str(one.get("label", ""))
        if not label or normal(label) not in here:
            yield EarlierLine(
                label, str(one.get("what", "")), str(one.get("who", "")), str(one.get("day", ""))
            )


def _line(
    place: int,
    row: Revision,
    names: dict[UUID, str],
    behalf: Mapping[Meaning, str],
    at: datetime,
    zone: tzinfo,
) -> HistoryLine:
    state = revision_state(row.dates(), at)

    ended = row.effective_until if row.effective_until and row.effective_until <= at else None

    paper = paper_of(row, names, zone)
    signed = {one.role: one for one in paper.signers} if paper else {}

    def day(when: datetime | None) -> date | None:
        return when.astimezone(zone).date() if when else None

    def done(role: str, person: UUID | None, when: datetime | None) -> tuple[str, date | None]:
        if paper is None:
            return names.get(person, "") if person else "", day(when)
        one = signed.get(role)
        return (one.name, _written(one.signed_on)) if one else ("", None)

    prepared = done("prepared", row.prepared_by or row.created_by, row.prepared_at)
    reviewed = done("reviewed", row.reviewed_by, row.reviewed_at)
    approved = done("approved", row.approved_by, row.approved_at)

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
        prepared_by=prepared[0],
        prepared_on=prepared[1],
        reviewed_by=for_whom(reviewed[0], behalf.get(Meaning.REVIEW, "")),
        reviewed_on=reviewed[1],
        approved_by=for_whom(approved[0], behalf.get(Meaning.APPROVE, "")),
        approved_on=approved[1],
        issued_on=day(row.issued_at) if paper is None else _written(paper.issued),
        effective_on=day(row.effective_from),
        until=day(ended),
        suspended=tuple(
            (one.suspended_at.astimezone(zone).date(), day(one.resumed_at or ended))
            for one in row.suspensions
        ),
        withdrawn_on=day(row.withdrawn_at),
        withdraw_reason=row.withdraw_reason,
        valid_to=last_day(row.valid_until, zone),
        is_trial=row.is_trial,
        is_imported=paper is not None,
    )


def _written(text: str) -> date | None:
    """Return a day that a paper names; None for what is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
