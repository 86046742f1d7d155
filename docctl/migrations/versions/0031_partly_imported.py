"""Files that are checked are imported while the rest of their run stays open (I-1)"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_run", sa.Column("only_checked", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("import_run", sa.Column("ordered", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE import_run SET ordered = total WHERE state = 'importing'")
