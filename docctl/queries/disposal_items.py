"""The items of a disposal list as a page shows them: of hidden ones the number alone (R-6, X-3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.domain.verdicts import Param, Refused
from docctl.models.holding import HELD
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, ItemStatus
from docctl.models.visibility import sets_of
from docctl.queries.hold_names import names_holds
from docctl.queries.record_holds import HoldLine, hold_lines, standing_holds

PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A record on the list; of a hidden one only the number is known: `record_id` is None (X-3)."""

    record_id: UUID | None
    ordinal: int
    number: str
    title: str
    unit_name: str
    occurred_on: date | None
    keep_until: date | None
    class_name: str
    basis: str
    status: str
    is_held: bool
    reason: str
    spared_by: Refused | None
    prolonged_until: date | None
    destroyed_at: datetime | None
    #: The holds that keep it on its way, or kept it from being destroyed, for who may know them (R-5, S-7).
    holds: tuple[HoldLine, ...] = ()


def items(session: Session, actor: Actor, list_id: UUID, page: int) -> tuple[ItemLine, ...]:
    """Return a page of a list's items in their order (X-3)."""
    seen = sets_of(session, actor)
    found = session.execute(
        select(DisposalItem, Record.access_set_id, HELD.label("held"))
        .join(Record, Record.id == DisposalItem.record_id)
        .where(DisposalItem.list_id == list_id)
        .order_by(DisposalItem.ordinal)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    shown = [(one.DisposalItem, one.held) for one in found if one.access_set_id in seen]
    holds = _holds(session, shown) if names_holds(actor) else {}
    return tuple(
        _line(
            one.DisposalItem,
            one.held,
            visible=one.access_set_id in seen,
            holds=holds.get(one.DisposalItem.record_id, ()),
        )
        for one in found
    )


def _holds(
    session: Session, shown: Collection[tuple[DisposalItem, bool]]
) -> dict[UUID, tuple[HoldLine, ...]]:
    """Return by record the holds that stand, and of what left the list those that stood then (R-5, S-7)."""
    standing = [item.record_id for item, held in shown if held and item.status is ItemStatus.INCLUDED]
    then = {(item.record_id, UUID(one)) for item, _ in shown for one in item.proof.get("holds", ())}
    return standing_holds(session, standing) | hold_lines(session, then)


def _line(item: DisposalItem, held: bool, *, visible: bool, holds: tuple[HoldLine, ...]) -> ItemLine:
    because = item.proof.get("because")
    return ItemLine(
        record_id=item.record_id if visible else None,
        ordinal=item.ordinal,
        number=item.number,
        title=item.title if visible else "",
        unit_name=item.unit_name if visible else "",
        occurred_on=item.occurred_on if visible else None,
        keep_until=item.keep_until if visible else None,
        class_name=item.class_name if visible else "",
        basis=item.basis if visible else "",
        status=item.status.value,
        is_held=held and visible,
        reason=item.reason if visible and not because else "",
        spared_by=refusal_of(because) if because and visible else None,
        prolonged_until=item.prolonged_until if visible else None,
        destroyed_at=item.destroyed_at,
        holds=holds,
    )


def hidden(session: Session, actor: Actor, list_id: UUID) -> int:
    """Return how many items the person may not see (X-3)."""
    return (
        session.scalar(
            select(func.count())
            .select_from(DisposalItem)
            .join(Record, Record.id == DisposalItem.record_id)
            .where(
                DisposalItem.list_id == list_id,
                Record.access_set_id.not_in(sorted(sets_of(session, actor))),
            )
        )
        or 0
    )


def refusal_of(stored: Mapping[str, Any]) -> Refused:
    """Return a refusal that was kept beside a list or an item."""
    return Refused(
        stored["rule"], stored["code"], {name: _param(one) for name, one in stored["params"].items()}
    )


def _param(value: str | int) -> Param:
    """Read an instant or a day again from how it was kept."""
    if isinstance(value, str):
        for kind in (date, datetime):
            try:
                return kind.fromisoformat(value)
            except ValueError:
                continue
    return value
