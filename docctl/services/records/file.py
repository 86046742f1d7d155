"""Filing a record: its bytes, its registration data, its number, under the form in force (F-1, F-3, N-4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.correction import LONGEST, stated_not_late
from docctl.domain.lifecycle import in_force
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.content import OwnerKind
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.numbers import NumberScheme
from docctl.models.organisation import LegalEntity, Unit
from docctl.models.records import Medium, Record, RecordFact, RecordKey
from docctl.services.access import intern_set, record_readers, sees
from docctl.services.caller import Caller
from docctl.services.documents.facts import clean_title
from docctl.services.files import Attached, StoredFile, add_files, same_content, storing
from docctl.services.numbers.schemes import scheme_of, values_for
from docctl.services.numbers.take import For, add_alias, take_number
from docctl.services.records.classes import resolved_class
from docctl.services.records.keep import classify
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: Filing later than this after it was received or happened shows as late (F-5).
LATE_AFTER: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file and its registration data.

    Instants are aware; `occurred_at`, `received_at`, `stated_person` and `stated_channel` are what
    somebody states, who enters and when comes from the session (F-5). `keys` are pairs of kind and value.
    """

    form_id: UUID
    title: str
    occurred_at: datetime
    uploads: tuple[Attached, ...]
    unit_id: UUID | None = None
    received_at: datetime | None = None
    stated_person: str = ""
    stated_channel: str = ""
    outside_number: str = ""
    remarks: str = ""
    medium: str = Medium.ELECTRONIC.value
    place: str = ""
    language: str = "zh"
    keys: tuple[tuple[str, str], ...] = ()
    repeated_is_meant: bool = False
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case("record.file", before=storing(OwnerKind.RECORD, for_document=False))
def file_record(session: Session, cmd: FileRecord, by: Caller) -> UUID:
    """File a record under the revision of its form that is in force; return its id (F-1, F-3)."""
    form, revision = _form_in_force(session, cmd.form_id, by)
    unit = session.get(Unit, cmd.unit_id or by.actor.unit_id)
    if unit is None:
        raise NotFound("unit")
    authorise(by.actor, "record.file", Facts(unit_id=unit.id))
    title = clean_title(cmd.title, rule="F-3")
    _check(session, cmd, by)
    medium = Medium(cmd.medium)
    row = Record(
        id=cmd.item_id,
        entity_id=form.entity_id,
        number="",
        form_id=form.id,
        form_revision_id=revision.id,
        title=title,
        unit_id=unit.id,
        unit_name=unit.name,
        medium=medium,
        language=cmd.language,
        place=cmd.place.strip(),
        custody=unit.name,
        occurred_at=cmd.occurred_at,
        received_at=cmd.received_at,
        filed_by=by.person_id,
        filed_at=by.at,
        is_late=by.at - (cmd.received_at or cmd.occurred_at) > LATE_AFTER,
        access_set_id=intern_set(session, record_readers(unit.id, by.person_id, by.actor.unit_id)),
        request_id=by.request_id,
    )
    kind = session.get_one(DocumentType, form.type_id)
    scheme = scheme_of(session.get_one(NumberScheme, kind.record_scheme_id))
    entity = session.get_one(LegalEntity, form.entity_id)
    values = values_for(scheme, entity=entity, unit=unit, today=by.today, parent=form.number)
    row.number = take_number(session, by, scheme, values, For(entity.id, "record", row.id)).shown
    cls = resolved_class(session, form)
    if cls is None:
        raise RuleRefused(Refused("R-10", "class_needed"))
    row.class_id = cls.id
    session.add(row)
    session.flush()  # facts, keys and classes refer to it
    classify(session, row, [cls], zone=by.zone)
    _write_facts(session, cmd, row, by)
    for key_kind, value in cmd.keys:
        session.add(RecordKey(record_id=row.id, kind=key_kind, value=value, normal=normal(value)))
    if cmd.outside_number.strip():
        add_alias(
            session, kind="outside", item_kind="record", item_id=row.id, text=cmd.outside_number.strip()
        )
    add_files(session, by, owner=OwnerKind.RECORD, owner_id=row.id, files=cmd.files)
    record(
        session,
        by,
        "record.filed",
        Subject("record", row.id),
        facts={
            "number": row.number,
            "form": form.number,
            "form_label": revision.label,
            "unit": unit.code,
            "class": cls.code,
            "files": [one.sha256 for one in cmd.files],
            "medium": medium,
            "late": row.is_late,
        },
        detail={"title": title, "stated_person": cmd.stated_person, "remarks": cmd.remarks},
        occurred_at=cmd.occurred_at,
    )
    return row.id


def _form_in_force(session: Session, form_id: UUID, by: Caller) -> tuple[Document, Revision]:
    """Return the form and its revision in force; refuse where none is (F-1)."""
    form = session.get(Document, form_id)
    if form is None or not sees(session, by.actor, form.access_set_id):
        raise NotFound("form")
    if not session.get_one(DocumentType, form.type_id).is_form:
        raise RuleRefused(Refused("F-1", "not_a_form", {"number": form.number}))
    for revision in session.scalars(select(Revision).where(Revision.document_id == form.id)):
        if in_force(revision.dates(), by.at):
            return form, revision
    raise RuleRefused(Refused("F-1", "not_in_force", {"number": form.number}))


def _check(session: Session, cmd: FileRecord, by: Caller) -> None:
    if not cmd.files:
        raise RuleRefused(Refused("upload", "needed"))
    for name, value in (
        ("stated_person", cmd.stated_person),
        ("stated_channel", cmd.stated_channel),
        ("remarks", cmd.remarks),
    ):
        if len(value) > LONGEST[name]:
            raise RuleRefused(Refused("C-6", "too_long", {"field": name, "longest": LONGEST[name]}))
    for name, value in (("place", cmd.place), ("outside_number", cmd.outside_number)):
        if len(value) > 200:
            raise RuleRefused(Refused("C-6", "too_long", {"field": name, "longest": 200}))
    if cmd.medium not in set(Medium):
        raise RuleRefused(Refused("R-13", "no_such_medium"))
    if cmd.medium == Medium.PAPER and not cmd.place.strip():
        raise RuleRefused(Refused("R-13", "place_needed"))
    require(stated_not_late(stated=cmd.occurred_at, entered=by.at, field="occurred_at"))
    if cmd.received_at is not None:
        require(stated_not_late(stated=cmd.received_at, entered=by.at, field="received_at"))
        if cmd.received_at < cmd.occurred_at:
            raise RuleRefused(Refused("F-5", "received_before_occurred"))
    if not cmd.repeated_is_meant and (same := same_content(session, cmd.files, owner=OwnerKind.RECORD)):
        other = session.get(Record, same.owner_id)
        if other is not None and sees(session, by.actor, other.access_set_id):
            raise RuleRefused(Refused("upload", "repeated", {"number": other.number, "name": same.name}))


def _write_facts(session: Session, cmd: FileRecord, row: Record, by: Caller) -> None:
    """Write each registered fact as its first value; corrections add further ones (C-1)."""
    values = {
        "title": row.title,
        "occurred_at": cmd.occurred_at.astimezone(by.zone).isoformat(timespec="minutes"),
        "received_at": cmd.received_at.astimezone(by.zone).isoformat(timespec="minutes")
        if cmd.received_at
        else "",
        "stated_person": cmd.stated_person.strip(),
        "stated_channel": cmd.stated_channel.strip(),
        "outside_number": cmd.outside_number.strip(),
        "remarks": cmd.remarks.strip(),
    }
    session.add_all(
        [
            RecordFact(
                record_id=row.id, field=name, ordinal=0, value=value, set_by=by.person_id, set_at=by.at
            )
            for name, value in values.items()
        ]
    )
