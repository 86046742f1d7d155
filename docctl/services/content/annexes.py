"""One file of a revision going out: stamped where its kind can be, else as it came (D-3, V-13, X-2)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from docctl.i18n import Translator
from docctl.models.content import FileRole, ItemFile
from docctl.services.caller import Caller
from docctl.services.content.copies import StampedCopy, stamped
from docctl.services.content.open import Content, Purpose, open_content
from docctl.services.content.stampable import STAMPED
from docctl.services.house import House


def take_file(
    revision_id: UUID, file_id: UUID, *, by: Caller, house: House, words: Translator, is_demo: bool = False
) -> StampedCopy | Content:
    """Return a file of a revision to be taken along; that is in the trail before (D-3, X-2).

    What bears a stamp gets it; any other kind, and the source, goes out as it came and uncontrolled. The
    source is only for who may take it (X-3).
    """
    with house.uow.read() as session:
        role = session.scalar(select(ItemFile.role).where(ItemFile.id == file_id))
    purpose = Purpose.SOURCE if role is FileRole.SOURCE else Purpose.COPY
    content = open_content(revision_id, by=by, house=house, purpose=purpose, file_id=file_id)
    if purpose is Purpose.SOURCE or content.media_type not in STAMPED:
        return content
    return stamped(content, by=by, house=house, words=words, is_demo=is_demo)
