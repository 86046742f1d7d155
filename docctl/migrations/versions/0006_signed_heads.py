"""Signed heads of the trail, their keys, and what the sealer last saw"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_key",
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_audit_key")),
        sa.UniqueConstraint("prev", name=op.f("uq_audit_key_prev")),
    )
    op.create_table(
        "audit_tree_head",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("frontier", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_tree_head")),
        sa.UniqueConstraint("prev", name=op.f("uq_audit_tree_head_prev")),
    )
    op.create_table(
        "audit_watch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("trusted_at", Instant(), nullable=True),
        sa.Column("alarm", sa.String(length=40), nullable=False),
        sa.Column("alarm_at", Instant(), nullable=True),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        sa.Column("stored_at", Instant(), nullable=True),
        sa.Column("witness_size", sa.Integer(), nullable=False),
        sa.Column("witness_at", Instant(), nullable=True),
        sa.Column("verified_at", Instant(), nullable=True),
        sa.Column("verified_events", sa.Integer(), nullable=False),
        sa.Column("verified_reason", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_watch")),
    )
