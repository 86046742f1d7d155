"""Which rows a search may show now, whatever its index says: what is visible, what changed (S-4, X-3)."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session, load_only

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Unit
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.models.visibility import visible_sets
from docctl.queries.revision_states import STATES, in_force_at, readable_revision
from docctl.queries.search_texts import FOUND

#: What a hit shows of a revision: its manifest and its paper are larger than all of it.
_SHOWN: Final = (
    Revision.id,
    Revision.document_id,
    Revision.title,
    Revision.label,
    Revision.status,
    Revision.effective_from,
    Revision.effective_until,
    Revision.valid_until,
    Revision.created_at,
)

#: States that follow from dates, as the condition on a revision.
NOW: Final = {
    one: STATES[one] for one in ("in_force", "suspended", "expired", "waiting", "superseded", "withdrawn")
}


def no_longer_found(
    session: Session,
    actor: Actor,
    *,
    state: str,
    with_obsolete: bool,
    position: int,
    newest: int,
    at: datetime,
) -> frozenset[str]:
    """Return the index's ids of what changed after its cursor and is not to be found any more (S-4).

    `newest` is the number of the newest event, `position` the cursor.
    """
    if newest <= position:
        return frozenset()
    kinds = set(session.scalars(select(EventRow.subject_kind).where(EventRow.seq > position).distinct()))
    gone: set[str] = set()
    if "document" in kinds:
        revisions = (
            select(Revision.id)
            .join(Document, Document.id == Revision.document_id)
            .where(
                Document.id.in_(_changed("document", position)),
                _not(_may_find(actor, state, with_obsolete, at)),
            )
        )
        gone |= {f"revision:{one}" for one in session.scalars(revisions)}
    if "record" in kinds:
        records = select(Record.id).where(
            Record.id.in_(_changed("record", position)), _not(_may_find_record(actor))
        )
        gone |= {f"record:{one}" for one in session.scalars(records)}
    return frozenset(gone)


def _changed(kind: str, position: int) -> Any:
    return select(EventRow.subject_id).where(EventRow.seq > position, EventRow.subject_kind == kind)


def _not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Negate a condition so that what is unknown counts as not met."""
    return case((condition, 0), else_=1) == 1


def _may_find(actor: Actor, state: str, with_obsolete: bool, at: Any) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [
        Revision.status != RevisionStatus.DISCARDED,
        readable_revision(actor, at),
    ]
    if state in NOW:
        conditions.append(NOW[state](at))
    elif not with_obsolete:
        conditions.append(or_(Revision.effective_from.is_(None), in_force_at(at), STATES["waiting"](at)))
    return and_(*conditions)


def _may_find_record(actor: Actor) -> ColumnElement[bool]:
    return and_(Record.status.in_(FOUND), Record.access_set_id.in_(visible_sets(actor)))


# Built once for each person and way of asking: building them takes longer than asking them.


@lru_cache(maxsize=1024)
def revisions_shown(actor: Actor, state: str, with_obsolete: bool) -> Select[*tuple[Any, ...]]:
    """Return the query for revisions with `ids` that the person may find `at` an instant."""
    return (
        select(Revision, Document.number, Unit.name)
        .join(Document, Document.id == Revision.document_id)
        .join(Unit, Unit.id == Document.unit_id)
        .where(
            Revision.id.in_(bindparam("ids", expanding=True)),
            _may_find(actor, state, with_obsolete, bindparam("at")),
        )
        .options(load_only(*_SHOWN, raiseload=True))
    )


@lru_cache(maxsize=1024)
def records_shown(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return the query for records with `ids` that the person may find."""
    return (
        select(
            Record.id,
            Record.number,
            Record.title,
            Record.status,
            Record.keep_until,
            Record.occurred_at,
            Unit.name.label("unit"),
        )
        .join(Unit, Unit.id == Record.unit_id)
        .where(Record.id.in_(bindparam("ids", expanding=True)), _may_find_record(actor))
    )
