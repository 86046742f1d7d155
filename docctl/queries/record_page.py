"""The page of a record: facts with all layers, files, what keeps it, what one may do (C-2, F-17, X-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.form_definition import Definition, definition_in
from docctl.domain.lifecycle import CorrectionStatus, RecordStatus, record_state
from docctl.domain.partners import status_told
from docctl.domain.permissions import Actor, Facts
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document, Revision
from docctl.models.forms import FormDefinition
from docctl.models.organisation import LegalEntity, Person
from docctl.models.record_content import content_of
from docctl.models.records import Correction, Record, RecordFact
from docctl.models.retention import RetentionClassRow
from docctl.models.visibility import visible_sets
from docctl.queries.document_actions import Offered
from docctl.queries.record_actions import GONE, RecordSituation, deciding, offers
from docctl.queries.record_beside import (
    Beside,
    FileLine,
    beside,
    files_shown,
)
from docctl.queries.record_layers import (
    CorrectionLine,
    FactLine,
    as_it_stood,
    correction_lines,
    fact_lines,
    with_states,
)


@dataclass(frozen=True, slots=True)
class Because:
    """One step of why a record is kept so long: the code of its sentence, and its values (R-10)."""

    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """All that the page of a record shows; times in the company's zone.

    A record that was destroyed has no facts, files, keys or corrections: only its residual entry (R-7).
    `stood_at` is the instant as of which it is shown, None for now (C-2).
    """

    record_id: UUID
    row_version: int
    company: str
    is_demo: bool
    number: str
    title: str
    state: str
    status: str
    is_gone: bool
    is_destroyed: bool
    is_late: bool
    form_id: UUID
    form_revision_id: UUID
    form_number: str
    form_title: str
    form_label: str
    unit_name: str
    medium: str
    place: str
    language: str
    custody: str
    occurred_on: date
    filed_by: str
    filed_at: datetime
    accepted_by: str
    accepted_at: datetime | None
    voided_by: str
    voided_at: datetime | None
    void_reason: str
    class_code: str
    class_name: str
    class_basis: str
    keep_until: date | None
    is_permanent: bool
    trigger_on: date | None
    because: tuple[Because, ...]
    destroyed_at: datetime | None
    facts: tuple[FactLine, ...]
    corrections: tuple[CorrectionLine, ...]
    files: tuple[FileLine, ...]
    beside: Beside
    is_held: bool
    content_sha256: str
    offered: tuple[Offered, ...]
    stood_at: datetime | None

    @property
    def shown_file(self) -> FileLine | None:
        """The file that the page shows: the first, whatever came after it (C-4)."""
        return next((one for one in self.files if one.role == "main"), None)

    def fact(self, name: str) -> FactLine | None:
        """Return a registered fact."""
        return next((one for one in self.facts if one.field == name), None)

    def correction(self, correction_id: UUID) -> CorrectionLine | None:
        """Return a correction."""
        return next((one for one in self.corrections if one.id == correction_id), None)

    def offer(self, name: str) -> Offered | None:
        """Return an action, where it is shown at all."""
        return next((one for one in self.offered if one.name == name), None)


def record_page(
    session: Session,
    actor: Actor,
    record_id: UUID,
    *,
    today: date,
    zone: tzinfo,
    stood_at: datetime | None = None,
) -> RecordPage:
    """Return a record as it is, or as it stood at an instant; raise NotFound for a hidden one (C-2, X-3)."""
    found = session.execute(
        select(
            Record,
            Document,
            Revision.title,
            Revision.label,
            RetentionClassRow,
            LegalEntity,
            FormDefinition.content,
        )
        .join(Document, Document.id == Record.form_id)
        .join(Revision, Revision.id == Record.form_revision_id)
        .join(RetentionClassRow, RetentionClassRow.id == Record.class_id)
        .join(LegalEntity, LegalEntity.id == Record.entity_id)
        .outerjoin(FormDefinition, FormDefinition.revision_id == Record.form_revision_id)
        .where(Record.id == record_id, Record.access_set_id.in_(visible_sets(actor)))
    ).first()
    if found is None:
        raise NotFound("record")
    row, form, form_title, form_label, cls, entity, asks = found
    asked = definition_in(asks)
    if stood_at is not None and stood_at < row.filed_at:
        stood_at = row.filed_at  # before its filing there was nothing to see
    values, rows = _values(session, row)
    names = _names(session, row, values, rows)
    lines, values = _lines(rows, values, names, zone, stood_at, asked)
    around = beside(session, actor, row.id, zone, stood_at)
    status = status_told(_status_then(row, stood_at), is_outside=actor.is_outside)
    was_accepted = status is not RecordStatus.COMPLETED
    now = RecordSituation(
        facts=Facts(unit_id=row.unit_id, author_id=row.filed_by, visible=True),
        status=row.status,
        medium=row.medium,
        held=around.is_held,
        pending=any(one.status is CorrectionStatus.PENDING for one in rows),
    )
    return RecordPage(
        record_id=row.id,
        row_version=row.row_version,
        company=entity.name,
        is_demo=entity.is_demo,
        number=row.number,
        title=row.title if stood_at is None else _value_of(values, "title"),
        state=record_state(status, row.keep_until, today).value,
        status=status.value,
        is_gone=row.status in GONE,
        is_destroyed=row.status is RecordStatus.DESTROYED,
        is_late=row.is_late,
        form_id=form.id,
        form_revision_id=row.form_revision_id,
        form_number=form.number,
        form_title=form_title,
        form_label=form_label,
        unit_name=row.unit_name,
        medium=row.medium.value,
        place=row.place,
        language=row.language,
        custody=row.custody,
        occurred_on=row.occurred_at.astimezone(zone).date(),
        filed_by=names.get(row.filed_by, ""),
        filed_at=row.filed_at.astimezone(zone),
        accepted_by=names.get(row.accepted_by, "") if was_accepted else "",
        accepted_at=row.accepted_at.astimezone(zone) if row.accepted_at and was_accepted else None,
        voided_by=names.get(row.voided_by, ""),
        voided_at=row.voided_at.astimezone(zone) if row.voided_at else None,
        void_reason=row.void_reason,
        class_code=cls.code,
        class_name=cls.name,
        class_basis=cls.basis,
        keep_until=row.keep_until,
        is_permanent=row.is_permanent,
        trigger_on=row.trigger_on,
        because=tuple(Because(one["code"], one["params"]) for one in row.keep_because),
        destroyed_at=row.destroyed_at.astimezone(zone) if row.destroyed_at else None,
        facts=() if row.status in GONE else fact_lines(values, lines, names, zone, asked),
        corrections=tuple(
            replace(one, decide=deciding(actor, now, CorrectionStatus(one.status), entered.entered_by))
            for one, entered in zip(lines, rows, strict=False)
        )
        if stood_at is None
        else lines,
        files=files_shown(session, row.id, zone, stood_at) if row.status not in GONE else (),
        beside=around,
        is_held=around.is_held,
        content_sha256=content_of(session, row),
        offered=offers(actor, now) if stood_at is None else (),
        stood_at=stood_at.astimezone(zone) if stood_at else None,
    )


def _values(session: Session, row: Record) -> tuple[list[RecordFact], list[Correction]]:
    """Return all values and corrections; none where the content is going or gone (R-7)."""
    if row.status in GONE:
        return [], []
    values = session.scalars(select(RecordFact).where(RecordFact.record_id == row.id)).all()
    rows = session.scalars(
        select(Correction)
        .where(Correction.record_id == row.id)
        .order_by(Correction.entered_at, Correction.id)
    ).all()
    return list(values), list(rows)


def _lines(
    rows: list[Correction],
    values: list[RecordFact],
    names: Mapping[UUID | None, str],
    zone: tzinfo,
    stood_at: datetime | None,
    asked: Definition,
) -> tuple[tuple[CorrectionLine, ...], list[RecordFact]]:
    lines = correction_lines(rows, names, zone, asked)
    if stood_at is None:
        return lines, values
    values, states = as_it_stood(values, rows, stood_at)
    return with_states(lines, states), values


def _names(
    session: Session, row: Record, values: list[RecordFact], rows: list[Correction]
) -> dict[UUID | None, str]:
    wanted = {row.filed_by, row.accepted_by, row.voided_by}
    wanted |= {one.set_by for one in values}
    wanted |= {one.entered_by for one in rows} | {one.decided_by for one in rows}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted - {None})))
    return {person_id: name for person_id, name in found}  # noqa: C416  # rows are no pairs to mypy


def _status_then(row: Record, at: datetime | None) -> RecordStatus:
    """Return the state at an instant, as far as the row's own dates tell (C-2)."""
    if at is None or row.status in GONE:
        return row.status
    if row.voided_at is not None:
        return RecordStatus.VOIDED if row.voided_at <= at else RecordStatus.COMPLETED
    if row.accepted_at is None or row.accepted_at > at:
        return RecordStatus.COMPLETED
    return row.status


def _value_of(values: list[RecordFact], name: str) -> str:
    newest = [one for one in values if one.field == name]
    return max(newest, key=lambda one: one.ordinal).value if newest else ""
