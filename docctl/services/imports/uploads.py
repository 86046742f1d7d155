"""Uploads on their way into a run: encrypted with its key before its row is there (R-7, I-1, I-2)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from uuid import UUID

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.content import Upload
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.imports.copies import Copies
from docctl.services.imports.room import require_room
from storage.errors import StorageError

_PIECE = 1 << 20


def keep_uploads(
    house: House, by: Caller, uploads: Sequence[UUID], copies: Copies
) -> tuple[Callable[[], None], Callable[[], None]]:
    """Put staged uploads into the folder of a run; return how to undo that, and what to clear once it stands.

    Raises RuleRefused where one is gone, the disk has no room, or the key store cannot be used.
    """
    with house.uow.read() as session:
        rows = [session.get(Upload, one) for one in uploads]
    found = [row for row in rows if row is not None and row.owner_id == by.actor.person_id]
    if len(found) != len(uploads):
        raise RuleRefused(Refused("upload", "gone"))
    folder = copies.folder
    try:
        require_room(house, ((house.staging.path(row.id), row.name) for row in found))
        if found:
            folder.make()
        for place, row in enumerate(found):
            source = house.staging.path(row.id)
            with source.open("rb") as upload, copies.writing(folder.upload(place)) as target:
                shutil.copyfileobj(upload, target, _PIECE)
        if found:
            folder.name_uploads([row.name for row in found])
    except FileNotFoundError as error:
        folder.discard()
        raise RuleRefused(Refused("upload", "gone")) from error
    except (OSError, StorageError) as error:
        folder.discard()
        code = "disk_failed" if isinstance(error, StorageError) else "disk_full"
        raise RuleRefused(Refused("request", code)) from error

    def clear() -> None:
        for row in found:  # no second copy is left behind
            house.staging.discard(row.id)

    return folder.discard, clear


__all__ = ["keep_uploads"]
