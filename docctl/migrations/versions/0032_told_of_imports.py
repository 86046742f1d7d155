"""What was uploaded for an import is named before it is read; people are told what became of it (I-1)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_run", sa.Column("uploads", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "import_notice",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("has_failed", sa.Boolean(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_notice_person_id_person")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_notice_run_id_import_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_notice")),
        sa.UniqueConstraint("run_id", "person_id", name=op.f("uq_import_notice_run_id_person_id")),
    )
    op.create_index("ix_import_notice_person", "import_notice", ["person_id", "seen_at"])
