"""Searches and views of registers that people keep for themselves (S-3, D-7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified


class SavedSearch(Identified, Base):
    """A search that one person keeps under a name; nobody else sees it, and it finds what they may see now.

    `address` is what stands behind the question mark of the page; `page` is the register that it is a view
    of, empty for a search. It belongs to no item: there is no event.
    """

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("person_id", "page", "name"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    page: Mapped[str] = mapped_column(String(100), default="", server_default="")
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
