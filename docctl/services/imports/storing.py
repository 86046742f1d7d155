"""The bytes of an imported file on their way into the store, before the row that names them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.content import FileRole
from docctl.reading.names import clean_name
from docctl.services.files import StoredFile, is_named
from docctl.services.house import House
from storage.api import Area, Key
from storage.errors import StorageError, StoreFull, StoreUnavailable


def store_file(
    house: House, path: Path, *, owner_id: UUID, name: str, media_type: str, sha256: str, role: FileRole
) -> StoredFile:
    """Store a copied file as a revision's; raise RuleRefused where it changed or the store refuses."""
    key = Key.new(Area.RECORDS, "revision", owner_id, 1)
    try:
        with path.open("rb") as source:
            stored = house.objects.put(key, source, retain_until=None)
    except FileNotFoundError as error:
        raise RuleRefused(Refused("upload", "copy_gone", {"name": clean_name(name)})) from error
    except (StoreFull, StoreUnavailable) as error:
        code = "disk_full" if isinstance(error, StoreFull) else "disk_failed"
        raise RuleRefused(Refused("request", code)) from error
    if stored.sha256 != sha256:
        house.objects.destroy(key)
        raise RuleRefused(Refused("upload", "changed"))
    return StoredFile(
        role=role,
        ordinal=1,
        name=clean_name(name),
        media_type=media_type,
        sha256=stored.sha256,
        size=stored.size,
        object_key=str(key),
        object_version=stored.version,
        stored_sha256=stored.stored_sha256,
        stored_size=stored.stored_size,
    )


def unstore(house: House, stored: StoredFile) -> None:
    """Remove bytes whose row did not come; an orphan that stays is swept later."""
    with contextlib.suppress(StorageError, DBAPIError, RuleRefused):
        if not is_named(house, stored):
            house.objects.destroy(Key.parse(stored.object_key))
