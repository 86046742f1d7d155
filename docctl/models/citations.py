"""What the texts of revisions cite: the graph of documents and their record forms (D-6)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified


class Citation(Identified, Base):
    """One thing that a revision's text cites, read from it (D-6).

    Nothing says here which document it means: that is asked when it is shown, so that it is right whatever
    was numbered, named or withdrawn meanwhile.
    """

    __tablename__ = "citation"
    __table_args__ = (
        Index("ix_citation_revision", "revision_id"),
        Index("ix_citation_normal", "normal"),
        Index("ix_citation_name", "normal_name"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    ordinal: Mapped[int]
    #: document, form, outside, generic.
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[str] = mapped_column(String(200), default="")
    #: The normal form of the number, without one of the folded name: what it is looked up by.
    normal: Mapped[str] = mapped_column(String(500))
    #: The folded name where there is a number too; else the name as written where folding changes it, or "".
    normal_name: Mapped[str] = mapped_column(String(500), default="")
    times: Mapped[int] = mapped_column(default=1)
    #: In which chapter it is listed: documents, forms, or none.
    chapter: Mapped[str] = mapped_column(String(20), default="")
    clause: Mapped[str] = mapped_column(String(80), default="")
