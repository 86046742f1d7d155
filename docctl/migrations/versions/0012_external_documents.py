"""Documents from outside, with who issued them and their number there (D-9)"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "document", sa.Column("is_external", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    for name in ("issuer", "issuer_number"):
        op.add_column("document", sa.Column(name, sa.String(length=200), server_default="", nullable=False))
