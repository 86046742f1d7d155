"""Handing over change requests: somebody else speaks for them; who asked stays named (A-16, V-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.change_requests import OPEN
from docctl.models.documents import Document
from docctl.models.requests import ChangeRequest
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, changed
from docctl.services.requests.load import note


def hand_requests(session: Session, giving: Giving, items: Sequence[Handed], by: Caller) -> None:
    """Let others speak for change requests from now on: they are told what comes of them (A-16)."""
    if not items:
        return
    rows = select(ChangeRequest).where(ChangeRequest.id.in_([one.id for one in items]))
    requests = {one.id: one for one in lock(session, Rank.ITEMS, rows.order_by(ChangeRequest.id))}
    documents = _documents(session, requests.values())
    for item in items:
        request = requests.get(item.id)
        if request is None or request.keeper_id != giving.person.id or request.status not in OPEN:
            raise changed()
        taker = giving.somebody(item.to)
        request.keeper_id, request.seen_at = taker.id, None
        document = documents.get(request.document_id) if request.document_id else None
        facts: dict[str, Any] = {"from": giving.person.name, "to": taker.name}
        note(session, by, "request.handed_over", request, document, reason=giving.reason, **facts)


def _documents(session: Session, requests: Iterable[ChangeRequest]) -> dict[UUID, Document]:
    ids = {one.document_id for one in requests if one.document_id}
    return {one.id: one for one in session.scalars(select(Document).where(Document.id.in_(ids)))}
