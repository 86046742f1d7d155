"""Documents, their types and their revisions (V-1 to V-7, V-13, D-14)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from docctl.domain.copy_states import first_of
from docctl.domain.lifecycle import RevisionDates, RevisionStatus, Suspension
from docctl.models.base import Authored, Base, Identified, Versioned, checked
from docctl.models.names import name_key


class DocumentType(Identified, Base):
    """A kind of document; rules of numbers, labels and routes name it by its code (A-1, N-2, V-1)."""

    __tablename__ = "document_type"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100), default="")
    is_form: Mapped[bool] = mapped_column(default=False)
    ordinal: Mapped[int] = mapped_column(default=0)


class Document(Identified, Versioned, Base):
    """A controlled document or record form: what stays the same through its revisions."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("entity_id", "number"),
        Index("ix_document_number", "number"),
        Index("ix_document_type", "type_id"),
        Index("ix_document_title_key", "title_key"),
    )

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("legal_entity.id"))
    type_id: Mapped[UUID] = mapped_column(ForeignKey("document_type.id"))
    number: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(500))
    #: The folded title, by which citations find it whatever script they are in (D-6); follows the title.
    title_key: Mapped[str] = mapped_column(String(500), default="", server_default="")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="归口部门")
    drafting_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    #: Of the records filed under this form; of superseded revisions otherwise (R-10).
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_class.id"))
    access_set_id: Mapped[UUID] = mapped_column(
        ForeignKey("access_set.id"), index=True, comment="who reads it while in force"
    )
    insider_set_id: Mapped[UUID] = mapped_column(
        ForeignKey("access_set.id"), index=True, comment="who sees drafts and obsolete revisions"
    )
    confidentiality: Mapped[int] = mapped_column(default=0)
    #: From outside (外来文件), with who issued it and the number it has there, as text (D-9).
    is_external: Mapped[bool] = mapped_column(default=False, server_default=false())
    issuer: Mapped[str] = mapped_column(String(200), default="", server_default="")
    issuer_number: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    #: So many months lie between its periodic reviews, None where it has none (D-5).
    review_months: Mapped[int | None]

    @validates("title")
    def _follow(self, _name: str, title: str) -> str:
        """Keep the folded title beside the title."""
        self.title_key = name_key(title)
        return title


class AnnexForm(Base):
    """A form in an annex of a revision: a document of its own, named by the revision above it (N-12)."""

    __tablename__ = "annex_form"
    __table_args__ = (
        UniqueConstraint("revision_id", "ordinal"),
        Index("ix_annex_form_form", "form_id"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"), primary_key=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    ordinal: Mapped[int]


class DocumentOwner(Identified, Base):
    """Which unit owned a document until a day: it went into another one (O-2)."""

    __tablename__ = "document_owner"
    __table_args__ = (Index("ix_document_owner_document", "document_id", "until_on"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    #: The last day, in the company's zone.
    until_on: Mapped[date]


class Revision(Authored, Identified, Versioned, Base):
    """One revision of a document. Rows are added; what was signed never changes (V-2)."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("document_id", "ordinal"),
        CheckConstraint(
            "status IN ('draft', 'discarded') OR manifest_sha256 IS NOT NULL", name="content_fixed"
        ),
        CheckConstraint("approved_at <= issued_at", name="approved_before_issue"),
        CheckConstraint("issued_at <= effective_from", name="issued_before_effect"),
        CheckConstraint("effective_from <= effective_until", name="interval"),
        Index("ix_revision_effective", "effective_from", "effective_until"),
        Index("ix_revision_status", "status"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    ordinal: Mapped[int]
    issue_label: Mapped[str] = mapped_column(String(20))
    amendment_label: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(500))
    status: Mapped[RevisionStatus] = mapped_column(checked(RevisionStatus), default=RevisionStatus.DRAFT)
    change_what: Mapped[str] = mapped_column(Text, default="")
    change_reason: Mapped[str] = mapped_column(Text, default="")
    change_basis: Mapped[str] = mapped_column(Text, default="")
    #: 拟文部门 where not the document's; management systems between blanks; an amount (D-14, A-7).
    drafting_unit_id: Mapped[UUID | None]
    systems: Mapped[str] = mapped_column(String(60), default="", server_default="")
    amount: Mapped[str] = mapped_column(String(40), default="", server_default="")
    manifest: Mapped[str | None] = mapped_column(Text)
    manifest_sha256: Mapped[str | None] = mapped_column(String(64), comment="what signatures sign (V-13)")
    #: Rises with each submission; signatures of earlier rounds no longer count (A-9).
    round: Mapped[int] = mapped_column(default=0)
    prepared_by: Mapped[UUID | None]
    prepared_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    #: The number under which it was issued; "" for one from before numbers could follow (N-7).
    number: Mapped[str] = mapped_column(String(200), default="", server_default="")
    issued_by: Mapped[UUID | None]
    issued_at: Mapped[datetime | None]
    #: In force at t: from <= t < until, UTC (V-3). Withdrawal sets `until`; no job switches.
    effective_from: Mapped[datetime | None]
    effective_until: Mapped[datetime | None]
    #: From 00:00 after the last day (有效期至) on no longer valid, though in force; asked about before (V-8).
    valid_until: Mapped[datetime | None]
    is_trial: Mapped[bool] = mapped_column(default=False, server_default=false())
    validity_asked_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdraw_reason: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    #: Others who changed the draft: who has worked on it neither reviews nor approves it (A-2).
    editors: Mapped[list[Any]] = mapped_column(default=list)
    #: From before docctl: in force without signatures here, always marked (V-6, I-10).
    imported_at: Mapped[datetime | None]
    imported_by: Mapped[UUID | None]
    #: What the paper says: signers as text, days, file and place it came from (I-10, I-3).
    paper: Mapped[dict[str, Any] | None]

    suspensions: Mapped[list[RevisionSuspension]] = relationship(
        order_by="RevisionSuspension.suspended_at", lazy="selectin"
    )

    def number_of(self, document: Document) -> str:
        """Return the number that its document bears while it holds: its own, else the document's (N-7)."""
        return self.number or document.number

    def over_since(self, document: Document) -> datetime | None:
        """Return from when its copies must come back and its list stays as it is, UTC (D-2, D-8).

        It was withdrawn or superseded; of an external document its validity ended (D-9).
        """
        ended = self.valid_until if document.is_external else None
        return first_of(self.withdrawn_at, self.effective_until, ended)

    def dates(self) -> RevisionDates:
        """Return what the computed state rests on."""
        return RevisionDates(
            self.status,
            self.effective_from,
            self.effective_until,
            tuple(Suspension(one.suspended_at, one.resumed_at) for one in self.suspensions),
            self.valid_until,
        )


class RevisionSuspension(Identified, Base):
    """A time in which a revision in force may not be used (暂停使用); rows are added, resumed once (V-6).

    One that was never resumed ended with the revision's time in force; nothing has to close it.
    """

    __tablename__ = "revision_suspension"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("suspended_at <= resumed_at", name="interval"),
        CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by IS NULL) AND (resumed_at IS NULL) = (resume_reason = '')",
            name="resumed_whole",
        ),
        Index("ix_revision_suspension_revision", "revision_id", "suspended_at"),
        Index(
            "uq_revision_suspension_open",
            "revision_id",
            unique=True,
            sqlite_where=text("resumed_at IS NULL"),
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    suspended_at: Mapped[datetime]
    suspended_by: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    resumed_at: Mapped[datetime | None]
    resumed_by: Mapped[UUID | None]
    resume_reason: Mapped[str] = mapped_column(Text, default="")
