"""Copies of imports are encrypted, and imports that nobody works on end (R-7, I-1); clauses of citations (D-13)"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("record_import", sa.Column("key_destroyed_at", Instant(), nullable=True))
    now = datetime.now(UTC)  # what is open has its whole time before it
    for table in ("import_run", "record_import"):
        given = "1970-01-01 00:00:00+00:00"  # SQLite adds no column without; each row gets its own
        op.add_column(table, sa.Column("touched_at", Instant(), nullable=False, server_default=given))
        op.add_column(table, sa.Column("ends_on", sa.Date(), nullable=True))
        row = sa.table(table, sa.column("touched_at", Instant()))
        op.execute(row.update().values(touched_at=now))
    # What the worker has cited without a clause is looked through once more, now that clauses are there.
    op.execute(
        "UPDATE file_reading SET cited_at = NULL WHERE (outline IS NOT NULL OR sealed_outline IS NOT NULL)"
        " AND file_id IN (SELECT id FROM item_file WHERE owner_kind = 'revision' AND role = 'main')"
    )
