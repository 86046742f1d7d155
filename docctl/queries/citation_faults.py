"""Citations in force that lead nowhere, or to what is obsolete: the list of a company (D-6, D-12, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.models.citations import Citation
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Unit
from docctl.queries.citation_targets import Target, is_of_several, meant_by, targets
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import current_state, in_force_at, readable_document
from docctl.queries.sql_terms import containing

#: What is wrong with a citation, the worst first.
FAULTS: Final = ("missing", "obsolete", "suspended", "expired", "ambiguous", "coming")


@dataclass(frozen=True, slots=True)
class FaultFilter:
    """What the list is asked for; `fault` "" for all of them. `text` is in number, title or citation."""

    fault: str = ""
    unit_id: UUID | None = None
    type_id: UUID | None = None
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A citation that is wrong: whose text it is in, how it is written, what it means now.

    Without `target_id` the cited document is not there, or not for this person (X-3).
    """

    document_id: UUID
    number: str
    title: str
    label: str
    unit_name: str
    kind: str
    cited: str
    clause: str
    times: int
    fault: str
    target_id: UUID | None
    target_number: str
    target_title: str


@dataclass(frozen=True, slots=True)
class Faults(Paged):
    """A page of the list; the count is exact and of what the person may see."""

    rows: tuple[FaultRow, ...]
    total: int
    page: int


def citation_faults(
    session: Session, actor: Actor, wanted: FaultFilter, *, at: datetime, page_size: int = PAGE_SIZE
) -> Faults:
    """Return a page of the citations, in all documents in force, that miss their document (D-6, X-3)."""
    query = _query(actor, wanted, at).order_by(Document.number, Citation.ordinal).limit(page_size)
    page = max(wanted.page, 1)
    # Counted as it is read: to find what each way of citing means takes longer than all the rest.
    found = session.execute(query.offset((page - 1) * page_size)).all()
    if not found and page > 1:
        first = session.execute(query).first()
        page = page_within(page, first.total if first else 0, page_size)
        found = session.execute(query.offset((page - 1) * page_size)).all()
    total = found[0].total if found else 0
    known = targets(session, actor, {one.target for one in found if one.target is not None}, at=at)
    return Faults(tuple(_row(one, known.get(one.target)) for one in found), total, page)


def _query(actor: Actor, wanted: FaultFilter, at: datetime) -> Select[Any]:
    meant = _meanings(at)
    fault = case(
        (meant.c.target.is_not(None), meant.c.standing),
        (meant.c.is_shared, literal("ambiguous")),
        else_=literal("missing"),
    )
    is_ours = or_(meant.c.target.is_not(None), meant.c.is_shared, Citation.kind.in_(("document", "form")))
    return (
        select(
            Document.id,
            Document.number,
            Document.title,
            Revision.label,
            Unit.name.label("unit_name"),
            Citation,
            fault.label("fault"),
            meant.c.target,
            func.count().over().label("total"),
        )
        .select_from(Citation)
        .join(Revision, Revision.id == Citation.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .join(Unit, Unit.id == Document.unit_id)
        .join(
            meant,
            and_(
                meant.c.normal == Citation.normal,
                meant.c.normal_name == Citation.normal_name,
                meant.c.entity_id == Document.entity_id,
            ),
        )
        .where(
            in_force_at(at),
            readable_document(actor, at),
            is_ours,
            or_(meant.c.target.is_(None), meant.c.standing != "in_force"),
            *_filters(wanted, fault),
        )
    )


def _filters(wanted: FaultFilter, fault: ColumnElement[str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.fault in FAULTS:
        found.append(fault == wanted.fault)
    if wanted.unit_id is not None:
        found.append(Document.unit_id == wanted.unit_id)
    if wanted.type_id is not None:
        found.append(Document.type_id == wanted.type_id)
    for word in wanted.text.split():
        columns = (Document.number, Document.title, Citation.number, Citation.name)
        found.append(or_(*(containing(column, word) for column in columns)))
    return found


def _meanings(at: datetime) -> Any:
    """Return what each way of citing means in texts of each entity, once however many use it (O-4)."""
    ways: Subquery = (
        select(Citation.normal, Citation.normal_name, Document.entity_id)
        .join(Revision, Revision.id == Citation.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .where(in_force_at(at))
        .distinct()
        .subquery("ways")
    )
    key, name, own = ways.c.normal, ways.c.normal_name, ways.c.entity_id
    means = select(key, name, own, meant_by(key, name, own).label("target"))
    led = means.cte("led").prefix_with("MATERIALIZED")
    now, ever = aliased(Revision), aliased(Revision)
    current = (
        select(current_state(at, now))
        .where(now.document_id == led.c.target, in_force_at(at, now))
        .limit(1)
        .scalar_subquery()
    )
    gone = case(
        (
            exists().where(
                ever.document_id == led.c.target,
                ever.status.in_((RevisionStatus.ISSUED, RevisionStatus.WITHDRAWN)),
            ),
            literal("obsolete"),
        ),
        else_=literal("coming"),
    )
    standing = func.coalesce(current, gone)
    shared = case((led.c.target.is_(None), is_of_several(led.c.normal, led.c.normal_name)), else_=false())
    meant = select(led, standing.label("standing"), shared.label("is_shared"))
    return meant.cte("meant").prefix_with("MATERIALIZED")


def _row(one: Any, target: Target | None) -> FaultRow:
    citation: Citation = one.Citation
    seen = target if target is not None and target.is_seen else None
    return FaultRow(
        document_id=one.id,
        number=one.number,
        title=one.title,
        label=one.label,
        unit_name=one.unit_name,
        kind=citation.kind,
        cited=f"{citation.number} {citation.name}".strip(),
        clause=citation.clause,
        times=citation.times,
        fault=one.fault,
        target_id=seen.id if seen else None,
        target_number=seen.number if seen else "",
        target_title=seen.title if seen else "",
    )
