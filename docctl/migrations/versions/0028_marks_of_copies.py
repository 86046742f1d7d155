"""Prints of controlled copies bear a mark that says what the copy is worth (D-3)"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("controlled_copy") as table:
        table.add_column(sa.Column("mark", sa.String(40), nullable=True))
        table.create_unique_constraint(op.f("uq_controlled_copy_mark"), ["mark"])
