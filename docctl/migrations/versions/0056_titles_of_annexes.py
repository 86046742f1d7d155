"""Annexes of revisions have a title and a place (V-13)"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("item_file", sa.Column("title", sa.String(length=200), server_default="", nullable=False))
