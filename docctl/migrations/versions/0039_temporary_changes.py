"""Notices change a revision in force for some days, signed (V-14)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_STATES = ("draft", "in_review", "issued", "revoked", "discarded")


def upgrade() -> None:
    op.create_table(
        "temporary_change",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("basis", sa.String(length=500), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*_STATES, name="changestatus", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("valid_from", Instant(), nullable=True),
        sa.Column("valid_until", Instant(), nullable=True),
        sa.Column("returned_reason", sa.String(length=500), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_temporary_change_days")),
        sa.CheckConstraint(
            "(status IN ('draft', 'discarded')) = (content_sha256 IS NULL)",
            name=op.f("ck_temporary_change_content_fixed"),
        ),
        sa.CheckConstraint(
            "(status IN ('issued', 'revoked')) = (valid_from IS NOT NULL)"
            " AND (valid_from IS NULL) = (valid_until IS NULL)"
            " AND (valid_from IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_temporary_change_approved_whole"),
        ),
        sa.CheckConstraint(
            "(status IN ('revoked', 'discarded')) = (ended_at IS NOT NULL)"
            " AND (ended_at IS NULL) = (end_reason = '')",
            name=op.f("ck_temporary_change_ended_whole"),
        ),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_temporary_change_interval")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_temporary_change_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_temporary_change_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_temporary_change_created_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["person.id"], name=op.f("fk_temporary_change_submitted_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["person.id"], name=op.f("fk_temporary_change_approver_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["person.id"], name=op.f("fk_temporary_change_ended_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temporary_change")),
        sa.UniqueConstraint("document_id", "ordinal", name=op.f("uq_temporary_change_document_id_ordinal")),
    )
    op.create_index("ix_temporary_change_revision", "temporary_change", ["revision_id", "status"])
    op.create_index("ix_temporary_change_approver", "temporary_change", ["approver_id", "status"])
    op.create_index("ix_temporary_change_status", "temporary_change", ["status", "last_day"])
