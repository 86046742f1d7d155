"""A series of numbers begins after what another scheme or count gave (N-3, N-5)"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("counter", "number_entry"):
        op.add_column(
            table, sa.Column("begins_after", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
