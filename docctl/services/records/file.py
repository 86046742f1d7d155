"""Filing a record: its bytes, its registration data, its number, under the form in force (F-1, F-3, N-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.correction import LONGEST, stated_not_late
from docctl.domain.form_values import Chosen, values_in
from docctl.domain.holds import Key
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.normal_form import normal
from docctl.domain.number_rules import values_for
from docctl.domain.permissions import Facts, authorise
from docctl.domain.retention import GRACE
from docctl.domain.verdicts import Allowed, NotFound, Refused, RuleRefused, Verdict, require
from docctl.models.base import new_id
from docctl.models.content import FileRole, ItemFile, OwnerKind
from docctl.models.organisation import Unit
from docctl.models.records import KEY_KINDS, Medium, Record, RecordClass, RecordFact, RecordKey
from docctl.models.retention import HoldItem
from docctl.services.access import digest_of, intern_set, record_readers, visible_sets
from docctl.services.caller import Caller
from docctl.services.documents.facts import clean_title
from docctl.services.files import Attached, StoredFile, add_files, storing
from docctl.services.holds.cover import holds_of, lock_keys, note_held
from docctl.services.jobs import Wish
from docctl.services.numbers.take import For, add_alias, claim_number, take_number
from docctl.services.records.effect import is_late
from docctl.services.records.form import FormInForce, form_in_force
from docctl.services.records.keep import kept_by
from docctl.services.records.words import clean_value
from docctl.services.registry import use_case
from docctl.services.rows import New
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
    somebody states, who enters and when comes from the session (F-5). `keys` are pairs of kind and value,
    `choices` of the key of a field and the names chosen in it (F-2).
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
    choices: tuple[Chosen, ...] = ()
    repeated_is_meant: bool = False
    #: Of a record from before docctl: it keeps its number (N-6), and filing it now is not late (I-2).
    number: str = ""
    is_past: bool = False
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case("record.file", before=storing(OwnerKind.RECORD, for_document=False))
def file_record(session: Session, cmd: FileRecord, by: Caller) -> UUID:
    """File a record under the revision of its form that is in force; return its id (F-1, F-3)."""
    readers = _readers(cmd, by)
    keys = [Key(kind, clean_value(kind, value)) for kind, value in cmd.keys]
    lock_keys(session, keys, shared=True)  # before the form: a hold on one of them waits, or is seen here
    form = form_in_force(
        session,
        cmd.form_id,
        by,
        unit_id=cmd.unit_id or by.actor.unit_id,
        digest=digest_of(readers),
        hashes=[one.sha256 for one in cmd.files],
    )
    if (unit := form.unit) is None:
        raise NotFound("unit")
    authorise(by.actor, "record.file", Facts(unit_id=unit.id))
    cmd = _cleaned(cmd)
    title = clean_title(cmd.title, rule="F-3")
    _check(session, cmd, by, is_repeated=form.is_repeated)
    chosen = values_in(form.definition, cmd.choices, is_past=cmd.is_past)
    if (cls := form.cls) is None:
        raise RuleRefused(Refused("R-10", "class_needed"))
    values = values_for(
        form.scheme,
        company=form.entity.code,
        department=unit.code,
        today=by.today,
        parent=form.number,
        fixed=form.fixed,
    )
    for_ = For(form.entity.id, "record", cmd.item_id)
    row = _row(cmd, form, by, title=title, unit=unit)
    row |= kept_by([cls], cmd.occurred_at.astimezone(by.zone).date())
    row["access_set_id"] = form.set_id or intern_set(session, readers)
    row["number"] = number = (
        claim_number(session, by, form.scheme, cmd.number, for_).shown
        if cmd.number.strip()
        else take_number(session, by, form.scheme, values, for_).shown
    )
    holds = holds_of(session, keys)
    new: list[New] = [
        (Record, [row]),
        (RecordClass, [{"record_id": cmd.item_id, "class_id": cls.id, "governs": True}]),
        (RecordFact, _facts(cmd, title, chosen, by)),
        (RecordKey, _keys(cmd)),
        (HoldItem, [{"hold_id": one.hold_id, "item_id": cmd.item_id} for one in holds]),
    ]
    if cmd.outside_number:
        add_alias(session, kind="outside", item_kind="record", item_id=cmd.item_id, text=cmd.outside_number)
    # The store keeps it for the grace, and to its end even where no keeper has come.
    locks = [
        Wish("lock", f"{cmd.item_id}:{name}", {"record_id": str(cmd.item_id)}, at)
        for name, at in (("filed", by.at), ("grace", by.at + GRACE))
    ]
    files = _in_order(cmd.files)
    add_files(session, by, owner=OwnerKind.RECORD, owner_id=cmd.item_id, files=files, new=new, wishes=locks)
    record(
        session,
        by,
        "record.filed",
        Subject("record", cmd.item_id),
        facts={
            "number": number,
            "numbering": form.rules,
            "form": form.number,
            "form_label": form.label,
            "unit": unit.code,
            "class": cls.code,
            "class_revision": cls.revision,
            "schedule": cls.schedule,
            "files": [one.sha256 for one in cmd.files],
            "medium": row["medium"],
            "late": row["is_late"],
            "occurred_at": cmd.occurred_at,
        },
        detail={"title": title, "stated_person": cmd.stated_person, "remarks": cmd.remarks},
    )
    for hold in holds:  # the store is told of them with the first lock
        note_held(session, by, record_id=cmd.item_id, number=number, hold=hold)
    return cmd.item_id


def _readers(cmd: FileRecord, by: Caller) -> set[str]:
    """Return who will see the record (X-1); for a unit that is none, who would."""
    unit_id = cmd.unit_id or by.actor.unit_id
    if unit_id is None:
        raise NotFound("unit")
    return record_readers(unit_id, by.person_id, by.actor.unit_id)


def _row(cmd: FileRecord, form: FormInForce, by: Caller, *, title: str, unit: Unit) -> dict[str, Any]:
    return {
        "id": cmd.item_id,
        "entity_id": form.entity.id,
        "form_id": form.id,
        "form_revision_id": form.revision_id,
        "title": title,
        "unit_id": unit.id,
        "unit_name": unit.name,
        "medium": Medium(cmd.medium),
        "language": cmd.language,
        "place": cmd.place,
        "custody": unit.name,
        "occurred_at": cmd.occurred_at,
        "received_at": cmd.received_at,
        "filed_by": by.person_id,
        "filed_at": by.at,
        "is_late": not cmd.is_past
        and is_late(by.at, occurred_at=cmd.occurred_at, received_at=cmd.received_at),
        "request_id": by.request_id,
    }


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


def _check(session: Session, cmd: FileRecord, by: Caller, *, is_repeated: bool) -> None:
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
    if is_repeated and not cmd.repeated_is_meant:  # two who file the same bytes at once: one is second
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


def _facts(cmd: FileRecord, title: str, chosen: Mapping[str, str], by: Caller) -> list[dict[str, Any]]:
    """Return each registered fact with its first value; corrections add further ones (C-1)."""
    received = cmd.received_at.astimezone(by.zone).isoformat(timespec="minutes") if cmd.received_at else ""
    values = {
        "title": title,
        "occurred_at": cmd.occurred_at.astimezone(by.zone).isoformat(timespec="minutes"),
        "received_at": received,
        "stated_person": cmd.stated_person,
        "stated_channel": cmd.stated_channel,
        "outside_number": cmd.outside_number,
        "remarks": cmd.remarks,
        **chosen,
    }
    first = {"record_id": cmd.item_id, "ordinal": 0, "set_by": by.person_id, "set_at": by.at}
    return [{"id": new_id(), "field": name, "value": value, **first} for name, value in values.items()]


def _keys(cmd: FileRecord) -> list[dict[str, Any]]:
    return [
        {"id": new_id(), "record_id": cmd.item_id, "kind": kind, "value": value, "normal": normal(value)}
        for kind, value in cmd.keys
    ]
