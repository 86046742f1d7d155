"""Further legal entities: one is added with its first unit, one is renamed from a day on (O-2, O-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.entities import may_found, may_rename_entity
from docctl.domain.permissions import Facts, authorise
from docctl.domain.units import UnitKind, last_day_before, may_change
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.organisation import EntityNameRow, LegalEntity
from docctl.queries.entities import entity_since
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock, lock_names
from docctl.services.people.load import unit_at
from docctl.services.people.units import put_unit, require_open, require_unit
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class AddEntity:
    """A legal entity with its first unit, which stands under a unit of another entity or at the top."""

    code: str
    name: str
    unit_code: str
    unit_name: str
    parent_id: UUID | None = None
    unit_kind: str = UnitKind.COMPANY.value


@use_case("entity.add")
def add_entity(session: Session, cmd: AddEntity, by: Caller) -> UUID:
    """Add a legal entity: what its units own is numbered for itself from now on (O-4)."""
    authorise(by.actor, "entity.add", Facts())
    lock_names(session, ["company"])  # of two at the same moment one comes second
    code, name = cmd.code.strip().upper(), " ".join(cmd.name.split())
    first = session.scalars(select(LegalEntity).order_by(LegalEntity.id)).first()
    if first is None:
        raise NotFound("company")
    same = select(LegalEntity.name).where(func.upper(LegalEntity.code) == code)
    holder = session.scalar(same) or ""
    require(may_found(code, name, code_of=holder, name_of=_called(session, name)))
    unit_code, unit_name = require_unit(cmd.unit_code, cmd.unit_name, cmd.unit_kind)
    if cmd.parent_id is not None:
        require_open(unit_at(session, cmd.parent_id), kind=cmd.unit_kind, today=by.today)
    entity = LegalEntity(id=new_id(), code=code, name=name, is_demo=first.is_demo)
    session.add(entity)
    session.flush()  # the unit refers to it
    facts = {"code": code, "name": name, "unit": unit_code}
    record(session, by, "entity.added", Subject("entity", entity.id), facts=facts)
    put_unit(session, by, entity.id, cmd.parent_id, code=unit_code, name=unit_name, kind=cmd.unit_kind)
    return entity.id


@dataclass(frozen=True, slots=True)
class RenameEntity:
    """What a legal entity is called from a day on."""

    entity_id: UUID
    name: str
    from_on: date
    reason: str


@use_case("entity.add")
def rename_entity(session: Session, cmd: RenameEntity, by: Caller) -> UUID:
    """Rename a legal entity; what it was called stays known with its last day, its code does not change.

    A change from the very day on which it got its present name puts that right (O-2, O-4).
    """
    authorise(by.actor, "entity.add", Facts())
    lock_names(session, ["company"])
    rows = lock(session, Rank.PEOPLE, select(LegalEntity).where(LegalEntity.id == cmd.entity_id))
    if not rows:
        raise NotFound("entity")
    entity, name, reason = rows[0], " ".join(cmd.name.split()), cmd.reason.strip()[:500]
    require(may_rename_entity(name, now=entity.name, name_of=_called(session, name)))
    if not reason:
        raise RuleRefused(Refused("O-2", "reason_needed"))
    since = entity_since(session, entity.id)
    require(may_change(cmd.from_on, today=by.today, since=since))
    before = {"name": entity.name}
    if (until := last_day_before(cmd.from_on, since=since)) is not None:
        session.add(
            EntityNameRow(
                id=new_id(),
                entity_id=entity.id,
                name=entity.name,
                until_on=until,
                reason=reason,
                added_at=by.at,
                added_by=by.actor.person_id,
            )
        )
    entity.name = name
    record(
        session,
        by,
        "entity.renamed",
        Subject("entity", entity.id),
        facts={"code": entity.code, "name": name, "from": cmd.from_on},
        detail={"before": before, "after": {"name": name}, "reason": reason},
    )
    return entity.id


def _called(session: Session, name: str) -> str:
    """Return the code of the entity that is called so, "" for none."""
    return session.scalar(select(LegalEntity.code).where(LegalEntity.name == name)) or ""
