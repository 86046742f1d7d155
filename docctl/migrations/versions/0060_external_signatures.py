"""People without an account sign revisions, vouched for from inside, with evidence (A-5)"""

import sqlalchemy as sa
from alembic import op

from docctl.migrations.rebuild import remade, says
from docctl.models.base import Instant

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_OWNERS = "owner_kind IN ('revision', 'record', 'disposal_list', 'change_request')"
_OWNERS_NOW = "owner_kind IN ('revision', 'record', 'disposal_list', 'change_request', 'external_signature')"


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "external_signature",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column(
            "meaning", _choice("externalmeaning", "agree", "seen", "received", "witness"), nullable=False
        ),
        sa.Column("how", _choice("how", "handwriting", "scan", "phone"), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("vouched_by", sa.Uuid(), nullable=False),
        sa.Column("vouched_name", sa.String(length=100), nullable=False),
        sa.Column("vouched_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "name <> '' AND organisation <> ''", name=op.f("ck_external_signature_signer_named")
        ),
        sa.CheckConstraint("how <> 'phone' OR note <> ''", name=op.f("ck_external_signature_read_back_told")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_external_signature_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(
            ["vouched_by"], ["person.id"], name=op.f("fk_external_signature_vouched_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_signature")),
    )
    op.create_index("ix_external_signature_revision", "external_signature", ["revision_id", "vouched_at"])
    op.create_table(
        "external_withdrawal",
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_external_withdrawal_reason_given")),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["external_signature.id"],
            name=op.f("fk_external_withdrawal_signature_id_external_signature"),
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["person.id"], name=op.f("fk_external_withdrawal_withdrawn_by_person")
        ),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_external_withdrawal")),
    )
    _let_them_have_files()


def _let_them_have_files() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        if not says(connection, "item_file", "'external_signature'"):
            remade(connection, "item_file", _OWNERS, _OWNERS_NOW)
        return
    op.drop_constraint(op.f("ck_item_file_ownerkind"), "item_file", type_="check")
    op.create_check_constraint(op.f("ck_item_file_ownerkind"), "item_file", _OWNERS_NOW)
