"""Revisions in force can be suspended (V-6)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revision_suspension",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("suspended_at", Instant(), nullable=False),
        sa.Column("suspended_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed_at", Instant(), nullable=True),
        sa.Column("resumed_by", sa.Uuid(), nullable=True),
        sa.Column("resume_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_revision_suspension_reason_given")),
        sa.CheckConstraint("suspended_at <= resumed_at", name=op.f("ck_revision_suspension_interval")),
        sa.CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by IS NULL) AND (resumed_at IS NULL) = (resume_reason = '')",
            name=op.f("ck_revision_suspension_resumed_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_revision_suspension_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_suspension")),
    )
    with op.batch_alter_table("revision_suspension", schema=None) as batch_op:
        batch_op.create_index(
            "ix_revision_suspension_revision", ["revision_id", "suspended_at"], unique=False
        )
        batch_op.create_index(
            "uq_revision_suspension_open",
            ["revision_id"],
            unique=True,
            sqlite_where=sa.text("resumed_at IS NULL"),
            postgresql_where=sa.text("resumed_at IS NULL"),
        )
