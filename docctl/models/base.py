"""What every table shares: names of constraints, aware instants, checked enumerations, row versions."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, cast
from uuid import UUID

import uuid_utils.compat as uuid7_source
from sqlalchemy import DateTime, Dialect, Enum, MetaData, Table, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database; a naive one raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write UTC; SQLite stores it without zone, in a form that sorts as text."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # SQLAlchemy's signature
    ) -> datetime | None:
        """Read UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def checked(kind: type[StrEnum]) -> Enum:
    """Return a text column type with a CHECK on the enumeration's values."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def new_id() -> UUID:
    """Return a UUID of version 7: it sorts by the time it was made."""
    return uuid7_source.uuid7()


class Base(DeclarativeBase):
    """Base of all rows."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any] | type[TypeEngine[Any]]]] = {
        datetime: Instant(),
        UUID: Uuid(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


def table_of(kind: type[Base]) -> Table:
    """Return the table of a class, for statements that make no objects of it."""
    return cast("Table", kind.__table__)


class Identified:
    """A row with a UUID of version 7 as its key."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Versioned:
    """A row that refuses a lost update: a second writer gets StaleDataError."""

    row_version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  # SQLAlchemy calls it with the class
        """Let SQLAlchemy count and compare the version."""
        return {"version_id_col": cls.row_version}


class Authored:
    """A row that somebody began and others may have worked on: none of them signs it off (A-2)."""

    if TYPE_CHECKING:
        created_by: Mapped[UUID]
        editors: Mapped[list[Any]]

    def authors(self) -> frozenset[UUID]:
        """Return all who prepared it, alone or in a team."""
        return frozenset({self.created_by, *map(UUID, self.editors)})

    def worked_on(self, person_id: UUID | None) -> None:
        """Note who changed it, beside who began it."""
        self.editors = sorted({*self.editors, str(person_id)} - {str(self.created_by)})


__all__ = ["Authored", "Base", "Identified", "Instant", "Versioned", "checked", "new_id", "table_of"]
