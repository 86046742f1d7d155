"""What people asked to be changed, and of which types a change needs that (V-2)"""

import sqlalchemy as sa
from alembic import op

from docctl.domain.request_content import shipped_requests
from docctl.migrations.begin import begin_kind
from docctl.migrations.rebuild import remade, says
from docctl.models.base import Instant

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_KINDS = ("change", "new", "withdrawal")
_STATES = ("submitted", "returned", "accepted", "answering", "declined", "taken_back", "done")
_OWNERS = "owner_kind IN ('revision', 'record', 'disposal_list')"
_OWNERS_NOW = "owner_kind IN ('revision', 'record', 'disposal_list', 'change_request')"


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{table}.id"], name=op.f(f"fk_change_request_{column}_{table}")
    )


def upgrade() -> None:
    op.create_table(
        "change_request",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", _choice("requestkind", _KINDS), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("type_id", sa.Uuid(), nullable=True),
        sa.Column("access_set_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("basis", sa.String(length=500), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", _choice("requeststatus", _STATES), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("keeper_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision", sa.String(length=500), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'new') = (document_id IS NULL) AND (kind = 'new') = (unit_id IS NOT NULL)"
            " AND (kind = 'new') = (access_set_id IS NOT NULL)",
            name=op.f("ck_change_request_about_one"),
        ),
        sa.CheckConstraint("kind = 'new' OR type_id IS NULL", name=op.f("ck_change_request_type_of_new")),
        sa.CheckConstraint(
            "title <> '' AND what <> '' AND reason <> ''", name=op.f("ck_change_request_said_whole")
        ),
        sa.CheckConstraint(
            "(status IN ('answering', 'done')) = (revision_id IS NOT NULL)",
            name=op.f("ck_change_request_answered_whole"),
        ),
        sa.CheckConstraint(
            "(status = 'done') = (done_at IS NOT NULL)", name=op.f("ck_change_request_done_whole")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decision = '')"
            " AND (status = 'submitted' OR decided_at IS NOT NULL)",
            name=op.f("ck_change_request_decided_whole"),
        ),
        _refers("document_id", "document"),
        _refers("unit_id", "unit"),
        _refers("type_id", "document_type"),
        _refers("access_set_id", "access_set"),
        _refers("asked_by", "person"),
        _refers("keeper_id", "person"),
        _refers("decided_by", "person"),
        _refers("revision_id", "revision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
        sa.UniqueConstraint("number", name=op.f("uq_change_request_number")),
    )
    op.create_index("ix_change_request_document", "change_request", ["document_id", "status"])
    op.create_index("ix_change_request_keeper", "change_request", ["keeper_id", "status"])
    op.create_index("ix_change_request_revision", "change_request", ["revision_id"])
    op.create_index("ix_change_request_status", "change_request", ["status", "due_on"])
    _let_requests_have_files()
    # No change needs a request until the company says so.
    begin_kind(op.get_bind(), "requests", shipped_requests())


def _let_requests_have_files() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        if not says(connection, "item_file", "'change_request'"):
            remade(connection, "item_file", _OWNERS, _OWNERS_NOW)
        return
    op.drop_constraint(op.f("ck_item_file_ownerkind"), "item_file", type_="check")
    op.create_check_constraint(op.f("ck_item_file_ownerkind"), "item_file", _OWNERS_NOW)
