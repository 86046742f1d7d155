"""Numbers that were unique in the house become unique in each legal entity, with rows in place (N-6, O-4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from docctl.migrations.rebuild import remade
from docctl.models.base import new_id, table_of
from docctl.models.documents import Document
from docctl.models.organisation import LegalEntity
from docctl.models.records import Record
from docctl.services.schema import migrate, schema_state
from tests.entities import CODE, second_entity
from tests.keeping import FORM, Keeping
from tests.services.test_migration_of_units import before_unit_names
from tests.world import World

TABLES = ("document", "record")


def unique_in_the_house(owner: Engine) -> None:
    """Let the tables be as they were when a number was one item's in all entities together."""
    is_sqlite = owner.dialect.name == "sqlite"
    engine = create_engine(f"sqlite:///{owner.url.database}") if is_sqlite else owner
    with engine.begin() as connection:
        for table in TABLES:
            house, entity = f"uq_{table}_number", f"uq_{table}_entity_id_number"
            if is_sqlite:
                now, before = f"{entity} UNIQUE (entity_id, number)", f"{house} UNIQUE (number)"
                remade(connection, table, f"CONSTRAINT {now}", f"CONSTRAINT {before}")
            else:
                connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {entity}"))
                connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {house} UNIQUE (number)"))
        before_unit_names(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0034'"))
    if is_sqlite:
        engine.dispose()


def rows_of(world: World) -> dict[str, Sequence[Any]]:
    with world.house.uow.read() as session:
        return {table: session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in TABLES}


def shape_of(owner: Engine) -> dict[str, set[str | None]]:
    found = inspect(owner)
    return {
        table: {one["name"] for one in (*found.get_indexes(table), *found.get_unique_constraints(table))}
        for table in TABLES
    }


@pytest.fixture
def record(world: World) -> UUID:
    world.issued(world.draft())
    world.issued(world.draft("顾客反馈登记表", kind="form", number=FORM))
    return Keeping.of(world).records(2)[0]


def copied(session: Session, kind: type[Document] | type[Record], entity_id: UUID) -> None:
    """Write the first item of a kind once more for an entity, past all that checks it."""
    table = table_of(kind)
    first = select(table).order_by(table.c.number).limit(1)
    (row,) = session.execute(first).mappings()
    session.execute(insert(table), {**row, "id": new_id(), "entity_id": entity_id})


def test_o_4_rows_indexes_guards_and_references_stay(world: World, record: UUID) -> None:
    owner = world.house.uow.owner
    rows, shape = rows_of(world), shape_of(owner)
    unique_in_the_house(owner)
    assert shape_of(owner) != shape
    assert not schema_state(owner).is_ready
    assert migrate(owner).is_ready
    assert rows_of(world) == rows
    assert shape_of(owner) == shape
    for kind in (Document, Record):
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"):  # what it refers to must be there
            world.house.uow.write(lambda session, kind=kind: copied(session, kind, new_id()))
    assert migrate(owner).is_ready
    assert rows_of(world) == rows


@pytest.mark.parametrize("kind", [Document, Record])
def test_n_6_the_database_refuses_a_number_twice_in_one_entity_alone(
    world: World, record: UUID, kind: type[Document] | type[Record]
) -> None:
    unique_in_the_house(world.house.uow.owner)
    migrate(world.house.uow.owner)
    second_entity(world)
    with world.house.uow.read() as session:
        known = dict(session.execute(select(LegalEntity.code, LegalEntity.id)).all())
        before = session.scalar(select(func.count()).select_from(kind)) or 0
    with pytest.raises(IntegrityError, match="number"):
        world.house.uow.write(lambda session: copied(session, kind, known["SLJM"]))
    world.house.uow.write(lambda session: copied(session, kind, known[CODE]))
    with world.house.uow.read() as session:
        assert session.scalar(select(func.count()).select_from(kind)) == before + 1
