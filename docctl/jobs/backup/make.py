"""Making a backup while people work: database first, then the stored files that it names (T-3, R-7).

A killed one leaves the backup before as it was: only the manifest, replaced last, names the new run.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import Final

from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical, utc
from docctl.domain.epochs import epoch_at
from docctl.domain.notes import KEPT_KINDS
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup.absent import ABSENT, Absent, why_absent
from docctl.jobs.backup.database import snapshot
from docctl.jobs.backup.manifest import (
    MARK,
    NAME,
    OBJECTS,
    RUNS,
    Manifest,
    durably,
    file_hash,
    read_manifest,
    write_manifest,
)
from docctl.jobs.heads import note_with_key
from docctl.models.content import ItemFile
from docctl.models.organisation import LegalEntity
from docctl.models.seals import AuditTreeHead, keys_in_order
from docctl.models.trail import AuditHead
from docctl.queries.epochs import epochs_of
from docctl.services.backup import NoteDataBackup, note_data_backup
from docctl.services.caller import Caller
from docctl.services.house import House
from storage.api import Area, Damaged, Key, ObjectMissing
from storage.copies import LocalCopy, Taken, versions_in
from storage.durable import sync_folder

_BATCH: Final = 1000

#: Says how far it is: the part, how many are done, of how many (0: not known).
Progress = Callable[[str, int, int], None]


def _silent(_part: str, _done: int, _of: int) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: `copied` files came new, `problems` are keys of files that could not be copied."""

    folder: Path
    events: int
    objects: int
    copied: int
    removed: int
    size: int
    storage: str
    problems: tuple[str, ...]


def back_up(folder: Path, *, by: Caller, house: House, progress: Progress = _silent) -> Made:
    """Write a backup of the whole system into a folder elsewhere, without any key (T-3, R-7).

    Earlier files of the folder are used again. Raises RuleRefused where the folder is none for this company.
    """
    authorise(by.actor, "system.operate", Facts())
    folder = folder.absolute()
    if folder.resolve().is_relative_to(house.data.resolve()):
        raise RuleRefused(Refused("backup", "inside"))
    _prepare(folder)
    with _alone(folder):
        return _made(folder, by, house, progress)


def _prepare(folder: Path) -> None:
    if folder.is_dir() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise RuleRefused(Refused("backup", "folder_in_use"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / MARK).exists():
        durably(folder / MARK, "docctl backup 1\n")
    (folder / RUNS).mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / MARK, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise RuleRefused(Refused("backup", "under_way")) from error
    finally:
        os.close(descriptor)


def _made(folder: Path, by: Caller, house: House, progress: Progress) -> Made:
    before = _manifest_before(folder)
    _clear_unfinished(folder, before)
    stamp = by.at.strftime("%Y%m%dT%H%M%SZ")
    run = f"{stamp}-{token_hex(4)}"
    here = folder / RUNS / run
    here.mkdir(mode=0o700)
    progress("database", 0, 0)
    with snapshot(house.uow.engine, here) as session:
        entity = session.scalars(select(LegalEntity).order_by(LegalEntity.id)).first()
        if entity is None:
            raise RuleRefused(Refused("backup", "no_company"))
        if before is not None and before.company_id != str(entity.id):
            shutil.rmtree(here)
            raise RuleRefused(Refused("backup", "other_company", {"company": before.company}))
        sealed = _write_heads(session, here)
        taken, problems, newest = _take_objects(session, house, folder, here, progress)
        head = session.execute(select(AuditHead)).scalar_one()
        schema = MigrationContext.configure(session.connection()).get_current_revision() or ""
        manifest = Manifest(
            folder=folder,
            run=run,
            made_at=by.at,
            program=version("docctl"),
            company_id=str(entity.id),
            company_code=entity.code,
            company=entity.name,
            database=house.uow.engine.dialect.name,
            schema=schema,
            events=head.seq,
            head=head.hash,
            epoch=epoch_at(head.seq, epochs_of(session)),
            sealed=sealed,
            storage="s3" if house.objects_folder is None else "local",
            files={},
            objects=taken.count,
            object_bytes=taken.size,
            newest_object_at=newest,
            problems=len(problems),
        )
    files = {one.name: file_hash(one) for one in sorted(here.iterdir())}
    sync_folder(here)
    sync_folder(folder / RUNS)
    digest = write_manifest(replace(manifest, files=files))
    removed = _clear(folder, run, taken.keys if house.objects_folder is not None else None)
    note_data_backup(
        NoteDataBackup(folder.name, manifest.events, taken.count, taken.size, digest, len(problems)),
        by=by,
        house=house,
    )
    size = taken.size + sum(size for size, _ in files.values())
    return Made(
        folder, manifest.events, taken.count, taken.new, removed, size, manifest.storage, tuple(problems)
    )


def _manifest_before(folder: Path) -> Manifest | None:
    """Return the manifest of the backup before; one that cannot be read is no reason to make none."""
    with suppress(RuleRefused):
        return read_manifest(folder)
    return None


def _write_heads(session: Session, here: Path) -> int:
    """Write signed heads and public keys; return how many events the newest head seals."""
    keys = keys_in_order(session)
    newest = 0
    with (here / "heads.jsonl").open("w", encoding="utf-8") as target:
        for row in session.scalars(select(AuditTreeHead).order_by(AuditTreeHead.size)):
            newest = row.size
            target.write(note_with_key(row, keys))
        target.flush()
        os.fsync(target.fileno())
    rows = [
        {
            "key_id": one.key_id,
            "public": one.public,
            "since": utc(one.since),
            "prev": one.prev,
            "signature": one.signature,
        }
        for one in keys
    ]
    durably(here / "keys.json", canonical(rows) + "\n")
    return newest


class _Objects:
    """What was taken so far."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.count = self.size = self.new = 0

    def add(self, key: Key, size: int, *, is_new: bool) -> None:
        """Count one."""
        self.keys.add(str(key))
        self.count, self.size, self.new = self.count + 1, self.size + size, self.new + is_new


def _take_objects(
    session: Session, house: House, folder: Path, here: Path, progress: Progress
) -> tuple[_Objects, list[str], str]:
    """Copy the files that the rows name, and those that need no row; list all of them."""
    done, problems, newest = _Objects(), [], ""
    absent: list[Absent] = []
    kept = ItemFile.destroyed_at.is_(None)
    count = session.scalar(select(func.count()).select_from(ItemFile).where(kept)) or 0
    query = select(
        ItemFile.object_key,
        ItemFile.object_version,
        ItemFile.stored_size,
        ItemFile.stored_sha256,
        ItemFile.added_at,
    )
    rows = session.execute(
        query.where(kept).order_by(ItemFile.object_key), execution_options={"yield_per": _BATCH}
    )
    local = house.objects_folder
    copy = LocalCopy(folder / OBJECTS) if local is not None else None
    with (here / "objects.jsonl").open("w", encoding="utf-8") as target:
        for place, (name, its_version, size, digest, added_at) in enumerate(rows):
            key = Key.parse(name)
            is_new = False
            if copy is not None and local is not None:
                try:
                    taken = copy.take(key, its_version, local)
                    is_new = taken.is_new
                except (ObjectMissing, Damaged):
                    absent.append(why := why_absent(house, key))
                    if why.why != Absent.LOST:
                        continue
                    problems.append(name)
            done.add(key, size, is_new=is_new)
            newest = max(newest, utc(added_at))
            _line(target.write, Taken(key, its_version, size, digest, is_new))
            if place % 100 == 0:
                progress("objects", place, count)
        if copy is not None and local is not None:
            for kind in sorted(KEPT_KINDS):
                for key, its_version in versions_in(local, Area.RECORDS, f"{kind}/"):
                    with suppress(
                        ObjectMissing, Damaged
                    ):  # what is wrong with it, the check of the store says
                        one = copy.take(key, its_version, local)
                        done.add(key, one.size, is_new=one.is_new)
                        _line(target.write, one)
        target.flush()
        os.fsync(target.fileno())
    durably(here / ABSENT, "".join(canonical(one.as_data()) + "\n" for one in absent))
    progress("objects", count, count)
    return done, problems, newest


def _line(write: Callable[[str], int], one: Taken) -> None:
    write(
        json.dumps({"key": str(one.key), "version": one.version, "size": one.size, "sha256": one.sha256})
        + "\n"
    )


def _clear_unfinished(folder: Path, before: Manifest | None) -> None:
    """Remove what runs have left that came to no end: else a full disk would only become fuller."""
    if before is None and (folder / NAME).exists():
        return  # which run it names cannot be told
    for one in (folder / RUNS).iterdir():
        if before is None or one.name != before.run:
            shutil.rmtree(one)


def _clear(folder: Path, run: str, wanted: set[str] | None) -> int:
    """Remove earlier runs, what killed ones left, and copies of what is not in the store any more (R-7)."""
    for one in (folder / RUNS).iterdir():
        if one.name != run:
            shutil.rmtree(one)
    sync_folder(folder / RUNS)
    return LocalCopy(folder / OBJECTS).keep_only(wanted) if wanted is not None else 0


__all__ = ["Made", "Progress", "back_up"]
