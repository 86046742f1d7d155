"""Interned access sets: reader tokens minus denied persons (X-1, X-3)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified


class AccessSet(Identified, Base):
    """One set of readers, shared by all items that have the same."""

    __tablename__ = "access_set"

    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AccessToken(Base):
    """A token that lets its bearers see the items of a set."""

    __tablename__ = "access_token"
    __table_args__ = (Index("ix_access_token_token", "token", "set_id"),)

    set_id: Mapped[UUID] = mapped_column(ForeignKey("access_set.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(120), primary_key=True)


class AccessDenied(Base):
    """A person who never sees the items of a set, whatever tokens they bear (A-11)."""

    __tablename__ = "access_denied"

    set_id: Mapped[UUID] = mapped_column(ForeignKey("access_set.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
