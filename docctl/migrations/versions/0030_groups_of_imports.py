"""Files of an import are grouped by a keyed digest, and counted and chosen by an index alone (I-1)"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The digest needs the key of the run, which no migration has: the first correction of a run makes them.
    op.add_column("import_file", sa.Column("group_key", sa.String(length=40), nullable=True))
    op.drop_index("ix_import_file_state", table_name="import_file")
    for name, columns in (
        ("ix_import_file_state", ["run_id", "state", "place", "ordinal", "choice", "checked_at"]),
        ("ix_import_file_group", ["run_id", "group_key"]),
        ("ix_import_file_series", ["run_id", "series"]),
    ):
        op.create_index(name, "import_file", columns)
