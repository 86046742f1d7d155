"""Formal checks with their points, and returns with the list of what is missing (A-9)"""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from docctl.migrations.rebuild import remade, says
from docctl.models.base import Instant, new_id

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_MEANINGS = ("review", "approve", "correct", "accept", "check", "approve_disposal", "execute", "witness")
_BEFORE = ("prepare", *_MEANINGS)
_NOW = ("prepare", "form_check", *_MEANINGS)


def _one_of(values: tuple[str, ...]) -> str:
    return f"meaning IN ({', '.join(repr(one) for one in values)})"


def upgrade() -> None:
    op.add_column("step", sa.Column("points", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    for table in ("step", "signature"):
        _let_it_mean_more(table)
    op.create_table(
        "revision_return",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "meaning",
            sa.Enum(*_NOW, name="meaning", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("step_name", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("returned_by", sa.Uuid(), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("returned_at", Instant(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_revision_return_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(
            ["returned_by"], ["person.id"], name=op.f("fk_revision_return_returned_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_of"], ["person.id"], name=op.f("fk_revision_return_on_behalf_of_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_return")),
        sa.UniqueConstraint("revision_id", "ordinal", name=op.f("uq_revision_return_revision_id_ordinal")),
    )
    op.create_index("ix_revision_return_at", "revision_return", ["returned_at"])
    op.create_table(
        "return_item",
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(done_by IS NULL) = (done_at IS NULL)", name=op.f("ck_return_item_done_by_and_at")
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["revision_return.id"], name=op.f("fk_return_item_return_id_revision_return")
        ),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_return_item_done_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_item")),
        sa.UniqueConstraint("return_id", "ordinal", name=op.f("uq_return_item_return_id_ordinal")),
    )
    _count_past_returns()


def _let_it_mean_more(table: str) -> None:
    connection, before, now = op.get_bind(), _one_of(_BEFORE), _one_of(_NOW)
    if connection.dialect.name == "sqlite":
        if not says(connection, table, now):
            remade(connection, table, before, now)
        return
    op.drop_constraint(op.f(f"ck_{table}_meaning"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_meaning"), table, now)


_EVENT = sa.table(
    "event",
    sa.column("seq", sa.Integer()),
    sa.column("occurred_at", Instant()),
    sa.column("actor_id", sa.Uuid()),
    sa.column("on_behalf_of", sa.Uuid()),
    sa.column("action", sa.String()),
    sa.column("subject_version", sa.String()),
    sa.column("facts", sa.Text()),
)
_DETAIL = sa.table("event_detail", sa.column("seq", sa.Integer()), sa.column("bytes", sa.LargeBinary()))
_STEP = sa.table(
    "step",
    sa.column("revision_id", sa.Uuid()),
    sa.column("round", sa.Integer()),
    sa.column("status", sa.String()),
    sa.column("meaning", sa.String()),
    sa.column("name", sa.String()),
)
_RETURN = sa.table(
    "revision_return",
    sa.column("id", sa.Uuid()),
    sa.column("revision_id", sa.Uuid()),
    sa.column("ordinal", sa.Integer()),
    sa.column("round", sa.Integer()),
    sa.column("meaning", sa.String()),
    sa.column("step_name", sa.String()),
    sa.column("reason", sa.Text()),
    sa.column("returned_by", sa.Uuid()),
    sa.column("on_behalf_of", sa.Uuid()),
    sa.column("returned_at", Instant()),
)
_AT_ONCE = 500


def _count_past_returns() -> None:
    """Count what the trail tells of: who returned it, when, why, and which step was open."""
    connection, times, newest = op.get_bind(), dict[UUID, int](), 0
    steps = {
        (one.revision_id, one.round): (one.meaning, one.name)
        for one in connection.execute(
            sa.select(_STEP.c.revision_id, _STEP.c.round, _STEP.c.meaning, _STEP.c.name).where(
                _STEP.c.status == "returned"
            )
        )
    }
    query = (
        sa.select(_EVENT, _DETAIL.c.bytes)
        .outerjoin(_DETAIL, _DETAIL.c.seq == _EVENT.c.seq)
        .where(_EVENT.c.action == "revision.returned", _EVENT.c.actor_id.is_not(None))
        .order_by(_EVENT.c.seq)
        .limit(_AT_ONCE)
    )
    while found := connection.execute(query.where(_EVENT.c.seq > newest)).all():
        newest = found[-1].seq
        rows = []
        for one in found:
            revision_id, number = UUID(one.subject_version), json.loads(one.facts).get("round", 0)
            times[revision_id] = times.get(revision_id, 0) + 1
            meaning, name = steps.get((revision_id, number), (None, ""))
            reason = json.loads(one.bytes).get("comment", "") if one.bytes else ""
            rows.append(
                {
                    "id": new_id(),
                    "revision_id": revision_id,
                    "ordinal": times[revision_id],
                    "round": number,
                    "meaning": meaning,
                    "step_name": name,
                    "reason": reason,
                    "returned_by": one.actor_id,
                    "on_behalf_of": one.on_behalf_of,
                    "returned_at": one.occurred_at,
                }
            )
        connection.execute(sa.insert(_RETURN), rows)
