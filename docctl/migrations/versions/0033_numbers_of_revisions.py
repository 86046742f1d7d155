"""A revision keeps the number under which it was issued (N-7)"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("number", sa.String(200), nullable=False, server_default=""))
    op.execute(
        "UPDATE revision SET number = (SELECT d.number FROM document d WHERE d.id = revision.document_id)"
        " WHERE issued_at IS NOT NULL"
    )
