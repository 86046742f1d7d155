"""What revisions of forms ask of their records (F-2)"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_definition",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="canonical JSON, as in the manifest (V-13)"),
        sa.Column("names", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_form_definition_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_form_definition_document_id_document")
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_form_definition")),
    )
    op.create_index("ix_form_definition_document", "form_definition", ["document_id"])
