"""Forms are to be filled in each period at a place (N-8)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_PERIODS = ("shift", "day", "week", "month", "quarter", "year")


def upgrade() -> None:
    op.create_table(
        "continuity_rule",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column(
            "period",
            sa.Enum(*_PERIODS, name="period", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("shifts", sa.JSON(), nullable=False),
        sa.Column("days_off", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("declared_at", Instant(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(unit_id IS NULL) <> (post_id IS NULL)", name=op.f("ck_continuity_rule_one_place")
        ),
        sa.CheckConstraint(
            "until_on IS NULL OR from_on <= until_on", name=op.f("ck_continuity_rule_interval")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_continuity_rule_ended_whole")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason = '')", name=op.f("ck_continuity_rule_ended_reason")
        ),
        sa.ForeignKeyConstraint(
            ["form_id"], ["document.id"], name=op.f("fk_continuity_rule_form_id_document")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_continuity_rule_unit_id_unit")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_continuity_rule_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_continuity_rule")),
    )
    op.create_index("ix_continuity_rule_form", "continuity_rule", ["form_id"])
    op.create_table(
        "continuity_explanation",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("explained_at", Instant(), nullable=False),
        sa.Column("explained_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_continuity_explanation_reason_given")),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["continuity_rule.id"],
            name=op.f("fk_continuity_explanation_rule_id_continuity_rule"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_continuity_explanation")),
        sa.UniqueConstraint("rule_id", "slot", name=op.f("uq_continuity_explanation_rule_id_slot")),
    )
