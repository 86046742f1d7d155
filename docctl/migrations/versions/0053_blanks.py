"""Printed blanks and bound books with their numbers (D-10)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_STATES = ("store", "out", "lost", "used", "void", "returned", "destroyed")


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    _prints()
    _issues()
    _ends()


def _prints() -> None:
    op.create_table(
        "blank_print",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.Column("book_size", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("printed_on", sa.Date(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("ended_in_store", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _check("blank_print", "row", "first >= 0 AND first <= last"),
        _check("blank_print", "book", "book_size >= 0"),
        _check("blank_print", "counted", "issued >= 0 AND ended >= 0 AND ended_in_store >= 0"),
        _check("blank_print", "never_more", "issued + ended_in_store <= last - first + 1"),
        _check("blank_print", "ended_once", "ended <= last - first + 1"),
        _refers("blank_print", "document_id", "document"),
        _refers("blank_print", "revision_id", "revision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blank_print")),
    )
    op.create_index("ix_blank_print_document", "blank_print", ["document_id", "prefix", "first"])
    op.create_index("ix_blank_print_revision", "blank_print", ["revision_id"])
    op.create_index("ix_blank_print_scope", "blank_print", ["scope", "first"])


def _issues() -> None:
    op.create_table(
        "blank_issue",
        sa.Column("print_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.Column("receiver", sa.String(length=100), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _check("blank_issue", "row", "first <= last"),
        _check(
            "blank_issue",
            "received_whole",
            "(received_at IS NULL) = (received_by IS NULL) AND (received_at IS NULL) = (received_on IS NULL)",
        ),
        _check("blank_issue", "never_more", "ended BETWEEN 0 AND last - first + 1"),
        _refers("blank_issue", "print_id", "blank_print"),
        _refers("blank_issue", "unit_id", "unit"),
        _refers("blank_issue", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blank_issue")),
    )
    op.create_index("ix_blank_issue_print", "blank_issue", ["print_id", "first"])
    op.create_index("ix_blank_issue_unit", "blank_issue", ["unit_id"])
    op.create_index("ix_blank_issue_person", "blank_issue", ["person_id"])


def _ends() -> None:
    op.create_table(
        "blank_end",
        sa.Column("print_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="blankstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("was_lost", sa.Boolean(), nullable=False),
        sa.Column("normal", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("witness_id", sa.Uuid(), nullable=True),
        sa.Column("noted_at", Instant(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _check("blank_end", "row", "first <= last"),
        _check("blank_end", "is_end", "state IN ('used', 'void', 'returned', 'destroyed', 'lost')"),
        _check("blank_end", "reason_given", "state IN ('used', 'returned') OR reason <> ''"),
        _check("blank_end", "used_alone", "state <> 'used' OR (first = last AND normal <> '')"),
        _check("blank_end", "destroyed_watched", "(state = 'destroyed') = (witness_id IS NOT NULL)"),
        _check("blank_end", "witness_other", "witness_id IS NULL OR witness_id <> noted_by"),
        _check("blank_end", "found", "NOT (was_lost AND state IN ('lost', 'void'))"),
        _refers("blank_end", "print_id", "blank_print"),
        _refers("blank_end", "issue_id", "blank_issue"),
        _refers("blank_end", "witness_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blank_end")),
    )
    op.create_index("ix_blank_end_print", "blank_end", ["print_id", "first"])
    op.create_index("ix_blank_end_issue", "blank_end", ["issue_id", "state"])
    op.create_index("ix_blank_end_normal", "blank_end", ["normal"])
