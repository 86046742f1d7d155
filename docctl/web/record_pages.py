"""How the page of a record is put together: a read is in the trail before content shows (C-2, X-2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import request

from docctl.queries.hold_names import names_holds
from docctl.queries.record_page import RecordPage, record_page
from docctl.services.records.read import Purpose, open_record_file
from docctl.web.context import actor, caller, house, render, words
from docctl.web.timelines import happened

#: Kinds of file that the browser shows by itself, harmless in a frame of ours.
IN_FRAME: Final = frozenset({"application/pdf"})
AS_PICTURE: Final = frozenset({"image/png", "image/jpeg"})


def load(record_id: UUID, *, stood_at: datetime | None = None) -> RecordPage:
    """Return a record as it is, or as it stood (C-2, X-3)."""
    with house().uow.read() as session:
        return record_page(
            session, actor(), record_id, today=house().today(), zone=house().zone, stood_at=stood_at
        )


def shown(record_id: UUID) -> str:
    """Return the page of a record."""
    page = load(record_id, stood_at=_instant(request.args.get("at", "")))
    story = None if actor().is_outside else happened(record_id, names_holds=names_holds(actor()))
    file = page.shown_file
    if file is not None and file.html is not None:
        open_record_file(record_id, file.id, by=caller(), house=house(), purpose=Purpose.READ)
    return render(
        "records/page.html",
        page=page,
        file=file,
        preview=_preview(page),
        moments=list(_moments(page)),
        story=story,
        today=house().today(),
    )


def _preview(page: RecordPage) -> str:
    """Return how the first file shows: text, picture, frame, waiting, or not at all."""
    file = page.shown_file
    if file is None:
        return "none"
    if file.media_type in IN_FRAME:
        return "frame"
    if file.media_type in AS_PICTURE:
        return "picture"
    if file.html:
        return "text"
    return "waiting" if file.reading == "pending" else "none"


def _instant(text: str) -> datetime | None:
    """Return the instant in the address; one typed by the minute means the end of that minute."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == len("2026-03-02T09:00"):
        found = found.replace(second=59, microsecond=999_999)
    at = found if found.tzinfo else found.replace(tzinfo=house().zone)
    return at if at < house().clock() else None


def _moments(page: RecordPage) -> Iterator[tuple[str, str]]:
    """Yield the instants at which the record became another: words and the address of each (C-2)."""
    yield words().t("records.stood.filed", at=page.filed_at), _at(page.filed_at)
    changes = [
        (one.decided_at or one.entered_at, one.number)
        for one in page.corrections
        if one.status == "effective"
    ]
    for at, number in sorted(changes):
        yield words().t("records.stood.corrected", number=number, at=at), _at(at)


def _at(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="microseconds")
