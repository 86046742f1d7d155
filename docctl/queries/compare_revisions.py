"""Two revisions of a document beside each other: their facts, their files and texts (V-5)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.delegation import for_whom
from docctl.domain.form_definition import definition_of, shown
from docctl.domain.lifecycle import in_force, is_obsolete, revision_state
from docctl.domain.permissions import Actor
from docctl.domain.validity import last_day
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import LegalEntity, Unit
from docctl.queries.compare_files import FilePair, One, compared_files
from docctl.queries.document_opened import headed, revisions_seen
from docctl.queries.revision_views import names_of, signed_for
from docctl.services.revisions.content import manifest_of

#: Facts out of the manifest, in the order in which they are told: name → where it stands.
_IN_MANIFEST: Final = (
    ("number", "number"),
    ("title", "title"),
    ("label", "label"),
    ("type", "type"),
    ("unit", "unit"),
    ("drafting", "drafting"),
    ("systems", "systems"),
    ("amount", "amount"),
    ("class", "class"),
    ("parent", "parent"),
    ("issuer", "outside.issuer"),
    ("issuer_number", "outside.number"),
    ("change_what", "change.what"),
    ("change_reason", "change.reason"),
    ("change_basis", "change.basis"),
    ("distribution", "distribution"),
    ("scope", "scope"),
    ("form_fields", "form_definition"),
    ("annex_forms", "annex_forms"),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two revisions; `state` as it is at the instant."""

    revision_id: UUID
    label: str
    title: str
    state: str
    is_obsolete: bool


@dataclass(frozen=True, slots=True)
class FactPair:
    """A fact as it was and as it is, "" where it is not there."""

    name: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        """Say whether it differs."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Compared:
    """Two revisions of a document; `others` are all that may be chosen, newest first."""

    document_id: UUID
    number: str
    title: str
    company: str
    before: Side
    after: Side
    facts: tuple[FactPair, ...]
    files: tuple[FilePair, ...]
    others: tuple[Side, ...]


def base_for(session: Session, actor: Actor, revision_id: UUID, *, at: datetime) -> UUID | None:
    """Return what a revision is compared with unless somebody chooses: in force, else the one before (V-5).

    None where there is no other that the person may read. Raises NotFound for what they may not see.
    """
    _, rows = _readable(session, actor, revision_id, at)
    this = next(one for one in rows if one.id == revision_id)
    earlier = [one for one in rows if one.ordinal < this.ordinal]
    later = [one for one in rows if one.ordinal > this.ordinal]
    now = [one for one in rows if one.id != revision_id and in_force(one.dates(), at)]
    return next((one.id for one in (*now, *reversed(earlier), *later)), None)


def compared(
    session: Session,
    actor: Actor,
    before_id: UUID,
    after_id: UUID,
    *,
    at: datetime,
    zone: tzinfo,
    one: One | None = None,
) -> Compared:
    """Return two revisions of one document beside each other, with the text of all files or `one` (V-5).

    Whether both may be read is decided before, where the reads are noted. Raises NotFound for revisions of
    two documents and for what the person may not see (X-3).
    """
    head, rows = _readable(session, actor, before_id, at)
    by_id = {one.id: one for one in rows}
    if after_id not in by_id:
        raise NotFound("revision")
    before, after = by_id[before_id], by_id[after_id]
    return Compared(
        document_id=head.document.id,
        number=head.document.number,
        title=head.document.title,
        company=head.entity.name,
        before=_side(before, at),
        after=_side(after, at),
        facts=tuple(_facts(session, head.document, before, after, zone)),
        files=compared_files(session, before_id, after_id, one),
        others=tuple(_side(one, at) for one in reversed(rows)),
    )


def _readable(session: Session, actor: Actor, revision_id: UUID, at: datetime) -> tuple[Any, list[Revision]]:
    document_id = session.scalar(select(Revision.document_id).where(Revision.id == revision_id))
    head = headed(session, actor, document_id, at=at)
    rows = [one for one in revisions_seen(session, head, at) if head.insider or in_force(one.dates(), at)]
    if revision_id not in {one.id for one in rows}:
        raise NotFound("revision")
    return head, rows


def _side(row: Revision, at: datetime) -> Side:
    state = revision_state(row.dates(), at)
    return Side(row.id, row.label, row.title, state.value, is_obsolete(state))


def _facts(
    session: Session, document: Document, before: Revision, after: Revision, zone: tzinfo
) -> Iterator[FactPair]:
    signed = [_manifest(session, document, one) for one in (before, after)]
    names = _names(session, signed)
    valid = [last_day(one.valid_until, zone) for one in (before, after)]
    if any(valid):
        yield FactPair("valid_to", *(one.isoformat() if one else "" for one in valid))
    for name, path in _IN_MANIFEST:
        values = [_shown(name, _at(one, path), names) for one in signed]
        if any(values):
            yield FactPair(name, *values)
    people = names_of(session, {who for one in (before, after) for who in _signers(one).values()})
    behalf = signed_for(session, (before, after))
    for fact, meaning, when in (
        ("prepared", Meaning.PREPARE, "prepared_at"),
        ("reviewed", Meaning.REVIEW, "reviewed_at"),
        ("approved", Meaning.APPROVE, "approved_at"),
        ("issued", None, "issued_at"),
        ("effective", None, "effective_from"),
        ("until", None, "effective_until"),
    ):
        done = []
        for one in (before, after):
            person = _signers(one)[meaning] if meaning else None
            name = people.get(person, "") if person else ""
            name = for_whom(name, behalf.get(one.id, {}).get(meaning, "") if meaning else "")
            done.append(f"{name} {_day(getattr(one, when), zone)}".strip())
        if any(done):
            yield FactPair(fact, *done)


def _signers(row: Revision) -> dict[Meaning, UUID | None]:
    """Return who prepared, reviewed and approved; before it is submitted its author stands as the first."""
    return {
        Meaning.PREPARE: row.prepared_by or row.created_by,
        Meaning.REVIEW: row.reviewed_by,
        Meaning.APPROVE: row.approved_by,
    }


def _manifest(session: Session, document: Document, row: Revision) -> Mapping[str, Any]:
    """Return the facts that were signed, of a draft those that would be."""
    text = row.manifest or manifest_of(session, document, row).text
    facts: Mapping[str, Any] = json.loads(text)["facts"]
    return facts


def _at(facts: Mapping[str, Any], path: str) -> Any:
    found: Any = facts
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _shown(name: str, value: Any, names: Mapping[tuple[str, str], str]) -> str:
    if name == "form_fields":
        return shown(definition_of(value))
    if isinstance(value, list):
        return "、".join(_shown(name, one, names) for one in value)
    if isinstance(value, Mapping):
        named = str(value.get("name") or value.get("code") or "")
        return f"{named} ×{value['copies']}" if value.get("copies", 1) > 1 else named  # of a list (D-8)
    text = "" if value is None else str(value)
    return names.get((name, text), text)


def _names(session: Session, signed: list[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Return by what names people know the codes of types and units."""
    types = {one.get("type") for one in signed}
    units = {one.get("unit") for one in signed}
    found: dict[tuple[str, str], str] = {}
    for code, name in session.execute(
        select(DocumentType.code, DocumentType.name).where(DocumentType.code.in_(types))
    ):
        found["type", code] = name
    entities = select(LegalEntity.id).where(LegalEntity.code.in_({one.get("entity") for one in signed}))
    named = select(Unit.code, Unit.name).where(Unit.code.in_(units), Unit.entity_id.in_(entities))
    for code, name in session.execute(named):
        found["unit", code] = name
    return found


def _day(when: datetime | None, zone: tzinfo) -> str:
    return when.astimezone(zone).date().isoformat() if when else ""
