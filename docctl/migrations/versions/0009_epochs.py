"""Epochs: what a restore of an older state begins"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "epoch",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("backup_at", Instant(), nullable=False),
        sa.Column("end_seq", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=True),
        sa.Column("first_at", Instant(), nullable=True),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("second_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "second_by IS NULL OR (first_by IS NOT NULL AND second_by <> first_by)",
            name=op.f("ck_epoch_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
        sa.UniqueConstraint("number", name=op.f("uq_epoch_number")),
    )
