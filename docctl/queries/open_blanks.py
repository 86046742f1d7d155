"""Printed blanks that a person looks after, for handing over (A-16, D-10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from docctl.domain.leaving import OpenKind
from docctl.domain.permissions import Actor
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.models.documents import Document
from docctl.queries.blank_states import still_out
from docctl.queries.open_item import OpenItem, Taker
from docctl.queries.revision_states import is_insider


def looked_after() -> Select[*tuple[Any, ...]]:
    """Return for whom blanks are open: numbers that they look after have not ended."""
    return select(BlankIssue.person_id).where(BlankIssue.person_id.is_not(None), still_out())


def blanks_with(
    session: Session, actor: Actor, person_id: UUID, takers: tuple[Taker, ...]
) -> Iterable[OpenItem]:
    """Yield the blanks that a person looks after, by form and number; the numbers stand for a title."""
    rows = session.execute(
        looked_after()
        .with_only_columns(BlankIssue, BlankPrint, Document.number, is_insider(actor).label("seen"))
        .join(BlankPrint, BlankPrint.id == BlankIssue.print_id)
        .join(Document, Document.id == BlankPrint.document_id)
        .where(BlankIssue.person_id == person_id)
        .order_by(Document.number, BlankPrint.prefix, BlankIssue.first)
    )
    for one in rows:
        told = one.BlankPrint.written.span(one.BlankIssue.span) if one.seen else ""
        href = f"/documents/blanks/{one.BlankPrint.id}" if one.seen else ""
        yield OpenItem(OpenKind.BLANKS, one.BlankIssue.id, "blanks", one.number, told, None, href, takers)
