"""A second legal entity beside the small company: it has units of the same names and numbers of its own."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from docctl.models.base import new_id
from docctl.models.organisation import LegalEntity, Person, Unit
from tests.world import PASSWORD, World

CODE, NAME = "NB", "示例宁波有限公司"
#: The units of the second entity by how the tests call them; the first two are called as in the first one.
UNITS = (("PZ", "品质部"), ("SC", "生产部"), ("YF", "研发部"))


def second_entity(
    world: World, code: str = CODE, name: str = NAME, *, person: str = "nina"
) -> dict[str, UUID]:
    """Add another entity with its units, and one of its people; return the units by code."""
    units = {code: new_id() for code, _ in UNITS}

    def add(session: Session) -> None:
        entity = LegalEntity(id=new_id(), code=code, name=name)
        session.add(entity)
        session.flush()
        session.add_all(
            Unit(id=units[code], entity_id=entity.id, code=code, name=name) for code, name in UNITS
        )
        session.flush()
        session.add(
            Person(
                id=new_id(),
                username=person,
                name="倪娜",
                unit_id=units["SC"],
                created_at=world.clock(),
                password_hash=world.house.passwords.hash(PASSWORD),
                password_version=1,
            )
        )

    world.house.uow.write(add)
    world.people.update(World.of(world.house, world.clock).people)
    return units
