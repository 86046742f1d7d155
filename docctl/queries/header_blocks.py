"""What stands in the header blocks of prints: facts of a revision, the block in force (D-14, O-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from docctl.domain.header_content import PLACES, Block, block_of, filled, foot_of
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import LegalEntity, Unit
from docctl.queries.controlled import setting_at
from docctl.queries.document_opened import opened_at
from docctl.queries.number_found import find_number

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Header:
    """A block in force, how events name its revision, and what is known to fill it in."""

    block: Block
    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """A block as it would be printed for a document; without rows, as shipped."""

    use: str
    rows: Rows
    foot: str


def header_at(
    session: Session, use: str, entity_code: str, values: Mapping[str, str], at: datetime
) -> Header | None:
    """Return the block of a legal entity for what is printed, None where it is printed as shipped (O-4)."""
    found = setting_at(session, "headers", at)
    block = block_of(found.content, use, entity_code)
    return Header(block, found.name, values) if block else None


def copy_header(
    session: Session, document: Document, revision: Revision, at: datetime, zone: tzinfo
) -> Header | None:
    """Return the block for stamped copies of a revision, from its issuing entity (D-14, O-4)."""
    entity = session.get_one(LegalEntity, document.entity_id)
    header = header_at(session, "copy", entity.code, {}, at)
    if header is None:
        return None
    return Header(header.block, header.name, facts_of(session, document, revision, entity, zone))


def list_header(session: Session, actor: Actor, title: str, day: date, at: datetime) -> Rows:
    """Return the rows above a printed list of the person's legal entity, none for as shipped (D-14)."""
    unit = session.get(Unit, actor.unit_id) if actor.unit_id else None
    entity = session.get_one(LegalEntity, unit.entity_id) if unit else None
    if entity is None:
        return ()
    values = {"company": entity.name, "title": title, "day": day.isoformat()}
    header = header_at(session, "list", entity.code, values, at)
    return filled(header.block, values) if header else ()


def slip_header(session: Session, document_id: Any, values: Mapping[str, str], at: datetime) -> Rows:
    """Return the rows on the slip of a record under a form, none for as shipped (D-14, N-4)."""
    form = session.get_one(Document, document_id)
    entity = session.get_one(LegalEntity, form.entity_id)
    header = header_at(session, "slip", entity.code, values, at)
    return filled(header.block, values) if header else ()


def facts_of(
    session: Session, document: Document, revision: Revision, entity: LegalEntity, zone: tzinfo
) -> dict[str, str]:
    """Return what a revision can fill in; "" for what it has not."""
    drafting_id = revision.drafting_unit_id or document.drafting_unit_id
    drafting = session.get(Unit, drafting_id) if drafting_id else None
    return {
        "company": entity.name,
        "number": revision.number_of(document),
        "title": revision.title,
        "unit": session.get_one(Unit, document.unit_id).name,
        "label": revision.label,
        "issue": revision.issue_label,
        "amendment": revision.amendment_label,
        "type": session.get_one(DocumentType, document.type_id).name,
        "drafting": drafting.name if drafting else "",
        "systems": "/".join(revision.systems.split()),
        "approved": _day(revision.approved_at, zone),
        "issued": _day(revision.issued_at, zone),
        "effective": _day(revision.effective_from, zone),
    }


def previews(
    session: Session,
    actor: Actor,
    content: Mapping[str, Any],
    number: str,
    more: Mapping[str, str],
    *,
    at: datetime,
    zone: tzinfo,
) -> tuple[Preview, ...]:
    """Return every block as it would be printed for a document that the person may see (X-3).

    `more` is what only a print knows: its copy number, holder, time. Raises NotFound for none of that number.
    """
    found = [one for one in find_number(session, actor, number, at=at) if one.item_kind == "document"]
    if len(found) != 1:
        raise NotFound("document")
    head, _, shown = opened_at(session, actor, found[0].item_id, at=at)
    values = {**facts_of(session, head.document, shown, head.entity, zone), **more}
    shown_blocks = []
    for use in PLACES:
        block = block_of(content, use, head.entity.code)
        rows = filled(block, values) if block else ()
        foot = foot_of(block, values).replace("{page}", "1").replace("{pages}", "1") if block else ""
        shown_blocks.append(Preview(use, rows, foot))
    return tuple(shown_blocks)


def _day(when: datetime | None, zone: tzinfo) -> str:
    return when.astimezone(zone).date().isoformat() if when else ""
