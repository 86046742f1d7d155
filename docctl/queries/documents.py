"""The register of documents: what is in force and under way, now or as of a past day (D-7, X-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import instant_as_of
from docctl.domain.lifecycle import Computed, RevisionDates, RevisionStatus, is_obsolete, revision_state
from docctl.domain.normal_form import normal
from docctl.domain.particulars import ManagementSystem
from docctl.domain.permissions import Actor
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.organisation import Unit
from docctl.models.retention import RetentionClassRow
from docctl.models.schedule import kept_by_class
from docctl.queries.ordering import in_order
from docctl.queries.other_names import keys_of
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import (
    OBSOLETE,
    STATES,
    UNDER_WAY,
    expired_at,
    in_force_at,
    is_insider,
    number_then,
    readable_document,
    readable_revision,
    suspended_at,
    valid_at,
)
from docctl.queries.scopes import applying_to
from docctl.queries.sql_terms import containing
from docctl.queries.unit_names import name_on, owner_on

_PARENT: Final = aliased(Document)
_CLASS: Final = aliased(RetentionClassRow)

SORTS: Final = ("number", "title", "unit", "effective", "label")


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What a register of documents is asked for; `as_of` a past day shows it at the end of that day.

    `origin` is own, external, or empty for both (D-9); `forms` lists record forms alone; `applies_to` a unit
    those whose scope it is in (D-8).
    """

    text: str = ""
    type_id: UUID | None = None
    unit_id: UUID | None = None
    applies_to: UUID | None = None
    state: str = ""
    origin: str = ""
    #: A management system, and the unit that drafted it (D-14).
    system: str = ""
    drafting_id: UUID | None = None
    forms: bool = False
    with_obsolete: bool = False
    as_of: date | None = None
    sort: str = "number"
    descending: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One revision in the register.

    `kept_for` is how long records under a form are kept, as amount and unit, None where it is no form (D-7).
    """

    document_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str
    issue_label: str
    amendment_label: str
    state: str
    is_obsolete: bool
    type_name: str
    type_name_en: str
    unit_name: str
    is_external: bool
    issuer: str
    issuer_number: str
    effective_on: date | None
    cancelled_on: date | None
    class_name: str = ""
    kept_for: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class DocumentRegister(Paged):
    """One page of the register; both counts are exact and of what the person may see."""

    rows: tuple[RegisterRow, ...]
    total: int
    documents: int
    page: int


def document_register(
    session: Session,
    actor: Actor,
    wanted: RegisterFilter,
    *,
    at: datetime,
    zone: tzinfo,
    page_size: int | None = PAGE_SIZE,
) -> DocumentRegister:
    """Return a page of the register; `page_size=None` returns all rows, for an export (D-7, X-3)."""
    moment = instant_as_of(wanted.as_of, at, zone)
    conditions = _conditions(actor, wanted, moment, at, zone)
    if wanted.applies_to is not None:
        conditions.append(applying_to(session, wanted.applies_to, moment, zone))
    total, documents = session.execute(
        select(func.count(), func.count(distinct(Revision.document_id)))
        .select_from(Revision)
        .join(Document, Document.id == Revision.document_id)
        .where(*conditions)
    ).one()
    # As of a past day with the unit that owned it then, as it was called (O-2).
    day = moment.astimezone(zone).date() if moment < at else None
    query = _rows(wanted, conditions, moment, day)
    page = 1
    if page_size is not None:
        page = page_within(wanted.page, total, page_size)
        query = query.limit(page_size).offset((page - 1) * page_size)
    rows = tuple(_row(one, moment, zone, past=moment < at) for one in session.execute(query))
    return DocumentRegister(rows, total, documents, page)


def _conditions(
    actor: Actor, wanted: RegisterFilter, moment: datetime, now: datetime, zone: tzinfo
) -> list[ColumnElement[bool]]:
    past = moment < now
    states = _STATES_THEN if past else STATES
    if wanted.state in states:
        shown = states[wanted.state](moment)
    else:
        kinds = [*UNDER_WAY, *(OBSOLETE if wanted.with_obsolete else ())]
        known = (states[kind](moment) for kind in kinds if kind in states)
        shown = or_(in_force_at(moment), *known)  # suspended or not: nothing to look up row by row
    conditions = [shown]
    if past:  # who sees the document now sees what was in force then; the rest is for insiders
        conditions += [readable_document(actor, now), or_(is_insider(actor), in_force_at(moment))]
    else:
        conditions.append(readable_revision(actor, now))
    if wanted.type_id is not None:
        conditions.append(Document.type_id == wanted.type_id)
    if wanted.unit_id is not None:
        owner = owner_on(moment.astimezone(zone).date()) if past else Document.unit_id
        conditions.append(owner == wanted.unit_id)
    if wanted.drafting_id is not None:
        drafted = func.coalesce(Revision.drafting_unit_id, Document.drafting_unit_id)
        conditions.append(drafted == wanted.drafting_id)
    if wanted.system in set(ManagementSystem):
        conditions.append(Revision.systems.contains(f" {wanted.system} "))
    if wanted.forms:
        conditions.append(Document.type_id.in_(select(DocumentType.id).where(DocumentType.is_form)))
    if wanted.origin in {"own", "external"}:
        conditions.append(Document.is_external.is_(wanted.origin == "external"))
    if text := wanted.text.strip():
        conditions.append(_matches(text))
    return conditions


#: As of a past day only what dates tell is known: nobody can say what a draft was then.
_STATES_THEN: Final = {
    "in_force": valid_at,
    "suspended": suspended_at,
    "expired": expired_at,
    "waiting": lambda at: and_(
        Revision.issued_at <= at,
        Revision.effective_from > at,
        or_(Revision.withdrawn_at.is_(None), Revision.withdrawn_at > at),
    ),
    "superseded": lambda at: and_(Revision.status == RevisionStatus.ISSUED, Revision.effective_until <= at),
    "withdrawn": lambda at: and_(
        Revision.status == RevisionStatus.WITHDRAWN,
        Revision.withdrawn_at <= at,
        Revision.effective_until <= at,
    ),
}


def _matches(text: str) -> ColumnElement[bool]:
    """Find a text in the title, the number in any way of writing it, or another name (N-9, N-10)."""
    form = normal(text)
    known = [containing(Revision.title, text), containing(Document.issuer_number, text)]
    if form:
        entries = select(NumberEntry.item_id).where(
            NumberEntry.item_kind == "document", NumberEntry.normal.contains(form, autoescape=True)
        )
        others = select(Alias.item_id).where(
            Alias.item_kind == "document",
            or_(*(Alias.normal.contains(key, autoescape=True) for key in sorted(keys_of(text)))),
        )
        known += [Document.id.in_(entries), Document.id.in_(others)]
    return or_(*known)


def _rows(
    wanted: RegisterFilter, conditions: list[ColumnElement[bool]], moment: datetime, day: date | None
) -> Select[*tuple[Any, ...]]:
    unit = (Unit.name if day is None else name_on(day)).label("unit_name")
    order: dict[str, Any] = {
        "number": Document.number,
        "title": Revision.title,
        "unit": unit,
        "effective": Revision.effective_from,
        "label": Revision.label,
    }
    leading = order.get(wanted.sort, Document.number)
    return (
        select(
            Revision.document_id,
            Revision.id,
            number_then().label("number"),
            Revision.title,
            Revision.label,
            Revision.issue_label,
            Revision.amendment_label,
            Revision.status,
            Revision.effective_from,
            Revision.effective_until,
            Revision.valid_until,
            Revision.withdrawn_at,
            suspended_at(moment).label("suspended"),
            DocumentType.name.label("type_name"),
            DocumentType.name_en.label("type_name_en"),
            unit,
            Document.is_external,
            Document.issuer,
            Document.issuer_number,
            DocumentType.is_form,
            _CLASS.name.label("class_name"),
            _CLASS.data.label("class_data"),
        )
        .join(Document, Document.id == Revision.document_id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .join(Unit, Unit.id == (Document.unit_id if day is None else owner_on(day)))
        .outerjoin(_PARENT, _PARENT.id == Document.parent_id)
        .outerjoin(
            _CLASS, _CLASS.id == kept_by_class(func.coalesce(Document.class_id, _PARENT.class_id), moment)
        )
        .where(*conditions)
        .order_by(in_order(leading, descending=wanted.descending), Document.number, Revision.ordinal.desc())
    )


def _row(found: Any, moment: datetime, zone: tzinfo, *, past: bool) -> RegisterRow:
    status = found.status
    if past and found.withdrawn_at is not None and found.withdrawn_at > moment:
        status = RevisionStatus.ISSUED  # it was withdrawn only later
    dates = RevisionDates(status, found.effective_from, found.effective_until, valid_until=found.valid_until)
    state = revision_state(dates, moment)
    if found.suspended:
        state = Computed.SUSPENDED
    return RegisterRow(
        document_id=found.document_id,
        revision_id=found.id,
        number=found.number,
        title=found.title,
        label=found.label,
        issue_label=found.issue_label,
        amendment_label=found.amendment_label,
        state=state.value,
        is_obsolete=is_obsolete(state),
        type_name=found.type_name,
        type_name_en=found.type_name_en or found.type_name,
        unit_name=found.unit_name,
        is_external=found.is_external,
        issuer=found.issuer,
        issuer_number=found.issuer_number,
        effective_on=found.effective_from.astimezone(zone).date() if found.effective_from else None,
        cancelled_on=found.effective_until.astimezone(zone).date()
        if is_obsolete(state) and found.effective_until
        else None,
        class_name=found.class_name or "" if found.is_form else "",
        kept_for=_kept_for(found.class_data) if found.is_form else None,
    )


def _kept_for(data: Mapping[str, Any] | None) -> tuple[int, str] | None:
    return (data["period"]["amount"], data["period"]["unit"]) if data else None
