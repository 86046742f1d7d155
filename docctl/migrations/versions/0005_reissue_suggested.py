"""Types of documents say after how many amendments a reissue is suggested (V-1)"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document_type", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reissue_after", sa.Integer(), nullable=False, server_default="5"))
