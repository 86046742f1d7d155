"""A step keeps the class of the authority table that found its signer (A-7)"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step", sa.Column("authority", sa.String(40), nullable=False, server_default=""))
