"""Reviews of documents, by their date and on events (D-5)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.add_column("document", sa.Column("review_months", sa.Integer(), nullable=True))
    op.create_table(
        "document_review",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column(
            "cause",
            _one_of(
                "reviewcause",
                "periodic",
                "law",
                "accident",
                "reorganisation",
                "complaint",
                "audit",
                "external",
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("outcome", _one_of("reviewoutcome", "confirm", "revise", "withdraw"), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            """(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)
            AND (outcome IS NULL) = (note = '') AND (outcome IS NULL) = (revision_id IS NULL)""",
            name=op.f("ck_document_review_decided_whole"),
        ),
        sa.CheckConstraint(
            "cause IN ('periodic', 'external') OR reason <> ''", name=op.f("ck_document_review_reason_given")
        ),
        sa.CheckConstraint(
            "(cause = 'external') = (source_id IS NOT NULL)", name=op.f("ck_document_review_source_named")
        ),
        sa.CheckConstraint("opened_at <= decided_at", name=op.f("ck_document_review_interval")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_review_document_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["document.id"], name=op.f("fk_document_review_source_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_document_review_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_review")),
    )
    op.create_index("ix_document_review_document", "document_review", ["document_id", "opened_at"])
    op.create_index("ix_document_review_due", "document_review", ["outcome", "due_on"])
    _one_open("uq_document_review_open", "cause", "outcome IS NULL AND source_id IS NULL")
    _one_open("uq_document_review_source", "source_id", "outcome IS NULL")


def _one_open(name: str, column: str, where: str) -> None:
    op.create_index(
        name,
        "document_review",
        ["document_id", column],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
