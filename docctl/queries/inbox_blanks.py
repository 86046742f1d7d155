"""Blanks that wait for a person: to receive, to account for, to collect until none is left (D-10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.models.documents import Document, Revision
from docctl.queries.blank_states import still_open, still_out, with_actor
from docctl.queries.copy_states import called_since, over
from docctl.queries.inbox_copies import AT
from docctl.queries.inbox_row import revision_work_row
from docctl.queries.revision_states import is_insider


def blank_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the person's work on blanks by verb: as whoever has them, and as control.

    To somebody from outside nothing is told of blanks (O-7).
    """
    if actor.is_outside:
        return {}
    out = _issues(BlankIssue.issued_at).where(with_actor(actor), still_out())
    found = {
        "receive_blanks": out.where(BlankIssue.received_at.is_(None)),
        "give_back_blanks": _issues(called_since(AT, recalled=None)).where(
            with_actor(actor), still_out(), over(AT)
        ),
    }
    if actor.has(Role.DOCUMENT_CONTROLLER):
        found["collect_blanks"] = (
            revision_work_row("blanks", BlankPrint.id, since=called_since(AT, recalled=None))
            .select_from(BlankPrint)
            .join(Revision, Revision.id == BlankPrint.revision_id)
            .join(Document, Document.id == BlankPrint.document_id)
            .where(still_open(), over(AT), is_insider(actor))
        )
    return found


def _issues(since: Any) -> Select[*tuple[Any, ...]]:
    """Return issues; `whose` is the unit that has them."""
    return (
        revision_work_row("blanks", BlankPrint.id, whose=BlankIssue.holder, since=since)
        .select_from(BlankIssue)
        .join(BlankPrint, BlankPrint.id == BlankIssue.print_id)
        .join(Revision, Revision.id == BlankPrint.revision_id)
        .join(Document, Document.id == BlankPrint.document_id)
    )
