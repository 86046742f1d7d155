"""Tables of past records on their way in (I-2)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "record_import",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column(
            "state",
            one_of("runstate", "receiving", "reading", "checking", "importing", "done", "cancelled"),
            nullable=False,
        ),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("table_path", sa.String(length=1000), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["document.id"], name=op.f("fk_record_import_form_id")),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name=op.f("fk_record_import_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_import")),
    )
    op.create_index("ix_record_import_state", "record_import", ["state", "host"], unique=False)
    op.create_table(
        "record_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            one_of("rowstatus", "waiting", "ready", "duplicate", "failed", "filed"),
            nullable=False,
        ),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["record_import.id"], name=op.f("fk_record_import_row_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_import_row")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_record_import_row_import_id_number")),
    )
    op.create_index("ix_record_import_row_status", "record_import_row", ["import_id", "status"], unique=False)
