"""People are told by e-mail what waits for them; how a delivery ended, and for whom it was (A-4)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("subject_id", sa.Uuid(), nullable=True))
    op.add_column("delivery", sa.Column("outcome", sa.String(length=20), server_default="", nullable=False))
    op.create_index("ix_delivery_subject", "delivery", ["subject_id", "done_at", "key"])
    op.create_table(
        "mail_address",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", Instant(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_since", Instant(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("problem_at", Instant(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.CheckConstraint("hour IS NULL OR hour BETWEEN 0 AND 23", name=op.f("ck_mail_address_hour_of_day")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_address_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_address")),
    )
    op.create_table(
        "mail_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "told",
            sa.Enum(
                "none",
                "at_once",
                "daily",
                name="when",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_choice_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "mail_told",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=140), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_told_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_mail_told")),
    )
