"""A PDF as it is read in the browser: stamped like a copy, kept while the same reading lasts (V-4, D-3)."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Final
from uuid import UUID

from docctl.domain.canonical import canonical, sha256
from docctl.domain.verdicts import NotFound
from docctl.i18n import Translator
from docctl.services.caller import Caller
from docctl.services.content.copies import is_pdf, stamped
from docctl.services.content.open import Purpose, open_content
from docctl.services.content.reads import SAME_READING
from docctl.services.house import House

#: Nobody asks for a part of a view that is older than this.
_FORGOTTEN: Final = 2 * SAME_READING.total_seconds()


def pdf_view(
    revision_id: UUID, file_id: UUID, *, by: Caller, house: House, words: Translator, is_demo: bool = False
) -> Path:
    """Return the stamped PDF of a revision for reading; browsers fetch it in parts (V-4, X-2).

    The same file answers the same person for ten minutes, so that its parts fit together.
    """
    content = open_content(
        revision_id, by=by, house=house, purpose=Purpose.READ, file_id=file_id, is_stamped=True
    )
    if not is_pdf(content):
        raise NotFound("pdf")
    seconds = int(SAME_READING.total_seconds())
    began = int(by.at.timestamp()) // seconds * seconds
    changes = [(one.change_id, one.state) for one in content.changes]
    facts = [
        revision_id,
        file_id,
        by.actor.person_id,
        content.state.value,
        words.language,
        began,
        changes,
        content.sheet.facts() if content.sheet else None,
    ]
    folder = house.scratch / "views"
    folder.mkdir(mode=0o700, exist_ok=True)
    _sweep(folder)
    path = folder / f"{sha256(canonical(facts))}.pdf"
    if not path.is_file():
        made = stamped(content, by=by, house=house, words=words, is_demo=is_demo)
        try:
            made.path.chmod(0o600)
            os.replace(made.path, path)  # noqa: PTH105  # whole or not at all, whoever reads meanwhile
        finally:
            made.discard()
    return path


def _sweep(folder: Path) -> None:
    before = time.time() - _FORGOTTEN
    for one in folder.iterdir():
        with contextlib.suppress(OSError):
            if one.stat().st_mtime < before:
                one.unlink()
