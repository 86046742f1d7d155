"""Holds by a key; when what a hold covered was told that it has ended (R-5, S-7)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold_key",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("normal", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("too_late", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_key_hold_id_hold")),
        sa.PrimaryKeyConstraint("hold_id", "kind", "normal", name=op.f("pk_hold_key")),
    )
    op.create_index("ix_hold_key_value", "hold_key", ["kind", "normal"])
    op.add_column("hold_item", sa.Column("released_at", Instant(), nullable=True))
    # Holds that were lifted before told their records so in the same transaction.
    op.execute(
        "UPDATE hold_item SET released_at = (SELECT h.lifted_at FROM hold h WHERE h.id = hold_item.hold_id)"
    )
