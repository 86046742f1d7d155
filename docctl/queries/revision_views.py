"""A revision as a page shows it: its dates and people, signatures, open step (V-7, A-3, A-9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import WEIGHTS, Meaning
from docctl.domain.delegation import for_whom
from docctl.domain.lifecycle import Computed, RevisionStatus, is_obsolete, revision_state
from docctl.domain.particulars import amount_shown, systems_in
from docctl.domain.validity import last_day
from docctl.models.content import Signature
from docctl.models.documents import Revision
from docctl.models.organisation import Person

#: A person and when; either may be missing.
Done = tuple[str, datetime | None]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One revision in the list of all; `can_open` where its content may be read (V-4)."""

    id: UUID
    label: str
    title: str
    state: str
    is_obsolete: bool
    effective_on: date | None
    until: date | None
    can_open: bool


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A signature; void once its revision was returned and submitted anew (A-9)."""

    meaning: str
    #: How much it decides (A-3).
    weight: str
    name: str
    unit: str
    at: datetime
    round: int
    comment: str
    content_sha256: str
    is_void: bool
    after_reset: bool
    #: For whom it was signed (A-8).
    principal: str = ""

    @property
    def shown(self) -> str:
        """The name, with the one for whom it was signed."""
        return for_whom(self.name, self.principal)


@dataclass(frozen=True, slots=True)
class RevisionView:
    """The revision that is shown."""

    id: UUID
    ordinal: int
    row_version: int
    label: str
    title: str
    state: str
    is_obsolete: bool
    round: int
    change_what: str
    change_reason: str
    change_basis: str
    drafting_unit_id: UUID | None
    systems: tuple[str, ...]
    amount: str
    prepared: Done
    reviewed: Done
    approved: Done
    issued: Done
    withdrawn: Done
    withdraw_reason: str
    #: Who suspended it, when, and why, as long as it is (V-6).
    suspended: Done
    suspend_reason: str
    effective_from: datetime | None
    effective_until: datetime | None
    #: The last day of its validity, and whether it is for trial (V-8).
    valid_to: date | None
    is_trial: bool
    manifest_sha256: str | None


def view_of(
    row: Revision,
    names: Mapping[UUID, str],
    at: datetime,
    zone: tzinfo,
    behalf: Mapping[Meaning, str] | None = None,
) -> RevisionView:
    """Return a revision as shown; before it is submitted, its author stands as who prepares it.

    `behalf` says for whom the last signature of a meaning was made (A-8).
    """
    signed_for = behalf or {}
    state = revision_state(row.dates(), at)
    open_one = row.suspensions[-1] if state is Computed.SUSPENDED else None

    def done(person: UUID | None, when: datetime | None) -> Done:
        return (names.get(person, "") if person else "", _there(when, zone))

    return RevisionView(
        id=row.id,
        ordinal=row.ordinal,
        row_version=row.row_version,
        label=row.label,
        title=row.title,
        state=state.value,
        is_obsolete=is_obsolete(state),
        round=row.round,
        change_what=row.change_what,
        change_reason=row.change_reason,
        change_basis=row.change_basis,
        drafting_unit_id=row.drafting_unit_id,
        systems=systems_in(row.systems),
        amount=amount_shown(row.amount),
        prepared=done(row.prepared_by or row.created_by, row.prepared_at),
        reviewed=_behalf(done(row.reviewed_by, row.reviewed_at), signed_for.get(Meaning.REVIEW, "")),
        approved=_behalf(done(row.approved_by, row.approved_at), signed_for.get(Meaning.APPROVE, "")),
        issued=done(row.issued_by, row.issued_at),
        withdrawn=done(row.withdrawn_by, row.withdrawn_at),
        withdraw_reason=row.withdraw_reason,
        suspended=done(open_one.suspended_by, open_one.suspended_at) if open_one else ("", None),
        suspend_reason=open_one.reason if open_one else "",
        effective_from=_there(row.effective_from, zone),
        effective_until=_there(row.effective_until, zone),
        valid_to=last_day(row.valid_until, zone),
        is_trial=row.is_trial,
        manifest_sha256=row.manifest_sha256,
    )


def _behalf(done: Done, principal: str) -> Done:
    return (for_whom(done[0], principal), done[1])


def signed_for(session: Session, revisions: Collection[Revision]) -> dict[UUID, dict[Meaning, str]]:
    """Return for whom the last signatures of revisions were made in their last round, by meaning (A-8)."""
    rounds = {one.id: one.round for one in revisions}
    rows = session.execute(
        select(Signature.subject_id, Signature.round, Signature.meaning, Signature.principal_name)
        .where(Signature.subject_id.in_(rounds))
        .order_by(Signature.signed_at)
    )
    found: dict[UUID, dict[Meaning, str]] = {}
    for one in rows:
        if one.round == rounds[one.subject_id]:
            found.setdefault(one.subject_id, {})[one.meaning] = one.principal_name
    return found


def line_of(row: Revision, at: datetime, zone: tzinfo, *, can_open: bool) -> RevisionLine:
    """Return a revision as a line of the list of all."""
    state = revision_state(row.dates(), at)
    ended = row.effective_until is not None and row.effective_until <= at
    return RevisionLine(
        id=row.id,
        label=row.label,
        title=row.title,
        state=state.value,
        is_obsolete=is_obsolete(state),
        effective_on=_day(row.effective_from, zone),
        until=_day(row.effective_until, zone) if ended else None,
        can_open=can_open,
    )


def signatures_of(session: Session, subject_id: UUID) -> list[Signature]:
    """Return all signatures of a revision, or of what stands beside it, in order; of earlier rounds too."""
    query = select(Signature).where(Signature.subject_id == subject_id)
    return list(session.scalars(query.order_by(Signature.signed_at)))


def behalf_in(rows: Iterable[Signature], round_number: int) -> dict[Meaning, str]:
    """Return for whom the last signatures of a round were made, by meaning, out of those in order (A-8)."""
    return {one.meaning: one.principal_name for one in rows if one.round == round_number}


def signatures_shown(
    rows: Iterable[Signature], revision: Revision, zone: tzinfo
) -> tuple[SignatureLine, ...]:
    """Return the signatures of a revision as shown; those of a round that was returned are void (A-9)."""
    returned = revision.status in {RevisionStatus.DRAFT, RevisionStatus.DISCARDED}
    return tuple(signature_line(one, zone, is_void=returned or one.round != revision.round) for one in rows)


def signature_line(row: Signature, zone: tzinfo, *, is_void: bool) -> SignatureLine:
    """Return a signature as shown, void or not."""
    return SignatureLine(
        meaning=row.meaning.value,
        weight=WEIGHTS[row.meaning].value,
        name=row.printed_name,
        unit=row.unit_name,
        at=row.signed_at.astimezone(zone),
        round=row.round,
        comment=row.comment,
        content_sha256=row.content_sha256,
        is_void=is_void,
        after_reset=row.after_reset,
        principal=row.principal_name,
    )


def names_of(session: Session, people: Collection[UUID | None]) -> dict[UUID, str]:
    """Return the names of people by their ids."""
    wanted = {one for one in people if one is not None}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {person_id: name for person_id, name in found}  # noqa: C416  # rows are no pairs to mypy


def _there(when: datetime | None, zone: tzinfo) -> datetime | None:
    return when.astimezone(zone) if when else None


def _day(when: datetime | None, zone: tzinfo) -> date | None:
    return when.astimezone(zone).date() if when else None
