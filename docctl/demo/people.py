"""How the sample company's people come in: two found it, the others are added and granted (A-15)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from docctl.demo.company import Person, Unit
from docctl.demo.content import Content
from docctl.domain.roles import Role
from docctl.models.organisation import Person as PersonRow
from docctl.models.organisation import RoleGrant
from docctl.models.organisation import Unit as UnitRow
from docctl.services.caller import Caller, the_system
from docctl.services.house import House
from docctl.services.people.accounts import AddPerson, add_person, new_link
from docctl.services.people.actors import actor_of
from docctl.services.people.duties import SetDuties, set_duties
from docctl.services.people.entities import AddEntity, add_entity
from docctl.services.people.grant import ConfirmRole, ProposeRole, confirm_role, propose_role
from docctl.services.people.own import set_password
from docctl.services.people.unit_changes import ChangeUnit, NameUnit, change_unit, name_unit
from docctl.services.setup import FirstPerson, FirstUnit, FoundCompany, found_company


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the story with their sign-ins."""

    people: dict[str, UUID]
    units: dict[str, UUID]
    passwords: dict[str, str]

    def by(self, house: House, username: str) -> Caller:
        """Return a person as a caller who types the right password."""
        with house.uow.read() as session:
            actor = actor_of(session, self.people[username])
        return Caller(
            actor=actor,
            at=house.clock(),
            channel="web",
            password=self.passwords[username],
            zone=house.zone,
        )


def gather(house: House, content: Content, passwords: dict[str, str]) -> Cast:
    """Found the company and bring everybody in through the use cases that a real one uses."""
    administrator, leader = _founders(content)
    root = content.units[0]
    system = the_system(house.clock(), channel="cli")
    links = {one.username: new_link() for one in content.people}
    found_company(
        FoundCompany(
            code=content.company.code,
            name=content.company.name,
            unit_code=root.code,
            unit_name=root.name,
            first=_first(administrator, Role.ADMINISTRATOR, links[administrator.username][1]),
            second=_first(leader, Role.LEADER, links[leader.username][1]),
            more_units=tuple(
                FirstUnit(one.code, one.name, one.functions)
                for one in content.units
                if one != root and not one.entity
            ),
            is_demo=True,
        ),
        by=system,
        house=house,
    )
    _found_others(house, content.units)
    with house.uow.read() as session:
        units = {one.code: one.id for one in session.scalars(select(UnitRow))}
        people = {one.username: one.id for one in session.scalars(select(PersonRow))}
    for one in content.people:
        token, token_hash = links[one.username]
        if one.username not in people:
            people[one.username] = add_person(
                AddPerson(
                    username=one.username,
                    name=one.name,
                    unit_id=units[one.unit],
                    token_hash=token_hash,
                    name_en=one.name_en,
                ),
                by=system,
                house=house,
            )
        set_password(house, token=token, password=passwords[one.username])
    cast = Cast(people, units, passwords)
    _grant(house, content, cast, administrator, leader)
    _duties(house, content, cast)
    return cast


def _found_others(house: House, units: tuple[Unit, ...]) -> None:
    """Found the further legal entities under the first unit, and say what that unit is (O-1, O-4)."""
    root = units[0]
    with house.uow.read() as session:
        row = session.scalars(select(UnitRow).where(UnitRow.code == root.code)).one()
    by, today = the_system(house.clock(), channel="cli"), house.today()
    change_unit(
        ChangeUnit(row.id, row.row_version, root.name, root.kind, None, today, "建立公司"), by=by, house=house
    )
    for one in units:
        if one.entity:
            code, name = one.entity
            add_entity(AddEntity(code, name, one.code, one.name, row.id, one.kind), by=by, house=house)


def _founders(content: Content) -> tuple[Person, Person]:
    administrators = [one for one in content.people if (Role.ADMINISTRATOR.value, "") in one.roles]
    leader = next(one for one in content.people if (Role.LEADER.value, "") in one.roles)
    return administrators[0], leader


def _first(person: Person, role: Role, token_hash: str) -> FirstPerson:
    return FirstPerson(
        person.username, person.name, role, token_hash, name_en=person.name_en, unit_code=person.unit
    )


def _grant(house: House, content: Content, cast: Cast, administrator: Person, leader: Person) -> None:
    """Propose and confirm every role; nobody takes part in granting their own (A-15)."""
    others = [one.username for one in content.people if (Role.ADMINISTRATOR.value, "") in one.roles]
    second = next(one for one in others if one != administrator.username)
    grants = [(one.username, Role(role), unit) for one in content.people for role, unit in one.roles]
    grants.sort(key=lambda one: one[1] is not Role.ADMINISTRATOR)
    for username, role, unit in grants:
        if (username, role) in {
            (administrator.username, Role.ADMINISTRATOR),
            (leader.username, Role.LEADER),
        }:
            continue
        proposer = administrator.username if username != administrator.username else second
        confirmer = leader.username if username != leader.username else second
        grant_id = propose_role(
            ProposeRole(cast.people[username], role, cast.units[unit] if unit else None),
            by=cast.by(house, proposer),
            house=house,
        )
        with house.uow.read() as session:
            waits = session.get_one(RoleGrant, grant_id).confirmed_at is None
        if waits and role is not Role.ADMINISTRATOR and role is not Role.AUDITOR:
            confirm_role(ConfirmRole(grant_id), by=cast.by(house, confirmer), house=house)


def _duties(house: House, content: Content, cast: Cast) -> None:
    for one in content.units:
        with house.uow.read() as session:
            version = session.get_one(UnitRow, cast.units[one.code]).row_version
        set_duties(
            SetDuties(cast.units[one.code], version, cast.people[one.head], one.functions),
            by=the_system(house.clock(), channel="cli"),
            house=house,
        )
        for name in one.aliases:
            by = the_system(house.clock(), channel="cli")
            name_unit(NameUnit(cast.units[one.code], name), by=by, house=house)
