"""Which texts of an item are searched and quoted in its hits (S-1, S-3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    LargeBinary,
    Select,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.paged_text import PagedText, put_together
from docctl.models.content import FileReading, FileRole, ItemFile
from docctl.models.numbers import Alias
from docctl.models.records import Record, RecordFact, RecordKey
from docctl.reading.kinds import MEDIA_TYPES, Kind
from docctl.services.content.texts import SealedText, texts_in

#: Records that are found; voided ones and those going or gone are not (S-4).
FOUND: Final = (RecordStatus.COMPLETED, RecordStatus.ACCEPTED, RecordStatus.ON_LIST)

#: Facts that are dates: asked for by a range of days, not by words.
_DATES: Final = ("occurred_at", "received_at")


#: The starts of these are sheets, not pages.
_SHEETS: Final = frozenset({MEDIA_TYPES[Kind.XLSX], MEDIA_TYPES[Kind.XLS]})


def texts_of(
    session: Session,
    owners: Collection[UUID],
    *,
    longest: int | None = None,
    missing: set[UUID] | None = None,
) -> dict[UUID, str]:
    """Return the text of each revision, document or record: files, facts ever set, keys, other names.

    A title stands in a field of its own; one that was corrected is found as well (C-1). The source of a
    document is left out: only few may have it (X-3). `longest` cuts each part, for a page that shows only a
    few lines. Into `missing` come those whose keys are not there.
    """
    paged = paged_texts_of(session, owners, longest=longest, missing=missing)
    return {owner: found.text for owner, found in paged.items()}


def paged_texts_of(
    session: Session,
    owners: Collection[UUID],
    *,
    longest: int | None = None,
    missing: set[UUID] | None = None,
) -> dict[UUID, PagedText]:
    """Return the same texts with the pages of their files, for the page that a hit stands on (S-3)."""
    if not owners:
        return {}
    found = session.execute(_query(longest), {"owners": list(owners)}).all()
    sealed = [
        SealedText(row.owner, row.file_id, "text", row.sealed) for row in found if row.sealed is not None
    ]
    house = texts_in(session)
    # A page does without a text that cannot be read now; the index waits for the key store.
    if longest is None:
        opened = iter(house.opened(sealed, missing=missing))
    else:
        opened = iter(house.shown(sealed, longest=longest))
    files: dict[UUID, list[tuple[str, list[int], bool]]] = {}
    ids: dict[UUID, list[UUID | None]] = {}
    for row in found:
        text = row.text if row.sealed is None else next(opened)
        files.setdefault(row.owner, []).append((text, row.pages or [], row.media_type not in _SHEETS))
        ids.setdefault(row.owner, []).append(row.file_id)
    paged = {owner: put_together(texts, ids=ids[owner]) for owner, texts in files.items()}
    return {owner: one for owner, one in paged.items() if one.text}


def annexes_of(session: Session, revision_ids: Collection[UUID]) -> dict[UUID, tuple[int, str]]:
    """Return number and name of each annex of revisions, by the file's id (V-13)."""
    rows = session.execute(
        select(ItemFile.owner_id, ItemFile.id, ItemFile.title, ItemFile.name)
        .where(ItemFile.owner_id.in_(revision_ids), ItemFile.role == FileRole.ANNEX)
        .order_by(ItemFile.owner_id, ItemFile.ordinal)
    )
    counted: Counter[UUID] = Counter()
    found: dict[UUID, tuple[int, str]] = {}
    for owner, file_id, title, name in rows:
        counted[owner] += 1
        found[file_id] = (counted[owner], title or name)
    return found


@cache
def _query(longest: int | None) -> Select[*tuple[UUID, str, bytes | None, UUID, list[int] | None, str]]:
    """Return the query, built once: each page of hits asks it, and building it takes longer than asking."""
    parts = union_all(*_parts(longest)).subquery()
    return select(
        parts.c.owner, parts.c.text, parts.c.sealed, parts.c.file_id, parts.c.pages, parts.c.media_type
    ).order_by(parts.c.owner, parts.c.part, parts.c.name, parts.c.place)


def _parts(longest: int | None) -> list[Select[*tuple[Any, ...]]]:
    owners: Any = bindparam("owners", expanding=True)

    no_seal, no_file = cast(null(), LargeBinary), cast(null(), Uuid)
    no_pages: tuple[Any, Any] = (cast(null(), JSON), literal(""))

    def part(
        number: int,
        owner: Any,
        name: Any,
        place: Any,
        text: Any,
        sealed: Any = no_seal,
        file: Any = no_file,
        paged: tuple[Any, Any] = no_pages,
    ) -> Select[*tuple[Any, ...]]:
        shown = text if longest is None else func.substr(text, 1, longest)
        return select(
            owner.label("owner"),
            literal(number).label("part"),
            name.label("name"),
            place.label("place"),
            shown.label("text"),
            sealed.label("sealed"),
            file.label("file_id"),
            paged[0].label("pages"),
            paged[1].label("media_type"),
        ).where(owner.in_(owners), text != "" if sealed is no_seal else or_(text != "", sealed.is_not(None)))

    nothing, first = literal(""), literal(0)
    return [
        part(
            0,
            ItemFile.owner_id,
            nothing,
            ItemFile.ordinal,
            FileReading.text,
            FileReading.sealed_text,
            FileReading.file_id,
            (FileReading.pages, ItemFile.media_type),
        )
        .join(FileReading, FileReading.file_id == ItemFile.id)
        .where(ItemFile.role != FileRole.SOURCE),
        part(1, RecordFact.record_id, RecordFact.field, RecordFact.ordinal, RecordFact.value)
        .join(Record, Record.id == RecordFact.record_id)
        .where(
            RecordFact.field.not_in(_DATES),
            or_(RecordFact.field != "title", RecordFact.value != Record.title),
        ),
        part(2, RecordKey.record_id, RecordKey.kind, first, RecordKey.value),
        part(3, Alias.item_id, Alias.text, first, Alias.text),
        part(4, ItemFile.owner_id, nothing, ItemFile.ordinal, ItemFile.title, file=ItemFile.id),
    ]
