"""A revision says who drafted it, for which management systems, for how much (D-14, A-7)"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("drafting_unit_id", sa.Uuid(), nullable=True))
    op.add_column("revision", sa.Column("systems", sa.String(60), nullable=False, server_default=""))
    op.add_column("revision", sa.Column("amount", sa.String(40), nullable=False, server_default=""))
