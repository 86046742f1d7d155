"""Under which form a record is filed: its revision in force, and what the record takes from it (F-1, V-6).

One question locks the form, one asks for everything else that filing decides on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from docctl.domain.form_definition import Definition, definition_in
from docctl.domain.lifecycle import RevisionDates, RevisionStatus, SettingStatus, Suspension, in_force
from docctl.domain.number_rules import rules_in
from docctl.domain.number_schemes import Scheme
from docctl.domain.suspension import may_file_under
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.access import AccessSet
from docctl.models.base import table_of
from docctl.models.content import ItemFile
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.models.documents import Document, DocumentType, Revision, RevisionSuspension
from docctl.models.forms import FormDefinition
from docctl.models.organisation import LegalEntity, Unit
from docctl.models.retention import RetentionClassRow
from docctl.models.schedule import kept_by_class
from docctl.models.visibility import lets_see, tokens_of
from docctl.queries.rules_in_force import revision_name
from docctl.services.caller import Caller
from docctl.services.locks import LockedRow, Rank
from docctl.services.rows import AnyRow, ask

_FORM: Final = table_of(Document)
_PARENT: Final = _FORM.alias("parent")
_KIND: Final = table_of(DocumentType)
_ENTITY: Final = table_of(LegalEntity)
_SETTING: Final = table_of(ControlledSetting)
_RULES: Final = table_of(SettingRevision)
_UNIT: Final = table_of(Unit)
_CLASS: Final = table_of(RetentionClassRow)
_SET: Final = table_of(AccessSet)
_REVISION: Final = table_of(Revision)
_PAUSE: Final = table_of(RevisionSuspension)
_FILE: Final = table_of(ItemFile)
_ASKS: Final = table_of(FormDefinition)

#: It shall stay in force until the record is committed; others may file under it meanwhile.
_LOCKED: Final = LockedRow(
    select(_FORM.c.id).select_from(_FORM).where(_FORM.c.id == bindparam("form_id")), shared=True
)
_AT: Final = bindparam("at", type_=_REVISION.c.effective_from.type)
_IN_FORCE: Final = and_(
    _REVISION.c.document_id == _FORM.c.id,
    _REVISION.c.status.in_(
        [literal(one, _REVISION.c.status.type) for one in (RevisionStatus.ISSUED, RevisionStatus.WITHDRAWN)]
    ),
    _REVISION.c.effective_from <= _AT,
    or_(_REVISION.c.effective_until.is_(None), _REVISION.c.effective_until > _AT),
)
_OF_NUMBERS: Final = _RULES.alias("of_numbers")
_RULES_THEN: Final = (
    select(_OF_NUMBERS.c.id)
    .join(_SETTING, _SETTING.c.id == _OF_NUMBERS.c.setting_id)
    .where(
        _SETTING.c.kind == "numbers",
        _OF_NUMBERS.c.status == literal(SettingStatus.APPROVED, _OF_NUMBERS.c.status.type),
        _OF_NUMBERS.c.effective_from <= _AT,
    )
    .order_by(_OF_NUMBERS.c.effective_from.desc())
    .limit(1)
)
#: The revision of the number rules in force: of the form's entity, else the one that all share (N-2, V-3).
_NUMBERING: Final = func.coalesce(
    _RULES_THEN.where(_SETTING.c.entity_id == _FORM.c.entity_id).correlate(_FORM).scalar_subquery(),
    _RULES_THEN.scalar_subquery(),
)
_SAME_BYTES: Final = exists().where(
    _FILE.c.sha256.in_(bindparam("hashes", expanding=True)), _FILE.c.destroyed_at.is_(None)
)
_AROUND: Final = (
    select(
        _FORM.c.number,
        _FORM.c.entity_id,
        _KIND.c.is_form,
        _KIND.c.code.label("kind_code"),
        _RULES.c.ordinal.label("rules_ordinal"),
        _RULES.c.content_sha256.label("rules_sha256"),
        _RULES.c.content.label("rules"),
        _ENTITY.c.code.label("entity_code"),
        _UNIT.c.id.label("unit_id"),
        _UNIT.c.code.label("unit_code"),
        _UNIT.c.name.label("unit_name"),
        _CLASS.c.id.label("class_id"),
        _CLASS.c.code.label("class_code"),
        _CLASS.c.revision.label("class_revision"),
        _CLASS.c.schedule,
        _CLASS.c.name.label("class_name"),
        _CLASS.c.basis,
        _CLASS.c.data,
        _SET.c.id.label("set_id"),
        _REVISION.c.id.label("revision_id"),
        _REVISION.c.label,
        _REVISION.c.status,
        _REVISION.c.effective_from,
        _REVISION.c.effective_until,
        _REVISION.c.valid_until,
        _PAUSE.c.suspended_at,
        _PAUSE.c.resumed_at,
        _ASKS.c.content.label("definition"),
        lets_see(_FORM.c.access_set_id).label("is_seen"),
        _SAME_BYTES.label("is_repeated"),
    )
    .select_from(_FORM)
    .join(_KIND, _KIND.c.id == _FORM.c.type_id)
    .join(_ENTITY, _ENTITY.c.id == _FORM.c.entity_id)
    .outerjoin(_RULES, _RULES.c.id == _NUMBERING)
    .outerjoin(_PARENT, _PARENT.c.id == _FORM.c.parent_id)
    .outerjoin(_CLASS, _CLASS.c.id == kept_by_class(func.coalesce(_FORM.c.class_id, _PARENT.c.class_id), _AT))
    .outerjoin(_UNIT, _UNIT.c.id == bindparam("unit_id"))
    .outerjoin(_SET, _SET.c.digest == bindparam("digest"))
    .outerjoin(_REVISION, _IN_FORCE)
    .outerjoin(_PAUSE, _PAUSE.c.revision_id == _REVISION.c.id)
    .outerjoin(_ASKS, _ASKS.c.revision_id == _REVISION.c.id)
    .where(_FORM.c.id == bindparam("form_id"))
    .order_by(_REVISION.c.ordinal, _PAUSE.c.suspended_at)
)


@dataclass(frozen=True, slots=True)
class FormInForce:
    """A form with its revision in force, and what a record filed under it takes from the company."""

    id: UUID
    number: str
    revision_id: UUID
    label: str
    #: What it asks of the record (F-2).
    definition: Definition
    scheme: Scheme
    #: Values of the numbers that are fixed for the type of the form, and which revision of the rules says so.
    fixed: Mapping[str, str]
    rules: str
    entity: LegalEntity
    unit: Unit | None
    cls: RetentionClassRow | None
    #: The access set with the digest that was asked for, where there is one already.
    set_id: UUID | None
    #: Whether the same bytes lie in any item, seen or not.
    is_repeated: bool


def form_in_force(
    session: Session, form_id: UUID, by: Caller, *, unit_id: UUID | None, digest: str, hashes: Sequence[str]
) -> FormInForce:
    """Lock names of the bytes and the form, and return the form; refuse where none may be used (F-1, V-6).

    `hashes` are those of the files, `digest` is that of the access set the record will have.
    """
    names = [f"file:{one}" for one in hashes]
    if _LOCKED.lock(session, Rank.PARENTS, names, form_id=form_id) is None:
        raise NotFound("form")
    rows = ask(
        session,
        _AROUND,
        form_id=form_id,
        at=by.at,
        unit_id=unit_id,
        digest=digest,
        hashes=hashes,
        tokens=sorted(tokens_of(by.actor)),
        person_id=by.actor.person_id,
    ).all()
    found = rows[0]
    if not (found.is_seen or by.actor.is_operator):
        raise NotFound("form")
    numbering = rules_in(found.rules) if found.rules is not None else None
    scheme = numbering.of_records(found.kind_code) if numbering else None
    if not found.is_form or numbering is None or scheme is None:
        raise RuleRefused(Refused("F-1", "not_a_form", {"number": found.number}))
    dates = _dates(rows)
    if dates is None or not in_force(dates, by.at):
        raise RuleRefused(Refused("F-1", "not_in_force", {"number": found.number}))
    require(may_file_under(dates, number=found.number, at=by.at, zone=by.zone))
    return _form(form_id, found, scheme, numbering.values(found.kind_code))


def _dates(rows: Sequence[AnyRow]) -> RevisionDates | None:
    """Return the dates of the one revision in force (V-3)."""
    first = rows[0]
    if first.revision_id is None:
        return None
    pauses = [
        Suspension(one.suspended_at, one.resumed_at)
        for one in rows
        if one.revision_id == first.revision_id and one.suspended_at is not None
    ]
    return RevisionDates(
        first.status, first.effective_from, first.effective_until, tuple(pauses), first.valid_until
    )


def _form(form_id: UUID, found: AnyRow, scheme: Scheme, fixed: Mapping[str, str]) -> FormInForce:
    unit = None
    if found.unit_id is not None:
        unit = Unit(id=found.unit_id, code=found.unit_code, name=found.unit_name)
    cls = None if found.class_id is None else _class(found)
    return FormInForce(
        id=form_id,
        number=found.number,
        revision_id=found.revision_id,
        label=found.label,
        definition=definition_in(found.definition),
        scheme=scheme,
        fixed=fixed,
        rules=revision_name("numbers", found.rules_ordinal, found.rules_sha256),
        entity=LegalEntity(id=found.entity_id, code=found.entity_code),
        unit=unit,
        cls=cls,
        set_id=found.set_id,
        is_repeated=bool(found.is_repeated),
    )


def _class(found: AnyRow) -> RetentionClassRow:
    return RetentionClassRow(
        id=found.class_id,
        code=found.class_code,
        revision=found.class_revision,
        schedule=found.schedule,
        name=found.class_name,
        basis=found.basis,
        data=found.data,
    )
