"""People of outside organisations are bound to a purpose and a day, and items are shared with these (O-7)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_binding",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("bound_at", Instant(), nullable=False),
        sa.Column("bound_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_partner_binding_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_binding")),
    )
    op.create_index("ix_partner_binding_person", "partner_binding", ["person_id", "bound_at"])
    op.create_table(
        "partner_share",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("item_kind", sa.String(length=20), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("shared_at", Instant(), nullable=False),
        sa.Column("shared_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("item_kind IN ('document', 'record')", name=op.f("ck_partner_share_kind")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_partner_share_ended_whole")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_partner_share_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_share")),
    )
    op.create_index("ix_partner_share_unit", "partner_share", ["unit_id", "ends_at"])
    op.create_index("ix_partner_share_item", "partner_share", ["item_id"])
