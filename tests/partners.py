"""An outside organisation for tests, with somebody who is bound, and what is shared with it (O-7)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import update

from docctl.models.organisation import Person
from docctl.services.people.accounts import AddPerson, add_person
from docctl.services.people.partners import BindPartner, ShareItem, bind_partner, share_item
from docctl.services.people.units import AddUnit, add_unit
from tests.world import PASSWORD, World


def a_partner(world: World, code: str = "GYS", username: str = "gast", kind: str = "supplier") -> UUID:
    """Add an organisation and somebody of it, who is not bound yet; return the organisation's id."""
    cmd = AddUnit(code, f"{code}供应商", world.units["ZH"], kind)
    unit = add_unit(cmd, by=world.by("admin"), house=world.house)
    world.units[code] = unit
    person = AddPerson(username, "郭施", unit, f"{username}-hash")
    world.people[username] = add_person(person, by=world.by("admin"), house=world.house)
    hashed = world.house.passwords.hash(PASSWORD)
    world.house.uow.write(
        lambda session: session.execute(
            update(Person)
            .where(Person.id == world.people[username])
            .values(password_hash=hashed, password_version=1)
        )
    )
    return unit


def bound(world: World, until: date, username: str = "gast") -> None:
    """Bind somebody until a day."""
    cmd = BindPartner(world.people[username], "二号厂房项目", until)
    bind_partner(cmd, by=world.by("admin"), house=world.house)


def shared(world: World, kind: str, item_id: UUID, until: date, code: str = "GYS") -> UUID:
    """Share a document or record with the organisation until a day."""
    cmd = ShareItem(world.units[code], kind, item_id, "二号厂房项目", until)
    return share_item(cmd, by=world.by("zhao"), house=world.house)
