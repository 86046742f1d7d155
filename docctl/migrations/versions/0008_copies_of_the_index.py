"""Copies of the index on each host, from where a list asks them to be made anew; tries of due jobs"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("generation", sa.String(length=40), nullable=False),
        sa.Column("made_from", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("forgotten_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_copy")),
    )
    op.add_column("disposal_list", sa.Column("purge_from", sa.Integer(), nullable=True))
    op.add_column("due_job", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "due_job", sa.Column("last_error", sa.String(length=300), server_default="", nullable=False)
    )
    op.add_column("due_job", sa.Column("next_at", Instant(), nullable=True))
