"""Texts of files are encrypted with their item's key; the worker seals those that are there (R-7)"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain columns without a default: no row is written anew. The keys are not the database's to use.
    op.add_column("file_reading", sa.Column("sealed_text", sa.LargeBinary(), nullable=True))
    op.add_column("file_reading", sa.Column("sealed_html", sa.LargeBinary(), nullable=True))
    op.create_index(
        "ix_file_reading_plain",
        "file_reading",
        ["file_id"],
        unique=False,
        sqlite_where=sa.text("sealed_text IS NULL"),
        postgresql_where=sa.text("sealed_text IS NULL"),
    )
