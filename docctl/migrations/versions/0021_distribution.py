"""Distribution lists, controlled copies, who is asked to read (D-1, D-2, D-4, D-8)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "distribution_entry",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(length=420), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removed_reason", sa.String(length=500), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "unit",
                "post",
                "person",
                "place",
                name="holderkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column(
            "medium",
            sa.Enum(
                "paper",
                "screen",
                "posted",
                name="medium",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'place') = (medium = 'posted') AND (kind = 'place') = (place <> '')",
            name=op.f("ck_distribution_entry_place"),
        ),
        sa.CheckConstraint(
            "(kind IN ('unit', 'place')) = (unit_id IS NOT NULL) AND (kind = 'post') = (post_id IS NOT NULL) AND (kind = 'person') = (person_id IS NOT NULL)",
            name=op.f("ck_distribution_entry_one_holder"),
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason = '')",
            name=op.f("ck_distribution_entry_removed_whole"),
        ),
        sa.CheckConstraint("copies BETWEEN 1 AND 50", name=op.f("ck_distribution_entry_copies")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_distribution_entry_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_distribution_entry_post_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_distribution_entry_revision_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_distribution_entry_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_entry")),
        sa.UniqueConstraint("revision_id", "ordinal", name=op.f("uq_distribution_entry_revision_id_ordinal")),
    )
    op.create_table(
        "read_task",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("asked_at <= acknowledged_at", name=op.f("ck_read_task_interval")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_read_task_person_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_read_task_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_task")),
        sa.UniqueConstraint("revision_id", "person_id", name=op.f("uq_read_task_revision_id_person_id")),
    )
    op.create_index("ix_read_task_person", "read_task", ["person_id", "acknowledged_at"], unique=False)
    op.create_table(
        "controlled_copy",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False, comment="分发号"),
        sa.Column("holder", sa.String(length=420), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "issued",
                "received",
                "lost",
                "returned",
                "destroyed",
                name="copystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.Column("receiver", sa.String(length=100), nullable=False),
        sa.Column("recalled_at", Instant(), nullable=True),
        sa.Column("recalled_by", sa.Uuid(), nullable=True),
        sa.Column("recall_reason", sa.String(length=500), nullable=False),
        sa.Column("lost_on", sa.Date(), nullable=True),
        sa.Column("lost_at", Instant(), nullable=True),
        sa.Column("lost_by", sa.Uuid(), nullable=True),
        sa.Column("lost_reason", sa.String(length=500), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.String(length=500), nullable=False),
        sa.Column("witness_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "unit",
                "post",
                "person",
                "place",
                name="holderkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column(
            "medium",
            sa.Enum(
                "paper",
                "screen",
                "posted",
                name="medium",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'place') = (medium = 'posted') AND (kind = 'place') = (place <> '')",
            name=op.f("ck_controlled_copy_place"),
        ),
        sa.CheckConstraint(
            "(kind IN ('unit', 'place')) = (unit_id IS NOT NULL) AND (kind = 'post') = (post_id IS NOT NULL) AND (kind = 'person') = (person_id IS NOT NULL)",
            name=op.f("ck_controlled_copy_one_holder"),
        ),
        sa.CheckConstraint(
            "(recalled_at IS NULL) = (recall_reason = '')", name=op.f("ck_controlled_copy_recalled_whole")
        ),
        sa.CheckConstraint(
            "status <> 'destroyed' OR (witness_id IS NOT NULL AND witness_id <> closed_by AND close_reason <> '')",
            name=op.f("ck_controlled_copy_destroyed_watched"),
        ),
        sa.CheckConstraint(
            "status <> 'lost' OR (lost_at IS NOT NULL AND closed_at IS NULL AND lost_reason <> '')",
            name=op.f("ck_controlled_copy_lost"),
        ),
        sa.CheckConstraint(
            "status <> 'received' OR received_at IS NOT NULL", name=op.f("ck_controlled_copy_received")
        ),
        sa.CheckConstraint(
            "status NOT IN ('issued', 'received') OR (closed_at IS NULL AND lost_at IS NULL)",
            name=op.f("ck_controlled_copy_open"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('returned', 'destroyed') OR (closed_at IS NOT NULL AND closed_by IS NOT NULL AND closed_on IS NOT NULL)",
            name=op.f("ck_controlled_copy_closed"),
        ),
        sa.CheckConstraint(
            "(received_at IS NULL) = (received_by IS NULL) AND (received_at IS NULL) = (received_on IS NULL)",
            name=op.f("ck_controlled_copy_received_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_controlled_copy_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["distribution_entry.id"], name=op.f("fk_controlled_copy_entry_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_controlled_copy_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_controlled_copy_post_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_controlled_copy_revision_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_controlled_copy_unit_id")),
        sa.ForeignKeyConstraint(["witness_id"], ["person.id"], name=op.f("fk_controlled_copy_witness_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_controlled_copy")),
        sa.UniqueConstraint("document_id", "sequence", name=op.f("uq_controlled_copy_document_id_sequence")),
    )
    op.create_index("ix_controlled_copy_issued", "controlled_copy", ["issued_at"], unique=False)
    op.create_index("ix_controlled_copy_person", "controlled_copy", ["person_id", "status"], unique=False)
    op.create_index("ix_controlled_copy_post", "controlled_copy", ["post_id", "status"], unique=False)
    op.create_index("ix_controlled_copy_revision", "controlled_copy", ["revision_id", "status"], unique=False)
    op.create_index("ix_controlled_copy_unit", "controlled_copy", ["unit_id", "status"], unique=False)
