"""Records that wait for their keeper: to accept, or with a correction to decide (F-17, C-3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, not_, true
from sqlalchemy.orm import aliased

from docctl.domain.lifecycle import CorrectionStatus, RecordStatus
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.organisation import Person
from docctl.models.records import Correction, Record
from docctl.models.visibility import visible_sets
from docctl.queries.inbox_row import work
from docctl.queries.record_filter import is_held


def record_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the keeper's work on records, by verb; nobody decides on their own (A-2)."""
    kept = _kept_by(actor)
    if kept is None:
        return {}
    visible = Record.access_set_id.in_(visible_sets(actor))
    filer, corrector = aliased(Person), aliased(Person)
    undecided = exists().where(
        Correction.record_id == Record.id, Correction.status == CorrectionStatus.PENDING
    )
    return {
        "accept": work(
            "record",
            Record.id,
            number=Record.number,
            title=Record.title,
            whose=filer.name,
            since=Record.filed_at,
        )
        .select_from(Record)
        .outerjoin(filer, filer.id == Record.filed_by)
        .where(
            Record.status == RecordStatus.COMPLETED,
            Record.filed_by.is_distinct_from(actor.person_id),
            kept,
            visible,
            not_(undecided),  # the correction is decided first
        ),
        "decide": work(
            "record",
            Record.id,
            part_id=Correction.id,
            number=Record.number,
            title=Record.title,
            whose=corrector.name,
            since=Correction.entered_at,
        )
        .select_from(Correction)
        .join(Record, Record.id == Correction.record_id)
        .join(corrector, corrector.id == Correction.entered_by)
        .where(
            Correction.status == CorrectionStatus.PENDING,
            Correction.entered_by != actor.person_id,
            kept,
            visible,
            not_(is_held()),
        ),
    }


def _kept_by(actor: Actor) -> ColumnElement[bool] | None:
    """Return which records the person keeps, or None for somebody who is no keeper."""
    scopes = {unit for role, unit in actor.roles if role is Role.KEEPER}
    if not scopes:
        return None
    return true() if None in scopes else Record.unit_id.in_(sorted(one for one in scopes if one is not None))
