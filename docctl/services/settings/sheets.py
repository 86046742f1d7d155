"""A controlled setting that is a table, read out of a csv or workbook that somebody filled in (A-7, V-2)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from docctl.domain.setting_kinds import Content, Kind, Sheet
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.content import Upload
from docctl.reading.errors import ReadingFailed
from docctl.reading.tables import sheet_lines
from docctl.services.caller import Caller
from docctl.services.house import House

#: The line with the heads stands among the first ones.
_HEAD_WITHIN: Final = 20


def content_of_sheet(house: House, kind: Kind, path: Path, name: str) -> Content:
    """Return the content that a sheet says; raise RuleRefused for a file that cannot be read as one."""
    if kind.sheet is None:
        raise RuleRefused(Refused("V-2", "no_sheet"))
    try:
        lines = sheet_lines(house.pool, path, name)
    except ReadingFailed as error:
        raise RuleRefused(Refused("V-2", "sheet_unread")) from error
    return kind.sheet.read(_rows(kind.sheet, lines))


def content_of_upload(house: House, kind: Kind, upload_id: UUID, by: Caller) -> Content:
    """Return the content that a staged sheet says; raise RuleRefused where it is gone or unreadable."""
    with house.uow.read() as session:
        row = session.get(Upload, upload_id)
        if row is None or row.owner_id != by.actor.person_id:
            raise RuleRefused(Refused("upload", "gone"))
        name = row.name
    return content_of_sheet(house, kind, house.staging.path(upload_id), name)


def _rows(sheet: Sheet, lines: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    names = {_plain(one): name for name in sheet.columns for one in (name, sheet.heads[name])}
    for at, line in enumerate(lines[:_HEAD_WITHIN]):
        places = {names[_plain(cell)]: place for place, cell in enumerate(line) if _plain(cell) in names}
        if places.keys() >= set(sheet.columns):
            below = ((cells, [places[name] for name in sheet.columns]) for cells in lines[at + 1 :])
            rows = (tuple(_cell(cells, place) for place in wanted) for cells, wanted in below)
            return [row for row in rows if any(row)]
    heads = ", ".join(sheet.heads[name] for name in sheet.columns)
    raise RuleRefused(Refused("V-2", "sheet_no_heading", {"heads": heads}))


def _cell(cells: Sequence[str], place: int) -> str:
    return unicodedata.normalize("NFC", cells[place]).strip() if place < len(cells) else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold().replace(" ", "_")
