"""Filing a record: its bytes, its registration data, its number, under the form in force (F-1, F-3, N-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.correction import LONGEST, stated_not_late
from docctl.domain.lifecycle import RecordStatus, in_force
from docctl.domain.normal_form import normal
from docctl.domain.number_schemes import Scheme
from docctl.domain.permissions import Facts, authorise
from docctl.domain.retention import GRACE
from docctl.domain.suspension import may_file_under
from docctl.domain.verdicts import Allowed, NotFound, Refused, RuleRefused, Verdict, require
from docctl.models.base import new_id
from docctl.models.content import FileRole, ItemFile, OwnerKind
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.numbers import NumberScheme
from docctl.models.organisation import LegalEntity, Unit
from docctl.models.records import KEY_KINDS, Medium, Record, RecordFact, RecordKey
from docctl.services.access import intern_set, record_readers, sees, visible_sets
from docctl.services.caller import Caller
from docctl.services.documents.facts import clean_title
from docctl.services.files import Attached, StoredFile, add_files, storing
from docctl.services.jobs import want
from docctl.services.locks import Rank, lock, lock_names
from docctl.services.numbers.schemes import scheme_of, values_for
from docctl.services.numbers.take import For, add_alias, take_number
from docctl.services.records.classes import resolved_class
from docctl.services.records.effect import is_late
from docctl.services.records.keep import govern, name_classes
from docctl.services.records.words import clean_value
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: Texts beside the title, with the longest each may be.
_TEXTS: Final = {
    **{name: LONGEST[name] for name in ("stated_person", "stated_channel", "remarks")},
    "place": 200,
    "outside_number": 200,
}


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Files, the first of which is the record and the others its annexes, with their registration data.

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
    lock_names(session, (f"file:{one.sha256}" for one in cmd.files))
    form, revision, way = _form_in_force(session, cmd.form_id, by)
    unit = session.get(Unit, cmd.unit_id or by.actor.unit_id)
    if unit is None:
        raise NotFound("unit")
    authorise(by.actor, "record.file", Facts(unit_id=unit.id))
    cmd = _cleaned(cmd)
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
        place=cmd.place,
        custody=unit.name,
        occurred_at=cmd.occurred_at,
        received_at=cmd.received_at,
        filed_by=by.person_id,
        filed_at=by.at,
        is_late=is_late(by.at, occurred_at=cmd.occurred_at, received_at=cmd.received_at),
        access_set_id=intern_set(session, record_readers(unit.id, by.person_id, by.actor.unit_id)),
        request_id=by.request_id,
    )
    values = values_for(way.scheme, entity=way.entity, unit=unit, today=by.today, parent=form.number)
    row.number = take_number(session, by, way.scheme, values, For(form.entity_id, "record", row.id)).shown
    cls = resolved_class(session, form)
    if cls is None:
        raise RuleRefused(Refused("R-10", "class_needed"))
    govern(row, [cls], zone=by.zone)
    session.add(row)
    session.flush()  # facts, keys and classes refer to it
    name_classes(session, row, [cls])
    _write_facts(session, cmd, row, by)
    for key_kind, value in cmd.keys:
        session.add(RecordKey(record_id=row.id, kind=key_kind, value=value, normal=normal(value)))
    if cmd.outside_number:
        add_alias(session, kind="outside", item_kind="record", item_id=row.id, text=cmd.outside_number)
    add_files(session, by, owner=OwnerKind.RECORD, owner_id=row.id, files=_in_order(cmd.files))
    # The store keeps it for the grace, and to its end even where no keeper has come.
    for name, at in (("filed", by.at), ("grace", by.at + GRACE)):
        payload = {"record_id": str(row.id)}
        want(session, "lock", key=f"{row.id}:{name}", payload=payload, at=at, is_new=True)
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
            "occurred_at": cmd.occurred_at,
        },
        detail={"title": title, "stated_person": cmd.stated_person, "remarks": cmd.remarks},
    )
    return row.id


def _in_order(files: Sequence[StoredFile]) -> list[StoredFile]:
    """Return the files with the first as the record itself and all others as its annexes."""
    return [replace(one, role=FileRole.ANNEX if place else FileRole.MAIN) for place, one in enumerate(files)]


def _cleaned(cmd: FileRecord) -> FileRecord:
    """Return the command with its texts as they are stored; empty keys are left out."""
    keys = tuple((kind, clean_value(kind, value)) for kind, value in cmd.keys)
    return replace(
        cmd,
        stated_person=clean_value("stated_person", cmd.stated_person),
        stated_channel=clean_value("stated_channel", cmd.stated_channel),
        outside_number=clean_value("outside_number", cmd.outside_number),
        remarks=clean_value("remarks", cmd.remarks),
        place=clean_value("place", cmd.place),
        keys=tuple((kind, value) for kind, value in keys if value),
    )


@dataclass(frozen=True, slots=True)
class _Numbering:
    """By which scheme records of a form are numbered, in whose series."""

    scheme: Scheme
    entity: LegalEntity


def _form_in_force(session: Session, form_id: UUID, by: Caller) -> tuple[Document, Revision, _Numbering]:
    """Return the form, its revision in force and its numbering; refuse where none may be used (F-1, V-6)."""
    # It shall stay in force until this is committed; others may file under it meanwhile.
    form = next(
        iter(lock(session, Rank.PARENTS, select(Document).where(Document.id == form_id), shared=True)), None
    )
    if form is None or not sees(session, by.actor, form.access_set_id):
        raise NotFound("form")
    is_form, scheme, entity = session.execute(
        select(DocumentType.is_form, NumberScheme, LegalEntity)
        .select_from(DocumentType)
        .join(LegalEntity, LegalEntity.id == form.entity_id)
        .outerjoin(NumberScheme, NumberScheme.id == DocumentType.record_scheme_id)
        .where(DocumentType.id == form.type_id)
    ).one()
    if not is_form or scheme is None:
        raise RuleRefused(Refused("F-1", "not_a_form", {"number": form.number}))
    for revision in session.scalars(select(Revision).where(Revision.document_id == form.id)):
        if in_force(revision.dates(), by.at):
            require(may_file_under(revision.dates(), number=form.number, at=by.at, zone=by.zone))
            return form, revision, _Numbering(scheme_of(scheme), entity)
    raise RuleRefused(Refused("F-1", "not_in_force", {"number": form.number}))


def _check(session: Session, cmd: FileRecord, by: Caller) -> None:
    if not cmd.files:
        raise RuleRefused(Refused("upload", "needed"))
    _check_lengths(cmd)
    if cmd.medium not in set(Medium):
        raise RuleRefused(Refused("R-13", "no_such_medium"))
    if cmd.medium == Medium.PAPER and not cmd.place:
        raise RuleRefused(Refused("R-13", "place_needed"))
    require(stated_not_late(stated=cmd.occurred_at, entered=by.at, field="occurred_at"))
    if cmd.received_at is not None:
        require(stated_not_late(stated=cmd.received_at, entered=by.at, field="received_at"))
        if cmd.received_at < cmd.occurred_at:
            raise RuleRefused(Refused("F-5", "received_before_occurred"))
    if not cmd.repeated_is_meant:  # two who file the same bytes at once: one is second
        require(_not_filed_before(session, cmd, by))


def _check_lengths(cmd: FileRecord) -> None:
    for name, longest in _TEXTS.items():
        if len(getattr(cmd, name)) > longest:
            raise RuleRefused(Refused("C-6", "too_long", {"field": name, "longest": longest}))
    for kind, value in cmd.keys:
        if kind not in KEY_KINDS:
            raise RuleRefused(Refused("F-3", "no_such_key", {"kind": kind}))
        if len(value) > 200:
            raise RuleRefused(Refused("C-6", "too_long", {"field": kind, "longest": 200}))


def _not_filed_before(session: Session, cmd: FileRecord, by: Caller) -> Verdict:
    """Say whether the same bytes are already filed in a record that this person sees (X-3)."""
    found = session.execute(
        select(Record.number, ItemFile.name)
        .join(ItemFile, ItemFile.owner_id == Record.id)
        .where(
            ItemFile.sha256.in_([one.sha256 for one in cmd.files]),
            ItemFile.destroyed_at.is_(None),
            Record.status != RecordStatus.VOIDED,
            Record.access_set_id.in_(visible_sets(by.actor)),
        )
        .order_by(Record.filed_at)
        .limit(1)
    ).first()
    if found is None:
        return Allowed()
    return Refused("upload", "repeated", {"number": found.number, "name": found.name})


def _write_facts(session: Session, cmd: FileRecord, row: Record, by: Caller) -> None:
    """Write each registered fact as its first value; corrections add further ones (C-1)."""
    values = {
        "title": row.title,
        "occurred_at": cmd.occurred_at.astimezone(by.zone).isoformat(timespec="minutes"),
        "received_at": cmd.received_at.astimezone(by.zone).isoformat(timespec="minutes")
        if cmd.received_at
        else "",
        "stated_person": cmd.stated_person,
        "stated_channel": cmd.stated_channel,
        "outside_number": cmd.outside_number,
        "remarks": cmd.remarks,
    }
    session.add_all(
        [
            RecordFact(
                record_id=row.id, field=name, ordinal=0, value=value, set_by=by.person_id, set_at=by.at
            )
            for name, value in values.items()
        ]
    )
