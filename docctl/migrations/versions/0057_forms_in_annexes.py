"""Revisions name the forms in their annexes (N-12)"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annex_form",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["document.id"], name=op.f("fk_annex_form_form_id_document")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_annex_form_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("revision_id", "form_id", name=op.f("pk_annex_form")),
        sa.UniqueConstraint("revision_id", "ordinal", name=op.f("uq_annex_form_revision_id_ordinal")),
    )
    op.create_index("ix_annex_form_form", "annex_form", ["form_id"])
