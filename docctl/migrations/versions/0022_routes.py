"""Routes are a controlled setting; those of the types of documents become its first revision (A-1, V-2)"""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from docctl.domain.controlled import content_of
from docctl.domain.limits import Limit, LimitUnit
from docctl.domain.route_content import check_routes, shipped_routes, standard_route
from docctl.domain.step_limits import USUAL, limit_from_data
from docctl.models.base import Instant, new_id

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TYPES = sa.table("document_type", sa.column("code", sa.String()), sa.column("route", sa.JSON()))
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
    op.add_column("step", sa.Column("stage", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("step", sa.Column("name", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("step", sa.Column("is_separate", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute("UPDATE step SET stage = position")
    connection = op.get_bind()
    limits = {}
    for code, data in connection.execute(sa.select(_TYPES.c.code, _TYPES.c.route).order_by(_TYPES.c.code)):
        limits[code] = _limits(json.loads(data) if isinstance(data, str) else data)
    _keep_limits_of_waiting_steps(connection, limits)
    content, digest = content_of(_content(limits))
    # As the first revisions of the other rules: since the first event, for these were the routes since then.
    events = sa.table("event", sa.column("recorded_at", Instant()))
    now = connection.execute(sa.select(sa.func.min(events.c.recorded_at))).scalar() or datetime.now(UTC)
    entities = sa.table("legal_entity", sa.column("id", sa.Uuid()))
    for entity_id in connection.execute(sa.select(entities.c.id)).scalars().all():
        setting_id = new_id()
        connection.execute(_SETTING.insert().values(id=setting_id, entity_id=entity_id, kind="routes"))
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
    op.execute("ALTER TABLE document_type DROP COLUMN route")


def _limits(route: list[dict[str, Any]]) -> tuple[Limit, Limit]:
    """Return how long review and approval may take by a stored route; a number of days was of natural days."""
    found = {}
    for one in route:
        if one.get("limit"):
            found[one["meaning"]] = limit_from_data(one["limit"])
        elif one.get("days"):
            found[one["meaning"]] = Limit(int(one["days"]), LimitUnit.DAYS)
    return found.get("review", USUAL), found.get("approve", USUAL)


def _keep_limits_of_waiting_steps(connection: sa.Connection, limits: dict[str, tuple[Limit, Limit]]) -> None:
    """Give the steps that have yet to open the time that their route gave them."""
    waiting = sa.text(
        "UPDATE step SET limit_amount = :amount, limit_unit = :unit WHERE status = 'waiting' AND meaning = :meaning "
        "AND limit_amount IS NULL AND revision_id IN (SELECT r.id FROM revision r JOIN document d "
        "ON d.id = r.document_id JOIN document_type t ON t.id = d.type_id WHERE t.code = :code)"
    )
    for code, pair in limits.items():
        for meaning, limit in zip(("review", "approve"), pair, strict=True):
            connection.execute(
                waiting,
                {"amount": limit.amount, "unit": limit.unit.value, "meaning": meaning, "code": code},
            )


def _content(limits: dict[str, tuple[Limit, Limit]]) -> dict[str, Any]:
    """Return one route for all types, and one before it for each kind of type that has other times."""
    by_limits: dict[tuple[Limit, Limit], list[str]] = {}
    for code, pair in limits.items():
        by_limits.setdefault(pair, []).append(code)
    if not by_limits:
        return shipped_routes()
    rest = max(by_limits, key=lambda pair: (len(by_limits[pair]), pair == (USUAL, USUAL)))
    others = [
        standard_route(f"标准 {' '.join(codes)}"[:40], codes, pair)
        for pair, codes in by_limits.items()
        if pair != rest
    ]
    return check_routes({"routes": [*others, standard_route("标准", [], rest)]})
