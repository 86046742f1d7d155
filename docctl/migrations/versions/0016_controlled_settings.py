"""Controlled settings with revisions; what companies start with (V-2, W-2, S-6)"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from docctl.domain.controlled import content_of
from docctl.domain.setting_kinds import KINDS
from docctl.models.base import Instant, new_id

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    setting = op.create_table(
        "controlled_setting",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["legal_entity.id"], name=op.f("fk_controlled_setting_entity_id_legal_entity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_controlled_setting")),
        sa.UniqueConstraint("entity_id", "kind", name=op.f("uq_controlled_setting_entity_id_kind")),
    )
    revisions = op.create_table(
        "setting_revision",
        sa.Column("setting_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "in_review",
                "approved",
                "withdrawn",
                "discarded",
                name="settingstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted_from", Instant(), nullable=True),
        sa.Column("manifest", sa.Text(), nullable=True),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("effective_from", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'withdrawn') OR effective_from IS NOT NULL",
            name=op.f("ck_setting_revision_begins_somewhen"),
        ),
        sa.CheckConstraint(
            "ordinal = 1 OR status NOT IN ('approved', 'withdrawn') OR approved_by IS NOT NULL",
            name=op.f("ck_setting_revision_approved"),
        ),
        sa.CheckConstraint(
            "approved_by <> created_by AND approved_by <> submitted_by",
            name=op.f("ck_setting_revision_two_people"),
        ),
        sa.CheckConstraint(
            "approved_at <= effective_from", name=op.f("ck_setting_revision_approved_before_effect")
        ),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR ended_at < effective_from",
            name=op.f("ck_setting_revision_withdrawn_before_effect"),
        ),
        sa.ForeignKeyConstraint(
            ["setting_id"],
            ["controlled_setting.id"],
            name=op.f("fk_setting_revision_setting_id_controlled_setting"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_revision")),
        sa.UniqueConstraint("setting_id", "ordinal", name=op.f("uq_setting_revision_setting_id_ordinal")),
    )
    approved, open_ = sa.text("status = 'approved'"), sa.text("status IN ('draft', 'in_review')")
    op.create_index(
        "uq_setting_revision_begins",
        "setting_revision",
        ["setting_id", "effective_from"],
        unique=True,
        sqlite_where=approved,
        postgresql_where=approved,
    )
    op.create_index(
        "uq_setting_revision_open",
        "setting_revision",
        ["setting_id"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )
    # A company that is there starts with what a new one starts with, from now on.
    connection, now = op.get_bind(), datetime.now(UTC)
    entities = sa.table("legal_entity", sa.column("id", sa.Uuid()))
    for entity_id in connection.execute(sa.select(entities.c.id)).scalars().all():
        for kind in ("calendar", "synonyms"):
            content, digest = content_of(KINDS[kind].shipped())
            setting_id = new_id()
            connection.execute(setting.insert().values(id=setting_id, entity_id=entity_id, kind=kind))
            connection.execute(
                revisions.insert().values(
                    id=new_id(),
                    setting_id=setting_id,
                    ordinal=1,
                    status="approved",
                    content=content,
                    content_sha256=digest,
                    reason="",
                    created_at=now,
                    editors=[],
                    returned_reason="",
                    effective_from=now,
                    end_reason="",
                    row_version=1,
                )
            )
