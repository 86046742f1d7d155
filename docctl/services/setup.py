"""Founding a company: entity, units, schemes, types, the retention schedule, the first two people."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from docctl.domain.accounts import LINK_LASTS
from docctl.domain.class_content import shipped_classes
from docctl.domain.permissions import Facts, authorise
from docctl.domain.roles import Role
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.content import ItemFile
from docctl.models.documents import DocumentType
from docctl.models.organisation import LegalEntity, LinkPurpose, OneTimeLink, Person, RoleGrant, Unit
from docctl.services.caller import Caller
from docctl.services.faults import refusal_of
from docctl.services.locks import lock_names
from docctl.services.registry import use_case
from docctl.services.settings.begin import begin_settings
from docctl.services.settings.classes import begin_classes
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """One of the two people with whom a company starts; each sets their own password with a one-time link."""

    username: str
    name: str
    role: Role
    token_hash: str = ""
    name_en: str = ""
    unit_code: str = ""


@dataclass(frozen=True, slots=True)
class FirstUnit:
    """A further unit under the first one; `functions` are those of the retention schedule (R-6)."""

    code: str
    name: str
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundCompany:
    """A new company. Two people, because roles that sign are granted by two (A-15)."""

    code: str
    name: str
    unit_code: str
    unit_name: str
    first: FirstPerson
    second: FirstPerson
    more_units: tuple[FirstUnit, ...] = ()
    is_demo: bool = False


def is_encrypted(engine: Engine) -> bool:
    """Say whether the newest file was encrypted when it was stored (R-7).

    Raise RuleRefused where no database answers.
    """
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(ItemFile.__tablename__):
                return False
            query = select(ItemFile.sha256 != ItemFile.stored_sha256).order_by(ItemFile.id.desc()).limit(1)
            return bool(connection.scalar(query))
    except DBAPIError as error:
        if (refused := refusal_of(error)) is None:
            raise
        raise refused from error


def is_sample(engine: Engine) -> bool:
    """Say whether a database is marked as a sample company's, which it is for ever (O-1).

    Raise RuleRefused where no database answers.
    """
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(LegalEntity.__tablename__):
                return False
            return bool(connection.scalar(select(LegalEntity.id).where(LegalEntity.is_demo).limit(1)))
    except DBAPIError as error:
        if (refused := refusal_of(error)) is None:
            raise
        raise refused from error


@use_case("system.operate")
def found_company(session: Session, cmd: FoundCompany, by: Caller) -> UUID:
    """Found the company of this installation; there is one (O-1, A-15)."""
    authorise(by.actor, "system.operate", Facts())
    lock_names(session, ["company"])
    if session.scalars(select(LegalEntity)).first() is not None:
        raise RuleRefused(Refused("O-1", "already_founded"))
    if cmd.first.username == cmd.second.username:
        raise RuleRefused(Refused("A-15", "two_people_needed"))
    entity = LegalEntity(id=new_id(), code=cmd.code, name=cmd.name, is_demo=cmd.is_demo)
    unit = Unit(id=new_id(), entity_id=entity.id, code=cmd.unit_code, name=cmd.unit_name)
    session.add(entity)
    session.flush()  # the unit refers to it
    session.add(unit)
    units = {unit.code: unit}
    for more in cmd.more_units:
        units[more.code] = Unit(
            id=new_id(),
            entity_id=entity.id,
            parent_id=unit.id,
            code=more.code,
            name=more.name,
            functions=list(more.functions),
        )
    session.add_all(units.values())
    session.flush()  # people refer to them
    people = []
    for one in (cmd.first, cmd.second):
        person = Person(
            id=new_id(),
            username=one.username,
            name=one.name,
            name_en=one.name_en,
            unit_id=units[one.unit_code or cmd.unit_code].id,
            created_at=by.at,
        )
        session.add(person)
        people.append(person)
    session.flush()  # grants refer to them
    for person, one, other in (
        (people[0], cmd.first, people[1]),
        (people[1], cmd.second, people[0]),
    ):
        session.add(
            RoleGrant(
                person_id=person.id,
                role=one.role,
                proposed_by=None,
                proposed_at=by.at,
                confirmed_by=other.id,
                confirmed_at=by.at,
            )
        )
        if one.token_hash:
            session.add(
                OneTimeLink(
                    person_id=person.id,
                    token_hash=one.token_hash,
                    purpose=LinkPurpose.INVITE,
                    created_at=by.at,
                    expires_at=by.at + LINK_LASTS,
                )
            )
    _types(session)
    begin_classes(session, shipped_classes())
    settings = begin_settings(session, entity.id, at=by.at)
    record(
        session,
        by,
        "company.founded",
        Subject("entity", entity.id),
        facts={"code": cmd.code, "name": cmd.name, "demo": cmd.is_demo, "settings": settings},
    )
    return entity.id


def _types(session: Session) -> None:
    for ordinal, (code, name, name_en, is_form) in enumerate(TYPES):
        session.add(
            DocumentType(
                code=code,
                name=name,
                name_en=name_en,
                is_form=is_form,
                ordinal=ordinal,
            )
        )


#: Types a company starts with: code, name, English, form? Their schemes stand in the number and label rules.
TYPES = (
    ("procedure", "程序文件", "Procedure", False),
    ("instruction", "作业指导书", "Work instruction", False),
    ("form", "记录表格", "Record form", True),
)
