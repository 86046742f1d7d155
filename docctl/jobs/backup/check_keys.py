"""Whether the keys open the files of a backup: each key unwrapped, a sample decrypted, or all (R-7, T-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from docctl.config import Settings
from docctl.jobs.backup.absent import absent_lines
from docctl.jobs.backup.findings import Rehearsal
from docctl.jobs.backup.make import Progress
from docctl.jobs.backup.manifest import Manifest
from docctl.jobs.backup.tools import Tools
from docctl.models.content import ItemFile
from docctl.services.keys.restore import usable_backup
from storage.api import Key, ObjectStore, StorageError
from storage.keyring import KeyRing

#: So many of the stored files are decrypted as a sample, unless all are asked for.
SAMPLE: Final = 200
#: Rows, and keys, that are asked for at a time.
_PAGE: Final = 500
_CHUNK: Final = 1 << 20


@contextmanager
def opened_keys(
    work: Path, settings: Settings, tools: Tools, keys: Path | None, found: Rehearsal, manifest: Manifest
) -> Iterator[KeyRing | None]:
    """Open the present key store, or a key backup in the temporary folder."""
    is_shared = settings.keys_database_url is not None
    if manifest.storage != "local" and not is_shared:
        yield None  # stored without encryption
        return
    if keys is None and not is_shared and not (settings.data / "keys" / "keys.db").exists():
        found.wrong("no_keys")
        yield None
        return
    if not settings.master_key.exists():
        found.wrong("no_master_key", name=settings.master_key.name)
        yield None
        return
    where = settings
    if keys is not None:
        where = replace(
            settings, data=work / "house", master_key_file=settings.master_key, keys_database_url=None
        )
        where.data.mkdir(mode=0o700)
    ring = tools.open_keys(where)
    try:
        if keys is not None:
            ring.take_from(usable_backup(ring, keys, today=tools.today(settings)))
        yield ring
    finally:
        ring.close()


def check_keys(
    session: Session,
    manifest: Manifest,
    ring: KeyRing,
    tools: Tools,
    found: Rehearsal,
    every_file: bool,
    progress: Progress,
) -> None:
    """Unwrap the key of every item, and decrypt a sample of the files, or all (R-7)."""
    destroyed = set(ring.tombstones())
    absent = {str(one.key) for one in absent_lines(manifest)}  # what it means, is told with the files
    of_encrypted = ItemFile.destroyed_at.is_(None) & (ItemFile.sha256 != ItemFile.stored_sha256)
    count = session.scalar(select(func.count()).select_from(ItemFile).where(of_encrypted)) or 0
    is_here = manifest.storage == "local"
    store = tools.open_store(manifest.objects_folder, ring) if is_here else None
    step = 1 if every_file else max(1, count // SAMPLE)
    done, last = 0, UUID(int=0)
    for page in _pages(session, of_encrypted):
        # What was destroyed must not open: the register of destruction is replayed.
        rows = [row for row in page if row[0].item_id not in destroyed and str(row[0]) not in absent]
        items = dict.fromkeys(key.item_id for key, *_ in rows)
        have = _with_key(ring, list(items))
        found.items += sum(one != last for one in items)  # the last of a page may be the next one's first
        found.keys += sum(one != last for one in have)
        for place, (key, version, digest) in enumerate(rows):
            if key.item_id not in have:
                if key.item_id != last:
                    found.wrong("key_missing", name=str(key))
            elif store is not None and (done + place) % step == 0:
                found.opened += 1
                if not _opens(store, key, version, digest):
                    found.wrong("not_decrypted", name=str(key))
            last = key.item_id
        done += len(page)
        progress("keys", done, count)


def _pages(session: Session, wanted: ColumnElement[bool]) -> Iterator[list[tuple[Key, str, str]]]:
    """Yield the files' keys, versions and hashes a page at a time, those of one item together."""
    query = select(ItemFile.object_key, ItemFile.object_version, ItemFile.sha256).where(wanted)
    rows = session.execute(query.order_by(ItemFile.object_key), execution_options={"yield_per": _PAGE})
    for some in rows.partitions():
        yield [(Key.parse(name), version, digest) for name, version, digest in some]


def _with_key(ring: KeyRing, item_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the items whose key can be had; one by one where a page as a whole cannot."""
    try:
        return set(ring.get_many(item_ids))
    except StorageError:
        return {one for one in item_ids if _has_key(ring, one)}


def _has_key(ring: KeyRing, item_id: UUID) -> bool:
    try:
        ring.get(item_id)
    except StorageError:
        return False
    return True


def _opens(store: ObjectStore, key: Key, version: str, digest: str) -> bool:
    found = hashlib.sha256()
    try:
        with store.open(key, version) as stream:
            while chunk := stream.read(_CHUNK):
                found.update(chunk)
    except (StorageError, OSError):
        return False
    return found.hexdigest() == digest


__all__ = ["SAMPLE", "check_keys", "opened_keys"]
