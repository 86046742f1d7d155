"""Readings have a last day, and who has not read is reminded (D-4)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("read_task", sa.Column("due_at", Instant(), nullable=True))
    op.add_column("read_task", sa.Column("reminded_at", Instant(), nullable=True))
