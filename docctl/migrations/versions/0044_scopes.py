"""Where revisions apply: units, sites, posts (D-8)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revision_scope",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("unit", "post", name="scopekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=420), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removed_reason", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'post') = (post_id IS NOT NULL)",
            name=op.f("ck_revision_scope_one_place"),
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason = '')",
            name=op.f("ck_revision_scope_removed_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_revision_scope_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_revision_scope_unit_id_unit")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_revision_scope_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_scope")),
    )
    op.create_index("ix_revision_scope_revision", "revision_scope", ["revision_id"])
    op.create_index("ix_revision_scope_unit", "revision_scope", ["unit_id"])
