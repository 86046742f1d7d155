"""Revisions may be valid until a day, for trial or not (V-8)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("valid_until", Instant(), nullable=True))
    op.add_column("revision", sa.Column("is_trial", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("revision", sa.Column("validity_asked_at", Instant(), nullable=True))
