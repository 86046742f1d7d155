"""What revisions of forms ask of their records (F-2, V-13)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base


class FormDefinition(Base):
    """The fields of one revision of a form; none where it asks nothing. Frozen with its revision (V-2)."""

    __tablename__ = "form_definition"
    __table_args__ = (Index("ix_form_definition_document", "document_id"),)

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    content: Mapped[str] = mapped_column(Text, comment="canonical JSON, as in the manifest (V-13)")
    #: The names of its fields as searches compare them, each in its line: a field is found by its name (S-1).
    names: Mapped[str] = mapped_column(Text)
