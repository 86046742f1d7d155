"""Legal entity, units, posts, people, roles, sessions and one-time links (O-1, A-15)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.roles import Role
from docctl.models.base import Base, Identified, Versioned, checked


class LegalEntity(Identified, Base):
    """The company whose items these are; `is_demo` marks a sample company for ever."""

    __tablename__ = "legal_entity"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(default=False)


class EntityNameRow(Identified, Base):
    """What a legal entity was called until a day (O-2)."""

    __tablename__ = "legal_entity_name"
    __table_args__ = (Index("ix_legal_entity_name_entity", "entity_id", "until_on"),)

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("legal_entity.id"))
    name: Mapped[str] = mapped_column(String(200))
    #: The last day of that name, in the company's zone.
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]


class Unit(Identified, Versioned, Base):
    """A department or other unit in the tree, valid between two days (O-1)."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("entity_id", "code"),)

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("legal_entity.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40), default="department")
    #: Functions of the retention schedule that this unit answers for, such as `quality` (R-6).
    functions: Mapped[list[Any]] = mapped_column(default=list)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    head_id: Mapped[UUID | None]


class UnitName(Identified, Base):
    """What a unit was called, and under which unit it stood, until a day; or another name of it (O-2).

    Another name has no last day; that of a unit that went into this one stays. Each of them finds it.
    """

    __tablename__ = "unit_name"
    __table_args__ = (
        Index("ix_unit_name_unit", "unit_id", "until_on"),
        Index("ix_unit_name_normal", "normal"),
    )

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    normal: Mapped[str] = mapped_column(String(500))
    #: The last day on which it was so, in the company's zone; None for another name.
    until_on: Mapped[date | None]
    #: The unit under which it stood until then.
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    #: The unit that went into this one and was called so.
    from_unit_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]


class Post(Identified, Base):
    """A post in a unit; work goes to the post, the signature comes from the person (O-3)."""

    __tablename__ = "post"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))


class PostHolder(Identified, Base):
    """Who holds a post between two days."""

    __tablename__ = "post_holder"

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class UnitLeader(Identified, Base):
    """Who is the leader in charge (分管领导) of a unit, until the end of the last day (O-3)."""

    __tablename__ = "unit_leader"
    __table_args__ = (
        Index("ix_unit_leader_unit", "unit_id", "from_on"),
        Index("ix_unit_leader_person", "person_id"),
    )

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class Person(Identified, Versioned, Base):
    """Somebody with an account; `password_version` rises with each new password."""

    __tablename__ = "person"

    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100), default="")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    email: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_version: Mapped[int] = mapped_column(default=0)
    password_set_at: Mapped[datetime | None]
    reset_at: Mapped[datetime | None]
    #: Set by a reset; a signer signs again only when a second person has confirmed it (A-15).
    reset_confirm_needed: Mapped[bool] = mapped_column(default=False)
    reset_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class RoleGrant(Identified, Base):
    """A role of a person, company-wide or for one unit; signing roles count once confirmed (A-15)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        Index("ix_role_grant_person", "person_id", "revoked_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(checked(Role))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]


class SessionRow(Base):
    """A session on the server; the cookie holds the token, the row only its hash."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    password_version: Mapped[int]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(60), default="")


class SignInAttempt(Base):
    """Failed passwords of one name or one address within the window (throttle)."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    INVITE = "invite"
    RESET = "reset"


class OneTimeLink(Identified, Base):
    """A link or slip with which a person sets their own password; the row holds the token's hash (A-15)."""

    __tablename__ = "one_time_link"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(checked(LinkPurpose))
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
