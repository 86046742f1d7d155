"""Which item keys nobody needs: those of items that never came to be (R-7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.content import ItemFile
from docctl.models.documents import Revision
from docctl.models.imports import ImportRun
from docctl.models.record_imports import RecordImport
from docctl.models.records import Record
from docctl.models.retention import DisposalList
from docctl.models.webhooks import WebhookEndpoint
from docctl.queries.objects import batched
from docctl.services.caller import Caller
from docctl.services.house import House
from storage.api import Area

#: A key younger than this may belong to a transaction that is still under way.
GRACE: Final = timedelta(hours=24)


def unneeded_keys(house: House, session: Session, by: Caller, *, without: Collection[str] = ()) -> list[UUID]:
    """Return the items of keys older than a day that have neither a row nor an object.

    The ids of items are made with their commands, so none of these can come to be later. `without`
    are objects that count as gone.
    """
    if house.keys is None:
        return []
    found = []
    for some in batched(house.keys.made_before(by.at - GRACE)):
        rows = set(_with_rows(session, some))
        found += [one for one in some if one not in rows]
    if not found:
        return []
    stored = {
        one.key.item_id for area in Area for one in house.objects.list(area) if str(one.key) not in without
    }
    return [one for one in found if one not in stored]


def _with_rows(session: Session, items: Collection[UUID]) -> Iterator[UUID]:
    """Yield the items that a row stands for, or a file of them; what a rule keeps is never without."""
    for column in (Record.id, Revision.id, DisposalList.id, ItemFile.owner_id, ImportRun.id, RecordImport.id):
        yield from session.scalars(select(column).where(column.in_(items)))
    hooks = select(WebhookEndpoint.id).where(WebhookEndpoint.id.in_(items))
    yield from session.scalars(hooks.where(WebhookEndpoint.deleted_at.is_(None)))


__all__ = ["GRACE", "unneeded_keys"]
