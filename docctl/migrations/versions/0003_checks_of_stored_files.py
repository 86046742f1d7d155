"""When each stored file was last read again, and what that found."""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("item_file", sa.Column("checked_at", Instant(), nullable=True))
    op.add_column("item_file", sa.Column("problem", sa.String(length=20), server_default="", nullable=False))
    # What is there was hashed when it was stored.
    op.execute("UPDATE item_file SET checked_at = added_at")
    op.create_index("ix_item_file_checked", "item_file", ["checked_at"])
    op.create_index("ix_item_file_problem", "item_file", ["problem"])
