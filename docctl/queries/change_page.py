"""The page of a temporary change: what it says, who signed, what the person may do with it (V-14, A-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.canonical import canonical, sha256
from docctl.domain.lifecycle import in_force
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.temporary_changes import (
    ChangeAction,
    ChangeStatus,
    change_content,
    may_approve,
    may_change,
    may_last,
    may_move_change,
    may_revoke,
)
from docctl.domain.verdicts import NotFound, Refused, Verdict
from docctl.models.changes import TemporaryChange
from docctl.models.documents import Document, Revision
from docctl.queries.changes import ChangeFilter, ChangeRow, change_register
from docctl.queries.document_actions import Offered
from docctl.queries.document_choices import Choice
from docctl.queries.open_changes import approvers_of
from docctl.queries.revision_states import is_insider
from docctl.queries.revision_views import SignatureLine, signature_line, signatures_of
from docctl.queries.routes import plan_for, planned_steps


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A temporary change with its signatures; `sha256` is what a signature would sign now.

    `approvers` may approve it by the route in force, where it is about to be submitted (V-9).
    """

    row: ChangeRow
    sha256: str
    signatures: tuple[SignatureLine, ...]
    actions: tuple[Offered, ...]
    approvers: tuple[Choice, ...]

    def action(self, name: str) -> Offered | None:
        """Return an action that the page offers."""
        return next((one for one in self.actions if one.name == name), None)


def change_page(session: Session, actor: Actor, change_id: UUID, *, at: datetime, zone: tzinfo) -> ChangePage:
    """Return a temporary change; raise NotFound for one that the person may not see (X-3)."""
    found = change_register(session, actor, ChangeFilter(change_id=change_id), at=at, zone=zone)
    if not found.rows:
        raise NotFound("temporary change")
    row = found.rows[0]
    change = session.get_one(TemporaryChange, change_id)
    revision = session.get_one(Revision, change.revision_id)
    document = session.get_one(Document, change.document_id)
    facts = _facts(session, actor, document, revision, change, at)
    approvers: tuple[Choice, ...] = ()
    if change.status is ChangeStatus.DRAFT and allows(actor, "change.submit", facts):
        authors = change.authors() | ({actor.person_id} if actor.person_id else set())
        plan = plan_for(session, document, revision, at, zone, authors)
        approvers = planned_steps(session, plan)[-1].people
    content = canonical(change_content(row.number, row.label, change.ordinal, change.wording()))
    return ChangePage(
        row=row,
        sha256=change.content_sha256 or sha256(content),
        signatures=_signatures(session, change, zone),
        actions=_offers(session, actor, facts, change, revision, at, zone),
        approvers=approvers,
    )


def numbered_change(session: Session, document_id: UUID, ordinal: int) -> UUID:
    """Return the id of a document's change by its count; raise NotFound. Who may see it is not asked."""
    found = session.scalar(
        select(TemporaryChange.id).where(
            TemporaryChange.document_id == document_id, TemporaryChange.ordinal == ordinal
        )
    )
    if found is None:
        raise NotFound("temporary change")
    return found


def _facts(
    session: Session,
    actor: Actor,
    document: Document,
    revision: Revision,
    change: TemporaryChange,
    at: datetime,
) -> Facts:
    asked = change.approver_id if change.status is ChangeStatus.IN_REVIEW else None
    insider = session.scalar(select(Document.id).where(Document.id == document.id, is_insider(actor)))
    return Facts(
        unit_id=document.unit_id,
        author_id=change.created_by,
        assignees=frozenset({asked} if asked else ()),
        published=in_force(revision.dates(), at),
        insider=insider is not None,
    )


def _offers(
    session: Session,
    actor: Actor,
    facts: Facts,
    change: TemporaryChange,
    revision: Revision,
    at: datetime,
    zone: tzinfo,
) -> tuple[Offered, ...]:
    found: list[Offered] = []
    for action in (*ChangeAction, None):
        name = action.value if action else "edit"
        if not may_move_change(change.status, action or ChangeAction.SUBMIT):
            continue
        if name == "approve" and actor.person_id in change.authors():
            found.append(Offered(name, Refused("A-2", "own_work", {"step": Meaning.APPROVE.value})))
            continue
        if not allows(actor, f"change.{name}", facts):
            continue
        refused = None
        if name in {"submit", "approve"}:
            today = at.astimezone(zone).date()
            verdicts = (
                may_change(revision.dates(), at=at),
                may_last(change.first_day, change.last_day, today=today),
            )
            refused = next((one for one in verdicts if isinstance(one, Refused)), None)
            if name == "approve" and refused is None:
                able = approvers_of(session, [change], at=at, today=today)[change.id]
                refused = _refusal(may_approve(actor.person_id, authors=change.authors(), able=able))
        if name == "revoke":
            refused = _refusal(may_revoke(change.dates(revision), at=at))
        found.append(Offered(name, refused, is_primary=name in {"submit", "approve"} and refused is None))
    return tuple(found)


def _signatures(session: Session, change: TemporaryChange, zone: tzinfo) -> tuple[SignatureLine, ...]:
    is_back = change.status in {ChangeStatus.DRAFT, ChangeStatus.DISCARDED}
    return tuple(
        signature_line(one, zone, is_void=is_back or one.round != change.round)
        for one in signatures_of(session, change.id)
    )


def _refusal(verdict: Verdict) -> Refused | None:
    return verdict if isinstance(verdict, Refused) else None


__all__ = ["ChangePage", "change_page", "numbered_change"]
