"""What was found in the texts of drafts, the answers to it, and which checks there are (D-12)"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from docctl.domain.check_content import shipped_checks
from docctl.domain.controlled import content_of
from docctl.models.base import Instant, new_id

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_SETTING = sa.table(
    "controlled_setting",
    sa.column("id", sa.Uuid()),
    sa.column("entity_id", sa.Uuid()),
    sa.column("kind", sa.String()),
)
_REVISION = sa.table(
    "setting_revision",
    sa.column("id", sa.Uuid()),
    sa.column("setting_id", sa.Uuid()),
    sa.column("ordinal", sa.Integer()),
    sa.column("status", sa.String()),
    sa.column("content", sa.Text()),
    sa.column("content_sha256", sa.String()),
    sa.column("reason", sa.Text()),
    sa.column("created_at", Instant()),
    sa.column("editors", sa.JSON()),
    sa.column("returned_reason", sa.Text()),
    sa.column("effective_from", Instant()),
    sa.column("end_reason", sa.Text()),
    sa.column("calendar", sa.String()),
    sa.column("is_provisional", sa.Boolean()),
    sa.column("row_version", sa.Integer()),
)


def upgrade() -> None:
    op.create_table(
        "text_check",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", Instant(), nullable=False),
        sa.Column("words_sha256", sa.String(length=64), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("sealed_found", sa.LargeBinary(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["item_file.id"], name=op.f("fk_text_check_file_id_item_file")),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_text_check")),
    )
    op.create_table(
        "check_answer",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "not_listed",
                "not_cited",
                "same_name",
                "near_name",
                "other_title",
                "replaced",
                "clause_twice",
                "clause_missing",
                "clause_misplaced",
                "named_absent",
                "not_named",
                "vague_time",
                "unread",
                name="check",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("finding", sa.String(length=64), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_check_answer_reason_given")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_check_answer_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_check_answer_answered_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_answer")),
    )
    op.create_index("ix_check_answer_revision", "check_answer", ["revision_id", "answered_at"])
    # Everything is shown, and nothing holds an issue back until the company says so. As the first revisions of
    # the other rules: since the first event.
    connection = op.get_bind()
    events = sa.table("event", sa.column("recorded_at", Instant()))
    now = connection.execute(sa.select(sa.func.min(events.c.recorded_at))).scalar() or datetime.now(UTC)
    content, digest = content_of(shipped_checks())
    entities = sa.table("legal_entity", sa.column("id", sa.Uuid()))
    for entity_id in connection.execute(sa.select(entities.c.id)).scalars().all():
        setting_id = new_id()
        connection.execute(_SETTING.insert().values(id=setting_id, entity_id=entity_id, kind="checks"))
        connection.execute(
            _REVISION.insert().values(
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
                calendar="natural",
                is_provisional=False,
                row_version=1,
            )
        )
