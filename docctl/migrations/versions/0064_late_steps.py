"""A step that is closed after its time keeps the reason and the unit that was late (A-13)"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step", sa.Column("late_reason", sa.String(500), nullable=False, server_default=""))
    op.add_column("step", sa.Column("late_unit_id", sa.Uuid(), nullable=True))
