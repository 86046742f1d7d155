"""Units go into others: their names live on, and which unit owned a document until which day (O-2)"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unit_name", sa.Column("from_unit_id", sa.Uuid(), nullable=True))
    op.create_table(
        "document_owner",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_owner_document_id_document")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_owner_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_owner")),
    )
    op.create_index("ix_document_owner_document", "document_owner", ["document_id", "until_on"])
