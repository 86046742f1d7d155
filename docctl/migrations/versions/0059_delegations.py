"""People stand in for others at signatures, as far as the route lets them (A-2, A-8)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step", sa.Column("delegable", sa.String(10), nullable=False, server_default="free"))
    op.add_column("step", sa.Column("delegable_post_id", sa.Uuid(), nullable=True))
    op.add_column("signature", sa.Column("principal_name", sa.String(100), nullable=False, server_default=""))
    op.add_column("signature", sa.Column("delegation_id", sa.Uuid(), nullable=True))
    op.create_table(
        "delegation",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("principal_seen_at", Instant(), nullable=True),
        sa.Column("delegate_seen_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.String(500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("principal_id <> delegate_id", name=op.f("ck_delegation_two_people")),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_delegation_interval")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_delegation_reason_given")),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason = '')", name=op.f("ck_delegation_end_reason")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["person.id"], name=op.f("fk_delegation_principal_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["person.id"], name=op.f("fk_delegation_delegate_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_delegate", "delegation", ["delegate_id", "ends_at"])
    op.create_index("ix_delegation_principal", "delegation", ["principal_id", "ends_at"])
    op.create_table(
        "delegation_scope",
        sa.Column("delegation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("type", "unit", name="scopekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("of_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_delegation_scope_delegation_id_delegation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_scope")),
        sa.UniqueConstraint(
            "delegation_id", "kind", "of_id", name=op.f("uq_delegation_scope_delegation_id_kind_of_id")
        ),
    )
