"""The page of one controlled copy, and what may be done with it now (D-1, D-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import (
    OPEN,
    CopyAction,
    CopyFacts,
    Medium,
    copy_state,
    may_move_copy,
    may_print,
    may_recall,
)
from docctl.domain.lifecycle import revision_state
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Document, Revision
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import Unit
from docctl.models.visibility import visible_sets
from docctl.queries.copy_states import held_by
from docctl.queries.document_actions import Offered
from docctl.queries.number_found import require_one
from docctl.queries.number_holders import entity_written
from docctl.queries.revision_views import names_of

#: Permission of each action, in the order of the page.
_ACTIONS = {
    CopyAction.RECEIVE: "copy.receive",
    CopyAction.RETURN: "copy.return",
    CopyAction.DESTROY: "copy.destroy",
    CopyAction.LOSE: "copy.lose",
    CopyAction.RECALL: "copy.recall",
}


@dataclass(frozen=True, slots=True)
class CopyPage:
    """A copy with its story; days are stated ones. `is_control`: may note what others signed on paper."""

    copy_id: UUID
    row_version: int
    document_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str
    revision_state: str
    unit_name: str
    copy: str
    kind: str
    holder: str
    medium: str
    state: str
    issued_on: date
    issued_by: str
    received_on: date | None
    received_by: str
    receiver: str
    recalled_since: datetime | None
    recalled_by: str
    recall_reason: str
    lost_on: date | None
    lost_by: str
    lost_reason: str
    closed_on: date | None
    closed_by: str
    close_reason: str
    witness: str
    is_insider: bool
    is_control: bool
    #: Printing with number and mark, where the person may; with the reason where it may not be now.
    print: Offered | None
    actions: tuple[Offered, ...]

    def action(self, name: str) -> Offered | None:
        """Return an action that the page offers."""
        return next((one for one in self.actions if one.name == name), None)


def copy_page(session: Session, actor: Actor, copy_id: UUID, *, at: datetime, zone: tzinfo) -> CopyPage:
    """Return a copy's page; raise NotFound for who neither holds it nor knows the document from inside."""
    today = at.astimezone(zone).date()
    found = session.execute(
        select(
            ControlledCopy,
            Document,
            Revision,
            Unit.name,
            Document.insider_set_id.in_(visible_sets(actor)),
            held_by(actor, today),
        )
        .join(Document, Document.id == ControlledCopy.document_id)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .join(Unit, Unit.id == Document.unit_id)
        .where(ControlledCopy.id == copy_id)
    ).first()
    if found is None or not (found[4] or found[5]):
        raise NotFound("copy")
    copy, document, revision, unit_name, insider, mine = found
    names = names_of(
        session,
        (copy.issued_by, copy.received_by, copy.recalled_by, copy.lost_by, copy.closed_by, copy.witness_id),
    )

    def name(person: UUID | None) -> str:
        return names.get(person, "") if person else ""

    state = copy.facts(revision.over_since(document))
    since = state.recalled_since
    facts = Facts(
        unit_id=document.unit_id,
        assignees=frozenset({actor.person_id} if mine and actor.person_id else ()),
        visible=bool(mine),
        insider=bool(insider),
    )
    return CopyPage(
        copy_id=copy.id,
        row_version=copy.row_version,
        document_id=document.id,
        revision_id=revision.id,
        number=document.number,
        title=revision.title,
        label=revision.label,
        revision_state=revision_state(revision.dates(), at).value,
        unit_name=unit_name,
        copy=copy.number,
        kind=copy.kind.value,
        holder=copy.holder,
        medium=copy.medium.value,
        state=copy_state(copy.status, since, at),
        issued_on=copy.issued_on,
        issued_by=name(copy.issued_by),
        received_on=copy.received_on,
        received_by=name(copy.received_by),
        receiver=copy.receiver,
        recalled_since=since.astimezone(zone) if since and since <= at else None,
        recalled_by=name(copy.recalled_by),
        recall_reason=copy.recall_reason,
        lost_on=copy.lost_on,
        lost_by=name(copy.lost_by),
        lost_reason=copy.lost_reason,
        closed_on=copy.closed_on,
        closed_by=name(copy.closed_by),
        close_reason=copy.close_reason,
        witness=name(copy.witness_id),
        is_insider=bool(insider),
        is_control=allows(actor, "copy.destroy", facts),
        print=_print(actor, facts, state, at),
        actions=_offered(actor, facts, state, at),
    )


def _offered(actor: Actor, facts: Facts, state: CopyFacts, at: datetime) -> tuple[Offered, ...]:
    """Return what may be done; what a rule forbids is shown with the reason before the click."""
    is_control = allows(actor, "copy.destroy", facts)
    found = []
    for action, permission in _ACTIONS.items():
        if not allows(actor, permission, facts):
            continue
        verdict = may_move_copy(state, action)
        if action is CopyAction.RECALL and verdict:
            verdict = may_recall(state, reason="-", at=at)
        if action is CopyAction.RETURN and verdict and not is_control and state.medium.value != "screen":
            verdict = Refused("D-2", "control_takes_back", {"number": state.number})
        found.append(Offered(action.value, verdict if isinstance(verdict, Refused) else None))
    allowed = [one.name for one in found if one.refused is None]
    if not allowed and not any(map(_says, found)):
        return ()
    called = state.recalled_since is not None and state.recalled_since <= at
    wanted = CopyAction.RETURN.value if called else CopyAction.RECEIVE.value
    first = wanted if wanted in allowed else ""  # a loss is never what one is led to
    return tuple(Offered(one.name, one.refused, one.name == first) for one in found if _says(one))


def _print(actor: Actor, facts: Facts, state: CopyFacts, at: datetime) -> Offered | None:
    """Return whether the copy is printed here; a screen copy, or one that is closed, asks for no button."""
    if not allows(actor, "copy.print", facts) or state.medium is Medium.SCREEN or state.status not in OPEN:
        return None
    verdict = may_print(state, at=at)
    return Offered("print", verdict if isinstance(verdict, Refused) else None)


def _says(one: Offered) -> bool:
    """A move that is merely over needs no button; what another must do is said."""
    return one.refused is None or one.refused.code == "control_takes_back"


def copy_named(session: Session, actor: Actor, number: str, copy: str, *, today: date) -> UUID:
    """Return the copy with this number of a document, as far as the person may see it (D-1, N-10).

    Holders find their copy also after its document is hidden from them. Raises NotFound, and RuleRefused
    where several legal entities have such a copy.
    """
    found = session.execute(
        select(ControlledCopy.id, NumberEntry.entity_id, NumberEntry.shown)
        .join(Document, Document.id == ControlledCopy.document_id)
        .join(NumberEntry, NumberEntry.item_id == Document.id)
        .where(
            is_number(session, number),
            ControlledCopy.sequence
            == (int(copy) if copy.isascii() and copy.isdigit() and len(copy) < 10 else -1),
            or_(Document.insider_set_id.in_(visible_sets(actor)), held_by(actor, today)),
        )
    ).all()
    if not found:
        raise NotFound("copy")
    require_one(session, number, ((one.entity_id, one.shown) for one in found))
    copy_id: UUID = found[0].id
    return copy_id


def is_number(session: Session, number: str) -> ColumnElement[bool]:
    """Say in SQL whether an entry of the register is meant by a number, of an entity or alone (N-10, O-4)."""
    whole = NumberEntry.normal == normal(number)
    if (place := entity_written(session, number)) is None:
        return whole
    return or_(whole, and_(NumberEntry.entity_id == place[0], NumberEntry.normal == place[1]))
