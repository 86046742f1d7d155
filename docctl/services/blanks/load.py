"""How prints of blanks are looked up for a use case: the document first (D-10, X-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.blank_rows import Span
from docctl.domain.permissions import Facts
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.models.documents import Document, Revision
from docctl.models.organisation import RoleGrant, Unit
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_document
from docctl.services.locks import Rank, lock
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class LoadedPrint:
    """A print with its revision and document, all locked; `facts` are those of who asks."""

    document: Document
    revision: Revision
    print: BlankPrint
    facts: Facts

    def is_called(self, by: Caller) -> bool:
        """Say whether all of it must come back: its revision is over (D-2)."""
        since = self.revision.over_since(self.document)
        return since is not None and since <= by.at


def tell_of_blanks(
    session: Session,
    by: Caller,
    action: str,
    loaded: LoadedPrint,
    span: Span,
    facts: dict[str, Any],
    detail: dict[str, Any],
) -> None:
    """Write the event; it stands in the form's timeline, the blanks named by their numbers (T-1)."""
    record(
        session,
        by,
        action,
        Subject("document", loaded.document.id, str(loaded.revision.id)),
        facts={
            "number": loaded.document.number,
            "label": loaded.revision.label,
            "blanks": loaded.print.written.span(span),
            "count": span.count,
            "print_id": loaded.print.id,
            **facts,
        },
        detail={name: value for name, value in detail.items() if value},
    )


def lock_print(session: Session, print_id: UUID, by: Caller) -> LoadedPrint:
    """Lock a print after its document, so that issuing the next revision comes before or after (D-10).

    Raises NotFound for none.
    """
    document_id = session.scalar(select(BlankPrint.document_id).where(BlankPrint.id == print_id))
    if document_id is None:
        raise NotFound("blanks")
    loaded = lock_document(session, document_id)
    (row,) = lock(session, Rank.ITEMS, select(BlankPrint).where(BlankPrint.id == print_id))
    revision = loaded.revisions[row.revision_id]
    facts = replace(facts_of(session, loaded.document, revision, by), assignees=frozenset(), visible=False)
    return LoadedPrint(loaded.document, revision, row, facts)


def with_holders(session: Session, facts: Facts, issue: BlankIssue) -> Facts:
    """Return the facts of numbers that are out: who answers for them does what their holders do (D-10)."""
    assignees = answer_for_blanks(session, [issue])[issue.id]
    return replace(facts, assignees=assignees)


def lock_issue(
    session: Session, issue_id: UUID, row_version: int | None, by: Caller
) -> tuple[LoadedPrint, BlankIssue]:
    """Lock an issue after its print; raise NotFound for none, Conflict where it changed meanwhile."""
    print_id = session.scalar(select(BlankIssue.print_id).where(BlankIssue.id == issue_id))
    if print_id is None:
        raise NotFound("blanks")
    loaded = lock_print(session, print_id, by)
    (issue,) = lock(session, Rank.ITEMS, select(BlankIssue).where(BlankIssue.id == issue_id))
    facts = with_holders(session, loaded.facts, issue)
    is_seen = facts.insider or by.actor.person_id in facts.assignees
    if row_version is not None and issue.row_version != row_version and is_seen:
        raise Conflict(Refused("request", "changed_meanwhile"))
    seen = replace(facts, visible=by.actor.person_id in facts.assignees)
    return replace(loaded, facts=seen), issue


def answer_for_blanks(session: Session, issues: Sequence[BlankIssue]) -> dict[UUID, frozenset[UUID]]:
    """Return who answers for what is out, by issue: who has it, the unit's head and its keepers (D-10)."""
    units = {one.unit_id for one in issues}
    found: dict[UUID, set[UUID]] = {one: set() for one in units}
    heads = select(Unit.id, Unit.head_id).where(Unit.id.in_(units), Unit.head_id.is_not(None))
    keepers = select(RoleGrant.unit_id, RoleGrant.person_id).where(
        RoleGrant.role == Role.KEEPER,
        RoleGrant.unit_id.in_(units),
        RoleGrant.revoked_at.is_(None),
        RoleGrant.confirmed_at.is_not(None),
    )
    for unit, person in (*session.execute(heads), *session.execute(keepers)):
        found[unit].add(person)
    return {
        one.id: frozenset(found[one.unit_id] | ({one.person_id} if one.person_id else set()))
        for one in issues
    }
