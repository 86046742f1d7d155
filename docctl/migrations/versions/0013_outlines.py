"""The outline of each document's text is kept beside it; the worker reads it of those from before (I-9)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file_reading", sa.Column("outline", sa.Text(), nullable=True))
    op.add_column("file_reading", sa.Column("sealed_outline", sa.LargeBinary(), nullable=True))
    op.add_column("file_reading", sa.Column("outlined_at", Instant(), nullable=True))
    op.execute(
        "UPDATE file_reading SET outlined_at = read_at WHERE file_id NOT IN "
        "(SELECT id FROM item_file WHERE owner_kind = 'revision' AND role = 'main')"
    )
    op.create_index(
        "ix_file_reading_unoutlined",
        "file_reading",
        ["file_id"],
        sqlite_where=sa.text("outlined_at IS NULL"),
        postgresql_where=sa.text("outlined_at IS NULL"),
    )
